"""The same answers with NumPy and torch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch.distributions import LogNormal


def exponential_log_density() -> Callable[..., torch.Tensor]:
    """Ask torch."""
    return lambda x: LogNormal(0.0, 1.0).log_prob(torch.tensor(x))


def coupling_jacobian() -> Callable[..., torch.Tensor]:
    """By automatic differentiation."""

    def jacobian(x_a: float, x_b: float, k: float, c: float) -> torch.Tensor:
        def layer(point: torch.Tensor) -> torch.Tensor:
            return torch.stack([point[0], point[1] * torch.exp(k * point[0]) + c * point[0]])

        return torch.autograd.functional.jacobian(layer, torch.tensor([x_a, x_b], dtype=torch.float64))

    return jacobian


def coupling_log_dets() -> Callable[..., dict[str, Any]]:
    """One function for all three."""

    def log_dets(s1: float, s2: float) -> dict[str, Any]:
        forward = np.log(np.linalg.det(np.diag(np.exp([s1, s2]))))
        return {"forward": forward, "inverse": -forward, "volume": np.exp(s1) * np.exp(s2)}

    return log_dets


def determinant_costs() -> dict[str, Any]:
    """As floats."""
    return {"general": 3.0, "triangular": np.int64(1), "entries": 2}


def stacked_scalings() -> Callable[..., float]:
    """Step by step."""

    def log_density(log_q0: float, steps: int, d: int, scale: float) -> float:
        for _ in range(int(steps)):
            log_q0 -= np.linalg.slogdet(scale * np.eye(int(d)))[1]
        return log_q0

    return log_density
