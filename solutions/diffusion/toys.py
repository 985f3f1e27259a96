"""A noise predictor that checks hand to student code."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Neighbours(nn.Module):
    """``sin(x + 0.3 t) + 0.5 x'``, where ``x'`` is the element before: depends on data, timestep and place."""

    def forward(self, x: Tensor, t: Tensor, y: Tensor | None = None) -> Tensor:
        """Noisy data ``(B, ...)``, timesteps ``(B,)`` and labels to something shaped like ``x``."""
        steps = t.reshape(-1, *[1] * (x.ndim - 1)).to(x.dtype)
        return torch.sin(x + 0.3 * steps) + 0.5 * x.roll(1, -1)
