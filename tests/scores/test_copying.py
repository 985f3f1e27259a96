"""Stored images are told from learned ones: copies, noisy and blurred ones, and images of the same kind."""

from __future__ import annotations

import math

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from autograder.data.digits import load_digits
from autograder.data.secret_world import SecretWorld
from autograder.scores.copying import HONEST, copy_ratio

KNOWN = SecretWorld(1).shown(load_digits()[0].images, "known")
OTHERS = SecretWorld(1).shown(load_digits()[1].images, "others")
ALTERED = SecretWorld(2).shown(KNOWN, "altered")


def noisy(images: Tensor) -> Tensor:
    """With noise that costs as much as a hidden image is away."""
    return (images + 0.1 * torch.randn(images.shape, generator=torch.Generator().manual_seed(0))).clamp(0, 1)


def blurred(images: Tensor) -> Tensor:
    """Each pixel is the mean of nine."""
    return F.avg_pool2d(images, 3, 1, 1)


@pytest.mark.parametrize("alter", [lambda images: images, noisy, blurred], ids=["as they are", "noisy", "blurred"])
def test_stored_images_are_nearer_to_the_known_ones(alter: object) -> None:
    """In random order, and with repetitions."""
    chosen = KNOWN[torch.randint(len(KNOWN), (200,), generator=torch.Generator().manual_seed(3))]
    assert callable(alter)
    assert copy_ratio(alter(chosen), KNOWN, ALTERED) < HONEST - 0.1


def test_other_images_of_the_kind_are_as_near_to_both() -> None:
    """So are blurred ones, as a network with a narrow code makes them, and the mean image of one whose code is empty."""
    for made in (OTHERS[:200], blurred(OTHERS[:200]), KNOWN.mean(0, keepdim=True).expand(10, -1, -1, -1)):
        assert HONEST < copy_ratio(made, KNOWN, ALTERED) < 1.2


def test_what_is_no_image_has_no_ratio() -> None:
    """Neither an infinite pixel nor none at all; a distance of zero to both is no copy."""
    assert math.isnan(copy_ratio(KNOWN[:2] * math.inf, KNOWN, ALTERED))
    assert math.isnan(copy_ratio(KNOWN[:0], KNOWN, ALTERED))
    assert copy_ratio(KNOWN[:5], KNOWN, KNOWN) == 1
