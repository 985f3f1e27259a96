"""A short schedule in no particular order, shared by the hidden checks of GaussianDiffusion in process.py."""

from typing import NamedTuple

import torch
from torch import Tensor

from autograder.checks.strategies import once_per_attempt, uniform

LENGTH = 6


class Schedule(NamedTuple):
    """Unordered betas, and what follows from them."""

    betas: Tensor
    alpha_bars: Tensor
    variances: Tensor


@once_per_attempt
def schedule() -> Schedule:
    """Six steps."""
    betas = uniform((LENGTH,), 90, 0.05, 0.3)
    alpha_bars = (1 - betas).cumprod(0)
    previous = torch.cat([torch.ones(1, dtype=torch.float64), alpha_bars[:-1]])
    return Schedule(betas, alpha_bars, betas * (1 - previous) / (1 - alpha_bars))
