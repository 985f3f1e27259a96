"""Wrong beliefs about the timestep embedding, with the behaviour they lead to."""

import math

import torch
from torch import Tensor

from autograder.checks import Candidate
from autograder.diagnosis import Record, misconception, probe

T = torch.tensor([0, 3, 7, 40])


def angles(t: Tensor, half: int, max_period: float, steps: float) -> Tensor:
    """t times max_period ** (-k / steps) for k = 0 ... half - 1."""
    return t[:, None] * torch.exp(-math.log(max_period) * torch.arange(half) / steps)


@probe("timestep_embedding")
def observe_timestep_embedding(candidate: Candidate, record: Record) -> None:
    """Small timesteps, where single precision does not blur, for several sizes and periods."""
    record("default period", candidate.timestep_embedding, T, 8)
    record("short period", candidate.timestep_embedding, T, 6, 50.0)
    record("two dimensions", candidate.timestep_embedding, T, 2)
    record("one timestep", candidate.timestep_embedding, T[2:3], 4, 100)


@misconception(
    "timestep_embedding",
    belief="sines come first, as in the Transformer",
    hint="All your entries are there, in the other order. Which half does the docstring put first, and what is the "
    "embedding of t = 0?",
)
def sines_first(t: Tensor, dim: int, max_period: float = 10000) -> Tensor:
    """Sines, then cosines."""
    angle = angles(t, dim // 2, max_period, dim / 2)
    return torch.cat([angle.sin(), angle.cos()], dim=1)


@misconception(
    "timestep_embedding",
    belief="sines and cosines alternate",
    hint="Your cosines and sines take turns. How does the docstring arrange them?",
)
def interleaved(t: Tensor, dim: int, max_period: float = 10000) -> Tensor:
    """cos, sin, cos, sin, ..."""
    angle = angles(t, dim // 2, max_period, dim / 2)
    return torch.stack([angle.cos(), angle.sin()], dim=2).flatten(1)


@misconception(
    "timestep_embedding",
    belief="the last frequency is exactly 1 / max_period",
    hint="Only your first frequency is right; the others fall too fast. By what is k divided in the exponent?",
)
def exponent_divided_by_half_minus_one(t: Tensor, dim: int, max_period: float = 10000) -> Tensor:
    """The variant with dim / 2 - 1."""
    angle = angles(t, dim // 2, max_period, max(dim / 2 - 1, 1))
    return torch.cat([angle.cos(), angle.sin()], dim=1)


@misconception(
    "timestep_embedding",
    belief="the exponent is divided by the full dimension",
    hint="Your slowest frequency is about the root of what it should be. How many frequencies are there: dim, or "
    "half as many?",
)
def exponent_divided_by_dim(t: Tensor, dim: int, max_period: float = 10000) -> Tensor:
    """Divide k by dim."""
    angle = angles(t, dim // 2, max_period, dim)
    return torch.cat([angle.cos(), angle.sin()], dim=1)


@misconception(
    "timestep_embedding",
    belief="a frequency counts full turns",
    hint="Your entries turn about six times too fast. Does the docstring's formula contain 2 pi?",
)
def angle_in_full_turns(t: Tensor, dim: int, max_period: float = 10000) -> Tensor:
    """Multiply by 2 pi."""
    angle = 2 * math.pi * angles(t, dim // 2, max_period, dim / 2)
    return torch.cat([angle.cos(), angle.sin()], dim=1)


@misconception(
    "timestep_embedding",
    belief="the period is a constant of the method",
    hint="Your embedding does not change with max_period. Where does the argument enter?",
)
def period_ignored(t: Tensor, dim: int, max_period: float = 10000) -> Tensor:
    """Write 10000 into the code."""
    angle = angles(t, dim // 2, 10000, dim / 2)
    return torch.cat([angle.cos(), angle.sin()], dim=1)


@misconception(
    "timestep_embedding",
    belief="higher entries turn faster",
    hint="Your last entries turn wildly from one timestep to the next. What sign does the exponent have?",
)
def frequencies_grow(t: Tensor, dim: int, max_period: float = 10000) -> Tensor:
    """Lose the minus sign of the exponent."""
    angle = angles(t, dim // 2, 1 / max_period, dim / 2)
    return torch.cat([angle.cos(), angle.sin()], dim=1)
