"""The convolutions that an assignment calls for, so that kernels are compiled for them once and not in every worker.

oneDNN compiles a kernel for every shape that it meets, a millisecond or two each, and remembers it. What a zygote has
used is remembered in all its workers. ``autograder release`` writes the list beside the solutions: the process that starts
a zygote reads it, and has not imported torch.
"""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor, nn

    from autograder.course import Assignment

FILE = "convolutions.json"
"""Beside the solutions of an assignment that has any."""

Convolution = list[Any]
"""Class in :mod:`torch.nn`, its arguments, and the shape of one input: plain data."""

_ARGUMENTS = ("in_channels", "out_channels", "kernel_size", "stride", "padding", "dilation", "groups", "padding_mode")
_MOST = 64
"""More than any course needs; using them all must not keep a zygote from its work."""


def expected_convolutions(folder: Path) -> tuple[Convolution, ...]:
    """Return what is written in an assignment's folder; nothing where nothing is, or is not as it should be."""
    with contextlib.suppress(OSError, ValueError):
        written = json.loads((folder / FILE).read_text("utf-8"))
        if isinstance(written, list):
            return tuple(written[:_MOST])
    return ()


def as_text(convolutions: list[Convolution]) -> str:
    """The contents of the file, one convolution a line."""
    return "[\n" + ",\n".join(json.dumps(convolution) for convolution in convolutions) + "\n]\n"


def convolutions_of(assignment: Assignment) -> list[Convolution]:
    """Return the convolutions that the reference uses in the visible checks, which are no secret.

    Answers may be built in any other way: they are graded alike, only a little later.
    """
    import torch
    from torch.nn.modules.module import register_module_forward_pre_hook

    from autograder.assess import assess
    from autograder.runner import RunOptions
    from autograder.subjects import LoadedModules

    networks = [exercise for exercise in assignment.exercises if exercise.kind == "class"]
    seen: list[Convolution] = []

    def note(module: nn.Module, inputs: tuple[Any, ...]) -> None:
        convolution = _described(module, inputs[0]) if inputs and isinstance(inputs[0], torch.Tensor) else None
        if convolution is not None and convolution not in seen:
            seen.append(convolution)

    handle = register_module_forward_pre_hook(note)
    try:
        with torch.random.fork_rng(devices=[]):
            subject = LoadedModules(assignment, assignment.reference_files())
            assess(assignment, networks, subject, RunOptions(visible_only=True), None)
    finally:
        handle.remove()
    return seen


def _described(module: nn.Module, given: Tensor) -> Convolution | None:
    from torch import nn

    kinds = (nn.Conv1d, nn.Conv2d, nn.Conv3d, nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)
    kind = next((kind for kind in kinds if isinstance(module, kind)), None)
    if kind is None:
        return None
    names = (*_ARGUMENTS, "output_padding") if kind in kinds[3:] else _ARGUMENTS
    values = {name: getattr(module, name) for name in names}
    plain = {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}
    return [kind.__name__, {**plain, "bias": module.bias is not None}, list(given.shape[1:])]
