"""The same answers as plain numbers, NumPy and functions that return tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

Numbers = dict[str, Any]


def latent_savings() -> Numbers:
    """Typed in."""
    return {"elements": 48, "positions": 64, "attention": 4096}


def constant_rate_marginal() -> Callable[..., Numbers]:
    """With expm1, for small times."""
    return lambda beta, t: {"mean_factor": np.exp(-0.5 * beta * t), "variance": -np.expm1(-beta * t)}


def reverse_drifts() -> Numbers:
    """With the common factor in front."""
    return {
        "sde": lambda x, score, beta: -0.5 * beta * (x + 2 * score),
        "ode": lambda x, score, beta: -0.5 * beta * (x + score),
    }


def small_step_limit() -> Callable[..., Numbers]:
    """In torch."""

    def limit(beta: float, x: float) -> Numbers:
        rate = torch.tensor(beta, dtype=torch.float64)
        return {"drift": -rate * x / 2, "diffusion": rate.sqrt()}

    return limit


def consistency_ends() -> Numbers:
    """Three numbers and a function."""
    return {
        "skip_at_start": 1, "out_at_start": 0, "skip_far_away": 0, "out_far_away": lambda **given: given["sigma_data"],
    }  # fmt: skip
