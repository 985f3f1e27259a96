"""Networks that checks hand to student code: a linear one, to see into whose parameters a loss sends gradients, and smooth
functions of everything they are given, which refuse times of a wrong shape."""

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


def shaped(t: Tensor, x: Tensor) -> Tensor:
    """Times ready to multiply data; refuses times of another shape than (B,)."""
    if tuple(t.shape) != tuple(x.shape[:1]):
        raise ValueError("t should have shape (B,)")
    return t.reshape(-1, *[1] * (x.ndim - 1))


class Wave(nn.Module):
    """``sin(1.3 x + 0.2 t) + 0.4 x``."""

    def forward(self, x: Tensor, t: Tensor) -> Tensor:
        """Data ``(B, ...)`` and times ``(B,)`` to something shaped like ``x``."""
        return torch.sin(1.3 * x + 0.2 * shaped(t, x)) + 0.4 * x


class Student(nn.Module):
    """Smooth, with a slope of its own: ``sin(x) + 0.3 t x``."""

    def forward(self, x: Tensor, t: Tensor) -> Tensor:
        """Data ``(B, ...)`` and times ``(B,)`` to something shaped like ``x``."""
        return torch.sin(x) + 0.3 * shaped(t, x) * x


class AveragedStudent(nn.Module):
    """Another function, ``cos(0.7 x) - 0.2 t``, so that neither student can stand in for the other."""

    def forward(self, x: Tensor, t: Tensor) -> Tensor:
        """Data ``(B, ...)`` and times ``(B,)`` to something shaped like ``x``."""
        return torch.cos(0.7 * x) - 0.2 * shaped(t, x)


class TeacherStep(nn.Module):
    """A step that depends on everything it is given: ``x t_lo / t_hi + 0.1 t_hi``."""

    def forward(self, x: Tensor, t_hi: Tensor, t_lo: Tensor) -> Tensor:
        """Data ``(B, ...)`` and two times ``(B,)`` to something shaped like ``x``."""
        return x * (shaped(t_lo, x) / shaped(t_hi, x)) + 0.1 * shaped(t_hi, x)


class WideVAE(nn.Module):
    """Latents and images of other shapes than what they are made from; a wide posterior, a decoder that is not linear."""

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Means and log-variances of data ``(B, ...)``, both ``(B, 2 D)``."""
        flat = x.flatten(1)
        return torch.cat([torch.sin(flat), flat**2 + 1], dim=1), 2 + flat.repeat(1, 2)

    def decode(self, z: Tensor) -> Tensor:
        """Images ``(B, 2 D)`` of latents ``(B, ...)``."""
        return torch.tanh(z.flatten(1)).repeat(1, 2) + 0.3
