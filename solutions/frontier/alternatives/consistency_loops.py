"""Right answers for consistency.py: sample by sample, targets detached at the end, noise drawn in place."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

TimeFunction = Callable[[Tensor, Tensor], Tensor]


def c_skip(t: Tensor, sigma_data: float = 0.5, t_min: float = 0.002) -> Tensor:
    """One over one plus the ratio of variances."""
    return 1 / (1 + ((t - t_min) / sigma_data) ** 2)


def c_out(t: Tensor, sigma_data: float = 0.5, t_min: float = 0.002) -> Tensor:
    """A hypotenuse."""
    return (t - t_min) * sigma_data / torch.hypot(t, torch.full_like(t, sigma_data))


def consistency_function(
    network: TimeFunction, x: Tensor, t: Tensor, sigma_data: float = 0.5, t_min: float = 0.002
) -> Tensor:
    """One sample at a time, also for the network."""
    rows = []
    for b in range(len(x)):
        time = t[b : b + 1]
        said = network(x[b : b + 1], time)
        rows.append(c_skip(time, sigma_data, t_min) * x[b] + c_out(time, sigma_data, t_min) * said[0])
    return torch.stack(rows)


def distillation_loss(
    student: TimeFunction,
    ema_student: TimeFunction,
    teacher_step: Callable[[Tensor, Tensor, Tensor], Tensor],
    x: Tensor,
    t_hi: Tensor,
    t_lo: Tensor,
) -> Tensor:
    """Leave the mean to torch; detach the target."""
    predicted = student(x, t_hi)
    return F.mse_loss(predicted, ema_student(teacher_step(x, t_hi, t_lo), t_lo).detach())


@torch.no_grad()
def one_step_sample(
    network: TimeFunction,
    shape: tuple[int, ...],
    t_max: float = 80.0,
    generator: torch.Generator | None = None,
) -> Tensor:
    """Draw in place; the weights once more by hand."""
    x = torch.empty(shape).normal_(std=t_max, generator=generator)
    t = x.new_ones(shape[0]) * t_max
    said = network(x, t)
    skip, out = c_skip(t[:1]).item(), c_out(t[:1]).item()
    return skip * x + out * said
