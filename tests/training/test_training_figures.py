"""Figures of training tasks say what their axes are, and panels that are to be compared have the same ones."""

from __future__ import annotations

import re
from collections import Counter

import pytest
import torch

from autograder.training.figures import curves, density, scatter


def texts(picture: bytes) -> list[str]:
    """What is written in a figure."""
    return re.findall(r"<text[^>]*>([^<]+)</text>", picture.decode())


def test_steps_that_are_counted_in_larger_units_say_so() -> None:
    """A curve with a value for each 25th step has the axis from 0 to 40 after 1000 steps."""
    assert "× 25 steps" in texts(curves({"loss": [2.0, 1.0]}, "25 steps"))
    assert texts(curves({"loss": [2.0, 1.0]})).count("step") == 1


@pytest.mark.parametrize("names", [("samples",), ("samples", "data")])
def test_every_cloud_has_names_of_its_axes(names: tuple[str, ...]) -> None:
    """They are the coordinates of the points."""
    written = texts(scatter({name: torch.eye(2) for name in names}))
    assert written.count("x₁") == written.count("x₂") == len(names)


def test_clouds_have_the_same_axes() -> None:
    """Otherwise samples that are spread too far look like the data."""
    small = torch.tensor([[0.0, 0.0], [1.0, 3.0]])
    written = texts(scatter({"data": small, "samples": 40 * small}))
    ticks = Counter(text for text in written if text.lstrip("−").replace(".", "").isdigit())
    assert ticks
    assert all(count % 2 == 0 for count in ticks.values())


def test_a_density_has_names_of_its_axes_and_one_scale_for_both() -> None:
    """A square of the plane is drawn as a square."""
    picture = density(torch.zeros(3, 3), torch.zeros(1, 2), (-1.0, 1.0, -1.0, 1.0))
    assert {"x₁", "x₂"} <= set(texts(picture))
    image = re.search(r"<image[^>]*>", picture.decode())
    assert image is not None
    width, height = (float(re.search(rf' {side}="([\d.]+)"', image[0])[1]) for side in ("width", "height"))
    assert width == pytest.approx(height, rel=0.02)
