"""The convolutions that the references of an assignment use, found by running its checks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autograder.course.convolutions import Convolution

if TYPE_CHECKING:
    from torch import Tensor, nn

    from autograder.course.assignment import Assignment

_ARGUMENTS = ("in_channels", "out_channels", "kernel_size", "stride", "padding", "dilation", "groups", "padding_mode")


def convolutions_of(assignment: Assignment) -> list[Convolution]:
    """Return the convolutions that the reference uses in the visible checks, which are no secret.

    Answers may be built in any other way: they are graded alike, only a little later.
    """
    import torch
    from torch.nn.modules.module import register_module_forward_pre_hook

    from autograder.assessment.assess import assess
    from autograder.assessment.runner import RunOptions
    from autograder.sessions.subjects import LoadedModules

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
