"""Parameters in general position: nothing zero, equal or small by construction, whatever the initialisation was."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

PERIOD = 8191
"""Noise repeats after this many numbers, which costs a tenth of drawing every one; no layer's shape lines up with a prime."""


def trainable(module: nn.Module) -> dict[str, nn.Parameter]:
    """The parameters of a module that are there to be trained, by name.

    A frozen or whole-numbered one (a mask, a table, a fixed scale) is part of the design as a buffer is: nobody but the
    student may say what stands in it.
    """
    return {name: parameter for name, parameter in module.named_parameters() if parameter.requires_grad}


def settle_module(module: nn.Module, example: Tensor, seed: int, scale: float) -> None:
    """Put a module into eval mode and its parameters into general position.

    Lazy layers have no parameters to move before something has passed through them: ``example`` does.
    """
    module.eval()
    parameters = list(module.parameters())
    if not parameters or any(is_lazy(parameter) for parameter in parameters):
        module(example)
    shake_parameters(module, seed, scale)


def shake_parameters(module: nn.Module, seed: int, scale: float) -> None:
    """Add Gaussian noise to every parameter that is trained, then multiply by ``scale``.

    Weights get noise of standard deviation ``fan_in ** -0.5``, which keeps activations near one; vectors 0.1.
    """
    with torch.no_grad():
        for number, parameter in enumerate(trainable(module).values()):
            spread = parameter[0].numel() ** -0.5 if parameter.ndim > 1 else 0.1
            generator = torch.Generator().manual_seed(100 * seed + number)
            period = torch.randn(min(PERIOD, max(parameter.numel(), 1)), generator=generator)
            noise = period.repeat(parameter.numel() // len(period) + 1)[: parameter.numel()]
            parameter.add_(noise.view(parameter.shape).to(parameter.dtype), alpha=spread).mul_(scale)
