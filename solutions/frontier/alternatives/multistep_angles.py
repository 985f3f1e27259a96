"""Right answers for multistep.py: an angle between data and noise, weights with one division."""

import torch
from torch import Tensor


def v_prediction_target(x_start: Tensor, noise: Tensor, t: Tensor, alphas_cumprod: Tensor) -> Tensor:
    """Rotate by the angle whose squared cosine is alpha_bar."""
    phi = torch.arccos(torch.sqrt(alphas_cumprod.gather(0, t)))
    phi = phi.view(x_start.shape[0], *([1] * len(x_start.shape[1:])))
    return torch.cos(phi) * noise - torch.sin(phi) * x_start


def min_snr_weight(t: Tensor, alphas_cumprod: Tensor, gamma: float = 5.0) -> Tensor:
    """The smaller of 1 and gamma over the ratio."""
    alpha_bar = alphas_cumprod.index_select(0, t)
    return (gamma * (1 - alpha_bar) / alpha_bar).clamp(max=1)
