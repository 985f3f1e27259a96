"""DDIM: sampling a trained DDPM in fewer steps, with as much or as little fresh noise as wanted."""

from collections.abc import Callable

import torch
from torch import Tensor

DenoiseFn = Callable[..., Tensor]
"""``denoise_fn(x, t, y=None)``: noisy data ``(B, ...)`` and int64 timesteps ``(B,)`` to noise."""


def ddim_timesteps(num_timesteps: int, num_steps: int) -> Tensor:
    """The timesteps that a sampler of S steps visits, evenly spaced and from late to early.

        floor(k T / S)    for k = S - 1, ..., 1, 0

    in exact integer arithmetic, so that rounding errors never shift a step.

    Args:
        num_timesteps: T, the length of the schedule the model was trained with.
        num_steps: S, from 1 to T.

    Returns:
        Timesteps in descending order, shape ``(S,)``, int64; the last one is 0.

    Source: Song, Meng and Ermon, "Denoising Diffusion Implicit Models", 2021, appendix D.2 (14.26, 14.28).
    """
    return torch.arange(num_steps - 1, -1, -1) * num_timesteps // num_steps


def ddim_step(
    x_t: Tensor,
    eps: Tensor,
    alpha_bar_t: Tensor,
    alpha_bar_prev: Tensor,
    eta: float = 0.0,
    noise: Tensor | None = None,
) -> Tensor:
    """One DDIM step from noise level alpha_bar_t to the lower noise level alpha_bar_prev.

        x_0    = (x_t - sqrt(1 - alpha_bar_t) eps) / sqrt(alpha_bar_t)
        sigma  = eta sqrt((1 - alpha_bar_prev) / (1 - alpha_bar_t)) sqrt(1 - alpha_bar_t / alpha_bar_prev)
        x_prev = sqrt(alpha_bar_prev) x_0 + sqrt(1 - alpha_bar_prev - sigma^2) eps + sigma noise

    Args:
        x_t: noisy data, shape ``(B, ...)``.
        eps: predicted noise, shaped like ``x_t``.
        alpha_bar_t: the current cumulative alpha, in (0, 1): a 0-dimensional tensor, or one that
            broadcasts against ``x_t``; dtype of ``x_t``.
        alpha_bar_prev: the one to go to, in [alpha_bar_t, 1]; likewise.
        eta: 0 for the deterministic sampler, 1 for the noise of the DDPM posterior.
        noise: standard normal noise shaped like ``x_t``; None draws it from the global random state.
            With eta = 0 it has no effect and need not be drawn.

    Returns:
        x_prev, shape and dtype of ``x_t``; differentiable in ``x_t`` and ``eps``.

    Source: Song et al. 2021, equations 12 and 16 (14.26, 14.28).
    """
    x_start = (x_t - (1 - alpha_bar_t).sqrt() * eps) / alpha_bar_t.sqrt()
    variance = eta**2 * (1 - alpha_bar_prev) / (1 - alpha_bar_t) * (1 - alpha_bar_t / alpha_bar_prev)
    # Rounding may push the remaining variance just below zero where it vanishes.
    direction = (1 - alpha_bar_prev - variance).clamp(min=0).sqrt() * eps
    x_prev = alpha_bar_prev.sqrt() * x_start + direction
    if eta == 0:
        return x_prev
    if noise is None:
        noise = torch.randn_like(x_t)
    return x_prev + variance.sqrt() * noise


def ddim_sample_loop(
    denoise_fn: DenoiseFn,
    shape: tuple[int, ...],
    alphas_cumprod: Tensor,
    num_steps: int,
    eta: float = 0.0,
    y: Tensor | None = None,
    generator: torch.Generator | None = None,
) -> Tensor:
    """Sample by DDIM: from x_T ~ N(0, I) through the timesteps of `ddim_timesteps` to new data.

    Each step goes from alpha_bar at its own timestep to alpha_bar at the next timestep of the list;
    the last step goes to alpha_bar = 1, clean data.

    Args:
        denoise_fn: the noise predictor, called once per step as ``denoise_fn(x, t, y)`` with ``t`` as
            int64 ``(B,)``: timesteps of the full schedule, not numbers of steps.
        shape: the shape ``(B, ...)`` of the result.
        alphas_cumprod: alpha_bar of the full schedule, shape ``(T,)``.
        num_steps: S, from 1 to T.
        eta: as in `ddim_step`.
        y: class labels or None, handed on to ``denoise_fn`` in every step.
        generator: source of all random numbers; with it the result is reproducible and the global
            random state is left alone. None draws from the global state.

    Returns:
        Samples of the given shape, in torch's default dtype, on the device of ``alphas_cumprod``.

    Source: Song et al. 2021, section 4 (14.26, 14.28).
    """
    device = alphas_cumprod.device
    x = torch.randn(shape, generator=generator, device=device)
    timesteps = ddim_timesteps(len(alphas_cumprod), num_steps).to(device)
    levels = alphas_cumprod[timesteps]
    next_levels = torch.cat([levels[1:], levels.new_ones(1)])
    for step, level, next_level in zip(timesteps, levels, next_levels, strict=True):
        eps = denoise_fn(x, step.repeat(shape[0]), y)
        noise = torch.randn(shape, generator=generator, device=device)
        x = ddim_step(x, eps, level, next_level, eta, noise)
    return x
