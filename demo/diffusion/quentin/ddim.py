"""Right answers for ddim.py: NumPy indices, the step as two coefficients, loops over pairs of timesteps."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor


def ddim_timesteps(num_timesteps: int, num_steps: int) -> Tensor:
    """Integer division in NumPy, then reversed."""
    ascending = np.arange(num_steps, dtype=np.int64) * num_timesteps // num_steps
    return torch.from_numpy(ascending[::-1].copy())


def ddim_step(
    x_t: Tensor,
    eps: Tensor,
    alpha_bar_t: Tensor,
    alpha_bar_prev: Tensor,
    eta: float = 0.0,
    noise: Tensor | None = None,
) -> Tensor:
    """One coefficient for x_t, one for eps, one for the noise; noise is drawn even if it has no effect."""
    sigma = eta * torch.sqrt((1 - alpha_bar_prev) / (1 - alpha_bar_t)) * torch.sqrt(1 - alpha_bar_t / alpha_bar_prev)
    scale = torch.sqrt(alpha_bar_prev / alpha_bar_t)
    rest = torch.sqrt(torch.relu(1 - alpha_bar_prev - sigma * sigma))
    noise = torch.randn_like(x_t) if noise is None else noise
    return scale * x_t + (rest - scale * torch.sqrt(1 - alpha_bar_t)) * eps + sigma * noise


def ddim_sample_loop(
    denoise_fn: Callable[..., Tensor],
    shape: tuple[int, ...],
    alphas_cumprod: Tensor,
    num_steps: int,
    eta: float = 0.0,
    y: Tensor | None = None,
    generator: torch.Generator | None = None,
) -> Tensor:
    """Pairs of current and next timestep, -1 standing for clean data."""
    times = [*ddim_timesteps(alphas_cumprod.shape[0], num_steps).tolist(), -1]
    with torch.no_grad():
        x = torch.randn(shape, generator=generator)
        for now, then in pairwise(times):
            target = alphas_cumprod[then] if then >= 0 else torch.ones_like(alphas_cumprod[0])
            eps = denoise_fn(x, torch.full((x.shape[0],), now, dtype=torch.long), y=y)
            noise = torch.randn(x.shape, generator=generator) if eta > 0 else torch.zeros_like(x)
            x = ddim_step(x, eps, alphas_cumprod[now], target, eta=eta, noise=noise)
    return x
