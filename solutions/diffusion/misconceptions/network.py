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


misconception(
    "timestep_embedding", name="sines_first", belief="sines come first, as in the Transformer",
    replace=("angles.cos(), angles.sin()", "angles.sin(), angles.cos()"),
    hint="All your entries are there, in the other order. Which half does the docstring put first, and what is the embedding "
    "of t = 0?",
)  # fmt: skip

misconception(
    "timestep_embedding", name="interleaved", belief="sines and cosines alternate",
    replace=("torch.cat([angles.cos(), angles.sin()], dim=1)", "torch.stack([angles.cos(), angles.sin()], dim=2).flatten(1)"),
    hint="Your cosines and sines take turns. How does the docstring arrange them?",
)  # fmt: skip

misconception(
    "timestep_embedding", name="exponent_divided_by_half_minus_one", belief="the last frequency is exactly 1 / max_period",
    replace=("/ half", "/ max(half - 1, 1)"),
    hint="Only your first frequency is right; the others fall too fast. By what is k divided in the exponent?",
)  # fmt: skip

misconception(
    "timestep_embedding", name="exponent_divided_by_dim", belief="the exponent is divided by the full dimension",
    replace=("/ half", "/ dim"),
    hint="Your slowest frequency is about the root of what it should be. How many frequencies are there: dim, or half as many?",
)  # fmt: skip

misconception(
    "timestep_embedding", name="angle_in_full_turns", belief="a frequency counts full turns",
    replace=("t[:, None] *", "2 * torch.pi * t[:, None] *"),
    hint="Your entries turn about six times too fast. Does the docstring's formula contain 2 pi?",
)  # fmt: skip

misconception(
    "timestep_embedding", name="period_ignored", belief="the period is a constant of the method",
    replace=("float(max_period)", "10000.0"),
    hint="Your embedding does not change with max_period. Where does the argument enter?",
)  # fmt: skip


@misconception(
    "timestep_embedding",
    belief="higher entries turn faster",
    hint="Your last entries turn wildly from one timestep to the next. What sign does the exponent have?",
)
def frequencies_grow(t: Tensor, dim: int, max_period: float = 10000) -> Tensor:
    """Lose the minus sign of the exponent."""
    angle = angles(t, dim // 2, 1 / max_period, dim / 2)
    return torch.cat([angle.cos(), angle.sin()], dim=1)


misconception(
    "timestep_embedding", name="timesteps_scaled_to_one", belief="timesteps are scaled to [0, 1] before they are embedded",
    replace=("t[:, None] *", "t[:, None] / 1000 *"),
    hint="Your entries turn a thousand times too slowly: neighbouring timesteps get almost the same embedding. Does the "
    "docstring's formula divide t by anything?",
)  # fmt: skip

misconception(
    "timestep_embedding", name="timesteps_multiplied_by_1000", belief="time runs from 0 to 1",
    replace=("t[:, None] *", "1000.0 * t[:, None] *"),
    hint="Your entries turn a thousand times too fast. Are the timesteps that arrive here already whole numbers?",
)  # fmt: skip

misconception(
    "timestep_embedding", name="frequencies_counted_from_one", belief="the first frequency has number one",
    replace=("-torch.arange(half, device=t.device) / half", "-(torch.arange(half, device=t.device) + 1) / half"),
    hint="Your first frequency is not 1. Is the first k of the formula 0 or 1?",
)  # fmt: skip

misconception(
    "timestep_embedding", name="exponent_doubled", belief="the exponent is 2 k over half of dim",
    replace=("-torch.arange(half, device=t.device) / half", "-2 * torch.arange(half, device=t.device) / half"),
    hint="Your frequencies fall twice as fast as they should: the slowest lies near 1 / max_period ** 2. Is a factor of two "
    "counted twice, in 2 k and in dim / 2?",
)  # fmt: skip
