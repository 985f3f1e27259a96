"""Tiny critics, generators and discriminators with known derivatives, for checks of adversarial training."""

from __future__ import annotations

import torch
from torch import Tensor, nn


def _uneven(number: int) -> Tensor:
    """Curvatures that differ from coordinate to coordinate."""
    return 1 + 0.5 * torch.sin(torch.arange(1, number + 1, dtype=torch.float64))


class QuadraticCritic(nn.Module):
    """Half a weighted sum of squares plus a linear part; scores of samples of any shape, ``(B,)`` or ``(B, 1)``.

    Its gradient at x is ``scale * curvature * x + slope``. ``stale`` fills the gradients of both parameters
    beforehand.
    """

    def __init__(self, scale: float = 1.0, slope: float = 0.0, column: bool = False, stale: float | None = None) -> None:
        """Make the two parameters, in double precision."""
        super().__init__()
        self.scale = nn.Parameter(torch.tensor(scale, dtype=torch.float64))
        self.slope = nn.Parameter(torch.tensor(slope, dtype=torch.float64))
        self.column = column
        if stale is not None:
            fill_gradients(self, stale)

    def forward(self, x: Tensor) -> Tensor:
        """Scores in the dtype of ``x``."""
        flat = x.flatten(1)
        scale, slope = self.scale.to(x.dtype), self.slope.to(x.dtype)
        score = (0.5 * scale * _uneven(flat.shape[1]).to(x.dtype) * flat**2 + slope * flat).sum(1)
        return score.unsqueeze(1) if self.column else score


class LinearCritic(nn.Module):
    """A critic with the same gradient everywhere: ``weights``."""

    def __init__(self, weights: tuple[float, ...]) -> None:
        """Keep the weights as a parameter."""
        super().__init__()
        self.weights = nn.Parameter(torch.tensor(weights))

    def forward(self, x: Tensor) -> Tensor:
        """Scores ``(B,)``."""
        return x @ self.weights


class BowlCritic(nn.Module):
    """Half the squared norm, whose gradient at x is x itself; ``points`` lists what it was asked about."""

    def __init__(self) -> None:
        """Start with nothing asked."""
        super().__init__()
        self.points: list[Tensor] = []

    def forward(self, x: Tensor) -> Tensor:
        """Scores ``(B,)``."""
        self.points.append(_plain(x))
        return (x**2).flatten(1).sum(1) / 2


def _plain(x: Tensor) -> Tensor:
    """A copy of the values; inside ``torch.func`` transforms those of the whole batch."""
    while torch._C._functorch.is_functorch_wrapped_tensor(x):
        x = torch._C._functorch.get_unwrapped(x)
    return x.detach().clone()


class WeightCritic(Tensor):
    """A quadratic critic that is its own weight vector: derivatives with respect to it can be asked for.

    A sample x scores ``sum over d of (weights[d] * x[d] ** 2 / 2 + weights[(d + 1) % D] * x[d])``.
    """

    @staticmethod
    def __new__(cls: type[WeightCritic], weights: Tensor) -> WeightCritic:
        """Wrap a vector."""
        return weights.as_subclass(cls)

    def __call__(self, x: Tensor) -> Tensor:
        """Scores ``(B,)`` of samples with as many elements as there are weights."""
        weights = self.as_subclass(Tensor)
        flat = x.flatten(1)
        return (0.5 * weights * flat**2 + weights.roll(-1) * flat).sum(1)


class ToyGenerator(nn.Module):
    """Latents of two coordinates to images ``(B, 1, 2, 2)``; parameters follow from ``seed``."""

    def __init__(self, seed: int = 0, stale: float | None = None) -> None:
        """Draw the parameters from a generator of their own."""
        super().__init__()
        generator = torch.Generator().manual_seed(seed)
        self.weight = nn.Parameter(torch.randn(2, 4, generator=generator))
        self.bias = nn.Parameter(0.5 * torch.randn(4, generator=generator))
        if stale is not None:
            fill_gradients(self, stale)

    def forward(self, z: Tensor) -> Tensor:
        """Images in (-1, 1)."""
        return torch.tanh(z @ self.weight + self.bias).view(-1, 1, 2, 2)


class ToyDiscriminator(nn.Module):
    """Images ``(B, 1, 2, 2)`` to logits ``(B,)``; parameters follow from ``seed``."""

    def __init__(self, seed: int = 0, stale: float | None = None) -> None:
        """Draw the parameters from a generator of their own."""
        super().__init__()
        generator = torch.Generator().manual_seed(100 + seed)
        self.weight = nn.Parameter(torch.randn(4, 3, generator=generator))
        self.head = nn.Parameter(torch.randn(3, generator=generator))
        self.bias = nn.Parameter(torch.tensor(0.3))
        if stale is not None:
            fill_gradients(self, stale)

    def forward(self, x: Tensor) -> Tensor:
        """Logits, not bounded."""
        return torch.tanh(x.flatten(1) @ self.weight) @ self.head + self.bias


def fill_gradients(module: nn.Module, value: float) -> None:
    """Leave a gradient in every parameter, as an earlier backward pass does."""
    for parameter in module.parameters():
        parameter.grad = torch.full_like(parameter, value)
