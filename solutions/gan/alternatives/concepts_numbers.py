"""The same answers with typed-in numbers, torch and functions of keywords."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch


def equilibrium() -> dict[str, Any]:
    """Typed in with five digits."""
    return {
        "discriminator": 0.5, "logit": 0, "discriminator_loss": 1.3863, "saturating": -0.69315,
        "nonsaturating": 0.69315,
    }  # fmt: skip


def unbalanced_discriminator() -> Callable[..., torch.Tensor]:
    """A sigmoid of log-odds."""

    def output(**given: float) -> torch.Tensor:
        odds = given["share"] * given["p_data"] / ((1 - given["share"]) * given["p_g"])
        return torch.sigmoid(torch.tensor(odds).log())

    return output


def game_values() -> dict[str, Any]:
    """Typed in with five digits."""
    return {"minimum": -1.3863, "jsd_at_minimum": 0, "supremum": -0.0, "jsd_at_supremum": np.log(2)}


def point_masses() -> Callable[..., dict[str, Any]]:
    """One function for all."""
    return lambda theta: {
        "wasserstein": np.abs(theta), "wasserstein_slope": np.sign(theta), "js": np.log(2.0), "js_slope": 0,
        "kl": float("inf"),
    }  # fmt: skip


def critic_supremum() -> Callable[..., float]:
    """The better of two slopes."""
    return lambda theta, k: max(k * theta, -k * theta)


def metric_blind_spots() -> dict[str, Any]:
    """With a function and numbers."""
    return {
        "is_one_image_per_class": lambda num_classes: float(num_classes),
        "is_one_class": 1,
        "fid_same_moments": 0,
    }
