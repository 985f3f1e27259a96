"""Right answers for schedule.py: masks, triangular matrices and one-hot products."""

import torch
import torch.nn.functional as F
from torch import Tensor


def linear_beta_schedule(num_timesteps: int, beta_start: float = 1e-4, beta_end: float = 0.02) -> Tensor:
    """A ramp from 0 to 1, stretched; lerp of the ends."""
    ramp = torch.arange(num_timesteps).double() / max(num_timesteps - 1, 1)
    return torch.lerp(ramp.new_tensor(beta_start), ramp.new_tensor(beta_end), ramp)


def cosine_beta_schedule(num_timesteps: int, s: float = 0.008) -> Tensor:
    """The double-angle form of the squared cosine, and minimum for clipping."""
    u = torch.linspace(0, 1, num_timesteps + 1, dtype=torch.float64)
    signal = 0.5 + 0.5 * torch.cos((u + s) / (1 + s) * torch.pi)
    betas = (signal[:-1] - signal[1:]) / signal[:-1]
    return torch.minimum(betas, torch.tensor(0.999, dtype=torch.float64))


def alphas_cumprod(betas: Tensor) -> Tensor:
    """A table with ones above the diagonal, multiplied row by row."""
    square = (len(betas), len(betas))
    above = torch.ones(square, dtype=betas.dtype).triu(1)
    return ((1 - betas).expand(square).tril() + above).prod(dim=1)


def extract(values: Tensor, t: Tensor, shape: tuple[int, ...]) -> Tensor:
    """One-hot rows times the table."""
    picked = torch.einsum("bt,t->b", F.one_hot(t, len(values)).to(values.dtype), values)
    return picked[(...,) + (None,) * (len(shape) - 1)]
