"""Noise schedules: how much Gaussian noise each step of the forward process adds.

Notation of the whole assignment, with timesteps counted from 0 to T - 1:

    beta_t       variance of the noise added at step t, in (0, 1)
    alpha_t      = 1 - beta_t
    alpha_bar_t  = alpha_0 * alpha_1 * ... * alpha_t
"""

import torch
from torch import Tensor


def linear_beta_schedule(num_timesteps: int, beta_start: float = 1e-4, beta_end: float = 0.02) -> Tensor:
    """Noise variances that grow linearly from ``beta_start`` to ``beta_end``, both included.

    The values are used as given, whatever the length; a schedule of length one is ``[beta_start]``.

    Args:
        num_timesteps: T, at least 1.
        beta_start: the first variance, beta_0.
        beta_end: the last variance, beta_{T-1}.

    Returns:
        The betas, shape ``(T,)``, float64: the products taken of them later need the precision.

    Source: Ho, Jain and Abbeel, "Denoising Diffusion Probabilistic Models", 2020, section 4 (D2.3).
    """
    return torch.linspace(beta_start, beta_end, num_timesteps, dtype=torch.float64)


def cosine_beta_schedule(num_timesteps: int, s: float = 0.008) -> Tensor:
    """The schedule whose cumulative signal level follows a squared cosine.

        f(u) = cos((u + s) / (1 + s) * pi / 2)^2,    u = i / T  in [0, 1]
        beta_i = min(1 - f((i + 1) / T) / f(i / T), 0.999),    i = 0, ..., T - 1

    The clipping from above keeps the last step from destroying the signal completely; nothing is
    clipped from below.

    Args:
        num_timesteps: T, at least 1.
        s: a small offset that keeps the first steps from being too timid, at least 0.

    Returns:
        The betas, shape ``(T,)``, float64.

    Source: Nichol and Dhariwal, "Improved Denoising Diffusion Probabilistic Models", 2021, equation 17.
    """
    u = torch.arange(num_timesteps + 1, dtype=torch.float64) / num_timesteps
    signal = torch.cos((u + s) / (1 + s) * torch.pi / 2) ** 2
    return (1 - signal[1:] / signal[:-1]).clamp(max=0.999)


def alphas_cumprod(betas: Tensor) -> Tensor:
    """The share of the signal's variance that survives up to and including each step.

        alpha_bar_t = (1 - beta_0) (1 - beta_1) ... (1 - beta_t)

    Args:
        betas: noise variances in (0, 1), shape ``(T,)``, floating point.

    Returns:
        The cumulative products, shape ``(T,)``, dtype of ``betas``; differentiable.

    Source: Ho et al. 2020, equation 4 (D2.3).
    """
    return torch.cumprod(1 - betas, dim=0)


def extract(values: Tensor, t: Tensor, shape: tuple[int, ...]) -> Tensor:
    """Look up one value per sample, shaped to broadcast over a batch of data.

    Each sample of a batch may be at a timestep of its own: sample b gets ``values[t[b]]``.

    Args:
        values: one number per timestep, shape ``(T,)``.
        t: timesteps, shape ``(B,)``, int64, each in 0 ... T - 1.
        shape: the shape ``(B, ...)`` of the data that the result will multiply, with one to four
            dimensions behind the batch.

    Returns:
        Shape ``(B, 1, ..., 1)`` with as many dimensions as ``shape``, dtype of ``values``;
        differentiable in ``values``.

    Source: the helper of the same name in D2.3.
    """
    return values[t].reshape(-1, *[1] * (len(shape) - 1))
