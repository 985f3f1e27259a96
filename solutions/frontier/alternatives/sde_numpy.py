"""Right answers for sde.py: alpha_bar in continuous time, NumPy, linspace and einsum."""

import numpy as np
import torch
from torch import Tensor


def _alpha_bar(t: Tensor, beta_min: float, beta_max: float) -> Tensor:
    """The mean of the speeds at both ends, times the time that has passed."""
    return torch.exp(
        -t * (beta_min + torch.lerp(torch.full_like(t, beta_min), torch.full_like(t, beta_max), t)) / 2
    )


def marginal(x0: Tensor, t: Tensor, beta_min: float = 0.1, beta_max: float = 20.0) -> tuple[Tensor, Tensor]:
    """As in a DDPM."""
    alpha_bar = _alpha_bar(t, beta_min, beta_max)[(...,) + (None,) * (x0.dim() - 1)]
    return alpha_bar.sqrt() * x0, (1.0 - alpha_bar) ** 0.5


def reverse_step(
    x: Tensor,
    score: Tensor,
    t: Tensor,
    dt: float,
    noise: Tensor,
    beta_min: float = 0.1,
    beta_max: float = 20.0,
) -> Tensor:
    """The probability flow, half a score more, and noise."""
    variance = dt * (beta_min + t * (beta_max - beta_min))
    moved = probability_flow_step(x, score, t, dt, beta_min, beta_max)
    more = torch.einsum("b,b...->b...", 0.5 * variance, score)
    return moved + more + torch.einsum("b,b...->b...", variance.sqrt(), noise)


def probability_flow_step(
    x: Tensor, score: Tensor, t: Tensor, dt: float, beta_min: float = 0.1, beta_max: float = 20.0
) -> Tensor:
    """Weights of x and of the score."""
    half = 0.5 * dt * torch.add(beta_min, t, alpha=beta_max - beta_min)
    return torch.einsum("b,b...->b...", 1 + half, x) + torch.einsum("b,b...->b...", half, score)


def discretize(num_timesteps: int, beta_min: float = 0.1, beta_max: float = 20.0) -> Tensor:
    """T + 1 speeds from end to end, without the first."""
    return torch.from_numpy(np.linspace(beta_min, beta_max, num_timesteps + 1)[1:] / num_timesteps)
