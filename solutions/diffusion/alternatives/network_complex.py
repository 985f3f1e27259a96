"""Right answers for network.py: real and imaginary parts of points on the unit circle."""

import torch
from torch import Tensor


def timestep_embedding(t: Tensor, dim: int, max_period: float = 10000) -> Tensor:
    """torch.polar gives cosine and sine at once."""
    exponents = torch.linspace(0, 1, dim // 2 + 1, dtype=torch.float64)[:-1]
    angles = torch.outer(t.double(), torch.pow(torch.tensor(max_period, dtype=torch.float64), -exponents))
    points = torch.polar(torch.ones_like(angles), angles)
    return torch.hstack([points.real, points.imag]).float()
