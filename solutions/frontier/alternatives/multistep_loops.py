"""Right answers for multistep.py: sample by sample."""

import torch
from torch import Tensor


def v_prediction_target(x_start: Tensor, noise: Tensor, t: Tensor, alphas_cumprod: Tensor) -> Tensor:
    """One sample at a time, with plain numbers as coefficients."""
    rows = []
    for x, e, step in zip(x_start, noise, t, strict=True):
        alpha_bar = float(alphas_cumprod[step])
        rows.append(alpha_bar**0.5 * e - (1 - alpha_bar) ** 0.5 * x)
    return torch.stack(rows)


def min_snr_weight(t: Tensor, alphas_cumprod: Tensor, gamma: float = 5.0) -> Tensor:
    """Compare with a tensor of gammas."""
    table = alphas_cumprod / (1 - alphas_cumprod)
    snr = torch.stack([table[int(step)] for step in t])
    return torch.minimum(snr, torch.full_like(snr, gamma)) / snr
