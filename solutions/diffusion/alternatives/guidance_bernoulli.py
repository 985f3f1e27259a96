"""Right answers for guidance.py with Bernoulli draws and lerp."""

import torch
from torch import Tensor


def drop_labels(
    y: Tensor, null_label: int, p: float = 0.1, generator: torch.Generator | None = None
) -> Tensor:
    """Draw 0 or 1 per label and choose with where."""
    mask = torch.bernoulli(torch.full(y.shape, float(p)), generator=generator).bool()
    return torch.where(mask, torch.full_like(y, null_label), y)


def guided_noise(eps_cond: Tensor, eps_uncond: Tensor, w: float) -> Tensor:
    """Linear interpolation, or extrapolation."""
    return torch.lerp(eps_uncond, eps_cond, float(w))
