"""Right answers for sde.py: with the batch in the last dimension, where a vector of times broadcasts by itself."""

import torch
from torch import Tensor


def _speed(t: Tensor, beta_min: float, beta_max: float) -> Tensor:
    return beta_max * t + beta_min * (1 - t)


def marginal(x0: Tensor, t: Tensor, beta_min: float = 0.1, beta_max: float = 20.0) -> tuple[Tensor, Tensor]:
    """The trapezoidal rule is exact for a linear speed."""
    area = 0.5 * t * (beta_min + _speed(t, beta_min, beta_max))
    mean = (x0.movedim(0, -1) * (area / 2).neg().exp()).movedim(-1, 0)
    return mean, area.neg().expm1().neg().sqrt().reshape(-1, *(1 for _ in x0.shape[1:]))


def reverse_step(
    x: Tensor,
    score: Tensor,
    t: Tensor,
    dt: float,
    noise: Tensor,
    beta_min: float = 0.1,
    beta_max: float = 20.0,
) -> Tensor:
    """Everything with the batch last."""
    variance = _speed(t, beta_min, beta_max) * dt
    x, score, noise = (part.movedim(0, -1) for part in (x, score, noise))
    return ((1 + variance / 2) * x + variance * score + variance**0.5 * noise).movedim(-1, 0)


def probability_flow_step(
    x: Tensor, score: Tensor, t: Tensor, dt: float, beta_min: float = 0.1, beta_max: float = 20.0
) -> Tensor:
    """Everything with the batch last."""
    variance = _speed(t, beta_min, beta_max) * dt
    return x + ((x + score).movedim(0, -1) * variance).movedim(-1, 0) / 2


def discretize(num_timesteps: int, beta_min: float = 0.1, beta_max: float = 20.0) -> Tensor:
    """Cumulative sums of equal increments, clipped as noise schedules often are."""
    increments = torch.full((num_timesteps,), (beta_max - beta_min) / num_timesteps, dtype=torch.float64)
    return ((beta_min + increments.cumsum(0)) / num_timesteps).clamp(max=0.999)
