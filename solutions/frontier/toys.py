"""A linear network of data and time, to see into whose parameters a loss sends gradients."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class ToyTimeNetwork(nn.Module):
    """``f(x, t) = slope x + drift t`` with two numbers as parameters."""

    def __init__(self, slope: float = 1.0, drift: float = 0.0) -> None:
        """Start at the given values."""
        super().__init__()
        self.slope = nn.Parameter(torch.tensor(slope))
        self.drift = nn.Parameter(torch.tensor(drift))

    def forward(self, x: Tensor, t: Tensor) -> Tensor:
        """Data ``(B, ...)`` and times ``(B,)`` to something shaped like ``x``."""
        return self.slope * x + self.drift * t.reshape(-1, *[1] * (x.ndim - 1))
