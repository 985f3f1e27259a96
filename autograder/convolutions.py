"""The convolutions that an assignment calls for, so that kernels are compiled for them once and not in every worker.

oneDNN compiles a kernel for every shape that it meets, a millisecond or two each, and remembers it. What a zygote has
used is remembered in all its workers.
"""

from __future__ import annotations

import contextlib
from typing import Any

import torch
from torch import nn
from torch.nn.modules.module import register_module_forward_pre_hook

from autograder.assess import assess
from autograder.course import Assignment
from autograder.runner import RunOptions
from autograder.subjects import LoadedModules

Convolution = list[Any]
"""Class in :mod:`torch.nn`, its arguments, and the shape of one input: plain data, ready for JSON."""

_KINDS = (nn.Conv1d, nn.Conv2d, nn.Conv3d, nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)
_ARGUMENTS = ("in_channels", "out_channels", "kernel_size", "stride", "padding", "dilation", "groups", "padding_mode")
_MOST = 64
"""More than any course needs; they have to fit into one message."""


def usual_convolutions(assignment: Assignment) -> list[Convolution]:
    """Return the convolutions that the reference uses in the visible checks, which are no secret.

    Answers may be built in any other way: they are graded alike, only a little later.
    """
    networks = [exercise for exercise in assignment.exercises if exercise.kind == "class"]
    files = assignment.reference_files()
    if not networks or not any(b"Conv" in text for text in files.values()):
        return []
    seen: list[Convolution] = []

    def note(module: nn.Module, inputs: tuple[Any, ...]) -> None:
        if isinstance(module, _KINDS) and inputs and isinstance(inputs[0], torch.Tensor):
            convolution = _described(module, inputs[0])
            if convolution not in seen:
                seen.append(convolution)

    handle = register_module_forward_pre_hook(note)
    # Whatever went wrong would cost time only, and shows when the reference itself is graded.
    with contextlib.suppress(Exception), torch.random.fork_rng(devices=[]):
        assess(assignment, networks, LoadedModules(assignment, files), RunOptions(visible_only=True), None)
    handle.remove()
    return seen[:_MOST]


def _described(module: nn.Module, given: torch.Tensor) -> Convolution:
    kind = next(kind for kind in _KINDS if isinstance(module, kind))
    arguments = {name: getattr(module, name) for name in _ARGUMENTS}
    if isinstance(module, nn.ConvTranspose1d | nn.ConvTranspose2d | nn.ConvTranspose3d):
        arguments["output_padding"] = module.output_padding
    plain = {name: list(value) if isinstance(value, tuple) else value for name, value in arguments.items()}
    return [kind.__name__, {**plain, "bias": module.bias is not None}, list(given.shape[1:])]
