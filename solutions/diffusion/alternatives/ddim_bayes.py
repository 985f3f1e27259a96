"""Right answers for ddim.py: plain lists, sigma from the posterior variance, and the whole loop in one function."""

from collections.abc import Callable

import torch
from torch import Tensor


def ddim_timesteps(num_timesteps: int, num_steps: int) -> Tensor:
    """A list comprehension."""
    return torch.tensor([k * num_timesteps // num_steps for k in range(num_steps)][::-1], dtype=torch.long)


def ddim_step(
    x_t: Tensor,
    eps: Tensor,
    alpha_bar_t: Tensor,
    alpha_bar_prev: Tensor,
    eta: float = 0.0,
    noise: Tensor | None = None,
) -> Tensor:
    """Sigma squared is eta squared times the posterior variance beta (1 - prev) / (1 - now)."""
    beta = (alpha_bar_prev - alpha_bar_t) / alpha_bar_prev
    posterior_variance = beta * (1 - alpha_bar_prev) / (1 - alpha_bar_t)
    x_start = x_t / alpha_bar_t**0.5 - eps * (1 / alpha_bar_t - 1) ** 0.5
    variance = eta * eta * posterior_variance
    pointing = (1 - alpha_bar_prev - variance) ** 0.5
    mean = alpha_bar_prev**0.5 * x_start + pointing * eps
    if eta > 0:
        mean = mean + variance**0.5 * (torch.empty_like(x_t).normal_() if noise is None else noise)
    return mean


@torch.no_grad()
def ddim_sample_loop(
    denoise_fn: Callable[..., Tensor],
    shape: tuple[int, ...],
    alphas_cumprod: Tensor,
    num_steps: int,
    eta: float = 0.0,
    y: Tensor | None = None,
    generator: torch.Generator | None = None,
) -> Tensor:
    """Draws every number before the first step; coefficients are broadcast over the batch."""
    steps = ddim_timesteps(len(alphas_cumprod), num_steps)
    draws = torch.randn(num_steps + 1, *shape, generator=generator)
    x = draws[0]
    spread = (shape[0],) + (1,) * (len(shape) - 1)
    for index in range(num_steps):
        t = steps[index].expand(shape[0])
        now = alphas_cumprod[t].reshape(spread)
        then = alphas_cumprod[steps[index + 1]].expand(spread) if index + 1 < num_steps else torch.ones_like(now)
        eps = denoise_fn(x, t) if y is None else denoise_fn(x, t, y)
        x = ddim_step(x, eps, now, then, eta, draws[index + 1])
    return x
