"""Right answers for consistency.py: reciprocals, einsum, keyword arguments."""

import math
from collections.abc import Callable

import torch
from torch import Tensor

TimeFunction = Callable[[Tensor, Tensor], Tensor]


def c_skip(t: Tensor, sigma_data: float = 0.5, t_min: float = 0.002) -> Tensor:
    """A reciprocal first."""
    ratio = torch.reciprocal(torch.square(t - t_min) + sigma_data * sigma_data)
    return ratio * math.pow(sigma_data, 2)


def c_out(t: Tensor, sigma_data: float = 0.5, t_min: float = 0.002) -> Tensor:
    """With a reciprocal root."""
    return torch.rsqrt(1 + (t / sigma_data).pow(2)) * (t - t_min)


def consistency_function(
    network: TimeFunction, x: Tensor, t: Tensor, sigma_data: float = 0.5, t_min: float = 0.002
) -> Tensor:
    """The network first, then einsum."""
    said = network(x, t=t)
    kept = torch.einsum("b...,b->b...", x, c_skip(t, sigma_data, t_min))
    return kept + torch.einsum("b...,b->b...", said, c_out(t, t_min=t_min, sigma_data=sigma_data))


def distillation_loss(
    student: TimeFunction,
    ema_student: TimeFunction,
    teacher_step: Callable[[Tensor, Tensor, Tensor], Tensor],
    x: Tensor,
    t_hi: Tensor,
    t_lo: Tensor,
) -> Tensor:
    """An inner product over the number of elements; the teacher in inference without gradients as well."""
    with torch.no_grad():
        reached = teacher_step(x, t_hi=t_hi, t_lo=t_lo).detach()
        target = ema_student(reached, t_lo).clone()
    error = (target - student(x, t_hi)).flatten()
    return torch.dot(error, error) / error.numel()


def one_step_sample(
    network: TimeFunction,
    shape: tuple[int, ...],
    t_max: float = 80.0,
    generator: torch.Generator | None = None,
) -> Tensor:
    """One sample's noise after the other, then the whole batch at once."""
    batch, *rest = shape
    x = torch.stack([torch.randn(rest, generator=generator) for _ in range(batch)]).mul(t_max)
    return consistency_function(
        network, x, torch.tensor([t_max] * batch, dtype=torch.get_default_dtype()), 0.5
    )
