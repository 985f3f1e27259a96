"""Right answers for guidance.py: a copy changed in place, and a weighted sum."""

import torch
from torch import Tensor


def drop_labels(
    y: Tensor, null_label: int, p: float = 0.1, generator: torch.Generator | None = None
) -> Tensor:
    """Change a copy, label by label; keep a label when its draw is at least p."""
    result = y.clone()
    draws = torch.rand(len(y), generator=generator).tolist()
    for index, draw in enumerate(draws):
        if not draw >= p:
            result[index] = null_label
    return result


def guided_noise(eps_cond: Tensor, eps_uncond: Tensor, w: float) -> Tensor:
    """The weights of the two predictions add up to one."""
    return w * eps_cond + (1 - w) * eps_uncond
