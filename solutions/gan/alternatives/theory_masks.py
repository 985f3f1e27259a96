"""Right answers for theory.py that leave out the terms of probability zero."""

import torch
from torch import Tensor


def optimal_discriminator(p_data: Tensor, p_g: Tensor) -> Tensor:
    """Zero where there is nothing."""
    total = p_data + p_g
    safe = torch.where(total > 0, total, torch.ones_like(total))
    return p_data / safe


def _divergence(p: Tensor, m: Tensor) -> Tensor:
    positive = p > 0
    ratio = torch.where(positive, p, torch.ones_like(p)) / torch.where(positive, m, torch.ones_like(m))
    return torch.sum(p * torch.log(ratio), dim=-1)


def js_divergence(p: Tensor, q: Tensor) -> Tensor:
    """Two divergences."""
    m = 0.5 * (p + q)
    return 0.5 * _divergence(p, m) + 0.5 * _divergence(q, m)


def gan_value(p_data: Tensor, p_g: Tensor) -> Tensor:
    """The definition, at the best discriminator."""
    d = optimal_discriminator(p_data, p_g)
    return (torch.special.xlogy(p_data, d) + torch.special.xlogy(p_g, 1 - d)).sum(dim=-1)
