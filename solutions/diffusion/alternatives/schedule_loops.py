"""Right answers for schedule.py, written with loops and plain numbers."""

import math

import torch
from torch import Tensor


def linear_beta_schedule(num_timesteps: int, beta_start: float = 1e-4, beta_end: float = 0.02) -> Tensor:
    """Interpolate between the ends, one step at a time."""
    gaps = max(num_timesteps - 1, 1)
    return torch.tensor(
        [beta_start * (1 - i / gaps) + beta_end * (i / gaps) for i in range(num_timesteps)], dtype=torch.double
    )


def cosine_beta_schedule(num_timesteps: int, s: float = 0.008) -> Tensor:
    """Go through alpha_bar itself, with a function of the timestep."""

    def alpha_bar(u: float) -> float:
        return math.cos((u + s) / (1 + s) * math.pi / 2) ** 2 / math.cos(s / (1 + s) * math.pi / 2) ** 2

    betas = []
    for i in range(num_timesteps):
        beta = 1 - alpha_bar((i + 1) / num_timesteps) / alpha_bar(i / num_timesteps)
        betas.append(min(beta, 0.999))
    return torch.tensor(betas, dtype=torch.float64)


def alphas_cumprod(betas: Tensor) -> Tensor:
    """Keep a running product."""
    product = torch.ones((), dtype=betas.dtype, device=betas.device)
    products = []
    for beta in betas:
        product = product * (1 - beta)
        products.append(product)
    return torch.stack(products)


def extract(values: Tensor, t: Tensor, shape: tuple[int, ...]) -> Tensor:
    """Pick the values one by one and add dimensions until there are enough."""
    picked = torch.stack([values[int(step)] for step in t])
    while picked.ndim < len(shape):
        picked = picked.unsqueeze(-1)
    return picked
