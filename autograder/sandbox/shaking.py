"""Parameters in general position: nothing zero, equal or small by construction, whatever the initialisation was."""

from __future__ import annotations

import torch
from torch import nn

PERIOD = 8191
"""Noise repeats after this many numbers, which costs a tenth of drawing every one; no layer's shape lines up with a prime."""


def shake_parameters(module: nn.Module, seed: int, scale: float, lightly: bool) -> None:
    """Add Gaussian noise to every parameter, then multiply by ``scale``.

    Weights get noise of standard deviation ``fan_in ** -0.5``, which keeps activations near one; vectors 0.1. ``lightly``
    leaves large weights alone unless they were initialised to a constant.
    """
    with torch.no_grad():
        for number, parameter in enumerate(module.parameters()):
            random = parameter.numel() > 5000 and float(parameter.flatten()[:50].std()) > 0
            if lightly and parameter.ndim > 1 and random:
                continue
            spread = parameter[0].numel() ** -0.5 if parameter.ndim > 1 else 0.1
            generator = torch.Generator().manual_seed(100 * seed + number)
            period = torch.randn(min(PERIOD, max(parameter.numel(), 1)), generator=generator)
            noise = period.repeat(parameter.numel() // len(period) + 1)[: parameter.numel()]
            parameter.add_(noise.view(parameter.shape).to(parameter.dtype), alpha=spread).mul_(scale)
