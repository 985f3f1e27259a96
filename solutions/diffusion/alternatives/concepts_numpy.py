"""The same answers with NumPy, torch, and one function for a whole table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

Numbers = dict[str, Any]


def marginal_coefficients() -> Callable[..., Numbers]:
    """A point on the unit circle."""

    def coefficients(alpha_bar: float) -> Numbers:
        angle = np.arccos(np.sqrt(alpha_bar))
        ratio = np.exp(np.log(alpha_bar) - np.log1p(-alpha_bar))
        return {"signal": np.cos(angle), "noise": np.sin(angle), "snr": ratio}

    return coefficients


def two_step_marginal() -> Callable[..., Numbers]:
    """With cumulative products."""

    def marginal(**betas: float) -> Numbers:
        alpha_bar = torch.cumprod(1 - torch.tensor([betas["beta1"], betas["beta2"]]), 0)[-1]
        return {"mean_factor": alpha_bar.sqrt(), "variance": 1 - alpha_bar}

    return marginal


def reverse_mean_coefficients() -> Numbers:
    """Fractions of roots."""
    return {
        "x_t": lambda beta, alpha_bar: (1 - beta) ** -0.5,
        "noise": lambda alpha_bar, beta: -beta * (1 - alpha_bar) ** -0.5 * (1 - beta) ** -0.5,
    }


def score() -> Numbers:
    """The score by its own formula."""
    return {
        "score": lambda x_t, x_0, alpha_bar: -(x_t - np.sqrt(alpha_bar) * x_0) / (1 - alpha_bar),
        "noise": lambda x_t, x_0, alpha_bar: (x_t - np.sqrt(alpha_bar) * x_0) / np.sqrt(1 - alpha_bar),
    }


def guidance_weights() -> Callable[..., Numbers]:
    """Weights that add up to one."""
    return lambda w: {"conditional": w, "unconditional": 1.0 - w, "power": np.float64(w)}


def guidance_regimes() -> dict[str, str]:
    """From two lists."""
    keys = ["w = 0", "w = 1", "w = 3", "diversity", "label agreement"]
    return dict(zip(keys, ["unconditional", "conditional", "sharpened", "falls", "rises"], strict=True))
