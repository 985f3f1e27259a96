"""Right answers for multistep.py: tables of roots, weights chosen by a condition."""

import torch
from torch import Tensor


def v_prediction_target(x_start: Tensor, noise: Tensor, t: Tensor, alphas_cumprod: Tensor) -> Tensor:
    """Look up the roots."""
    signal, spread = alphas_cumprod.sqrt(), torch.sqrt(1 - alphas_cumprod)
    ones = (1,) * (x_start.dim() - 1)
    return noise * signal[t].view(-1, *ones) + x_start * spread[t].view(-1, *ones).neg()


def min_snr_weight(t: Tensor, alphas_cumprod: Tensor, gamma: float = 5.0) -> Tensor:
    """Ones where the ratio is small."""
    snr = torch.exp(torch.log(alphas_cumprod[t]) - torch.log1p(-alphas_cumprod[t]))
    return torch.where(snr < gamma, torch.ones_like(snr), gamma / snr)
