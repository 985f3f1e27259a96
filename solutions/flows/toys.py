"""Maps from (D,) to (D,) whose Jacobians are known by formula, for checks of numerical log-determinants.

They live beside student code because a student may trace them with ``torch.func``, which a callback does not allow.
Each takes a single vector, not a batch.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


class LinearMap(nn.Module):
    """``matrix @ x + offset``: the Jacobian is the matrix."""

    def __init__(self, matrix: Tensor, offset: float = 0.0) -> None:
        """Keep the matrix."""
        super().__init__()
        self.matrix: Tensor
        self.register_buffer("matrix", matrix)
        self.offset = offset

    def forward(self, x: Tensor) -> Tensor:
        """Apply the map to one vector."""
        return torch.mv(self.matrix, x) + self.offset


class PlanarMap(nn.Module):
    """``x + u tanh(w . x)``: determinant ``1 + (w . u) / cosh(w . x)**2``."""

    def __init__(self, u: Tensor, w: Tensor) -> None:
        """Keep both directions."""
        super().__init__()
        self.u: Tensor
        self.w: Tensor
        self.register_buffer("u", u)
        self.register_buffer("w", w)

    def forward(self, x: Tensor) -> Tensor:
        """Apply the map to one vector."""
        return x + self.u * torch.tanh(torch.dot(self.w, x))


class ChainedMap(nn.Module):
    """``y_0 = sinh(x_0)``, ``y_i = exp(x_{i-1}) x_i``: log-determinant ``log cosh(x_0) + sum of x_{i-1}``."""

    def forward(self, x: Tensor) -> Tensor:
        """Apply the map to one vector."""
        return torch.cat([torch.sinh(x[:1]), torch.exp(x[:-1]) * x[1:]])


class PolarMap(nn.Module):
    """``(r, angle) -> (r cos(angle), r sin(angle))``: determinant ``r``; ``flipped`` exchanges the results: ``-r``."""

    def __init__(self, flipped: bool = False) -> None:
        """Choose the orientation."""
        super().__init__()
        self.flipped = flipped

    def forward(self, x: Tensor) -> Tensor:
        """Apply the map to one vector."""
        across, along = x[0] * torch.cos(x[1]), x[0] * torch.sin(x[1])
        return torch.stack([along, across] if self.flipped else [across, along])
