"""Right answers for sde.py: one sample at a time, with plain numbers as coefficients."""

import math

import torch
from torch import Tensor


def marginal(x0: Tensor, t: Tensor, beta_min: float = 0.1, beta_max: float = 20.0) -> tuple[Tensor, Tensor]:
    """The naive difference in the variance."""
    means, deviations = [], []
    for x, time in zip(x0, t.tolist(), strict=True):
        log_mean = -0.25 * time * time * (beta_max - beta_min) - 0.5 * time * beta_min
        means.append(math.exp(log_mean) * x)
        deviations.append(math.sqrt(1 - math.exp(2 * log_mean)))
    std = torch.tensor(deviations, dtype=x0.dtype)
    return torch.stack(means), std.view([len(t)] + [1] * (x0.dim() - 1))


def reverse_step(
    x: Tensor,
    score: Tensor,
    t: Tensor,
    dt: float,
    noise: Tensor,
    beta_min: float = 0.1,
    beta_max: float = 20.0,
) -> Tensor:
    """Drift and diffusion by name, time running backwards."""
    rows = []
    for b, time in enumerate(t.tolist()):
        beta = beta_min + time * (beta_max - beta_min)
        drift, diffusion = -0.5 * beta * x[b], math.sqrt(beta)
        rows.append(x[b] + (drift - diffusion**2 * score[b]) * -dt + diffusion * math.sqrt(dt) * noise[b])
    return torch.stack(rows)


def probability_flow_step(
    x: Tensor, score: Tensor, t: Tensor, dt: float, beta_min: float = 0.1, beta_max: float = 20.0
) -> Tensor:
    """Velocity times a negative time step."""
    rows = []
    for b in range(x.size(0)):
        beta = (1 - t[b]) * beta_min + t[b] * beta_max
        rows.append(x[b] - dt * (-0.5 * beta * x[b] - 0.5 * beta * score[b]))
    return torch.stack(rows)


def discretize(num_timesteps: int, beta_min: float = 0.1, beta_max: float = 20.0) -> Tensor:
    """A list comprehension, in single precision."""
    betas = [
        (beta_min + (i + 1) / num_timesteps * (beta_max - beta_min)) / num_timesteps
        for i in range(num_timesteps)
    ]
    return torch.tensor(betas, dtype=torch.float64)
