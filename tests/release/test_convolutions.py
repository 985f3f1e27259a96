"""Which convolutions are expected, and that workers start with their kernels."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from autograder.course.convolutions import FILE, as_text, expected_convolutions
from autograder.course.course import open_course
from autograder.release.convolutions import convolutions_of
from autograder.sandbox.zygote.full_rehearsal import rehearse_convolutions
from autograder.sandbox.zygote_settings import ZygoteSettings

COURSE = open_course()


def test_the_reference_shows_what_is_usual() -> None:
    """Encoder and decoder with the shapes of the visible checks; each once."""
    found = convolutions_of(COURSE.assignment("vae"))
    kinds = [kind for kind, _, _ in found]
    assert (kinds.count("Conv2d"), kinds.count("ConvTranspose2d")) == (7, 3)
    shapes = [shape for kind, arguments, shape in found if arguments["in_channels"] in (1, 3)]
    assert shapes == [[1, 32, 32], [3, 32, 32]]


def test_other_assignments_have_none() -> None:
    """And no file."""
    assert convolutions_of(COURSE.assignment("gan")) == []
    assert expected_convolutions(COURSE.solutions / "gan") == ()


def test_what_is_written_is_read_and_travels(tmp_path: Path) -> None:
    """Through the file and through a plan."""
    found = convolutions_of(COURSE.assignment("vae"))
    (tmp_path / FILE).write_text(as_text(found))
    expected = expected_convolutions(tmp_path)
    assert list(expected) == json.loads(json.dumps(found))
    assert ZygoteSettings.from_json(ZygoteSettings(convolutions=expected).to_json()).convolutions == expected


@pytest.mark.parametrize("text", ["", "{}", "[", "\udcff"])
def test_a_broken_file_costs_time_only(tmp_path: Path, text: str) -> None:
    """It counts as empty."""
    (tmp_path / FILE).write_bytes(text.encode("utf-8", "surrogateescape"))
    assert expected_convolutions(tmp_path) == ()


def test_convolutions_are_used_in_both_directions(monkeypatch: pytest.MonkeyPatch) -> None:
    """With every size of batch that checks use; one that does not exist is passed over."""
    seen: list[tuple[tuple[int, ...], int]] = []
    grad = torch.autograd.grad

    def note(outputs: torch.Tensor, inputs: list[torch.Tensor]) -> tuple[torch.Tensor, ...]:
        seen.append((tuple(inputs[0].shape), len(inputs)))
        return grad(outputs, inputs)

    monkeypatch.setattr(torch.autograd, "grad", note)
    layer = {"in_channels": 2, "out_channels": 3, "kernel_size": [3, 3], "bias": True}
    rehearse_convolutions([["Conv9d", {}, [1]], ["Conv2d", layer, [2, 8, 8]]])
    assert seen == [((batch, 2, 8, 8), 3) for batch in (1, 2, 3, 4)]
