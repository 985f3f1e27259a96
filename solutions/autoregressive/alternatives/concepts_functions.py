"""The same answers with one function that returns a whole table, NumPy numbers and plain floats."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np


def density_kinds() -> dict[str, str]:
    """By elimination."""
    table = {}
    for name in ["PixelCNN", "RealNVP", "GAN", "VAE", "DDPM", "energy_based_model"]:
        table[name] = "implicit" if name == "GAN" else "explicit"
    return table


def likelihood_access() -> dict[str, object]:
    """With Python's own None."""
    return {
        "PixelCNN": "exact", "RealNVP": "exact", "GAN": None, "VAE": "bound", "DDPM": "bound",
        "energy-based model": "Unnormalised",
    }  # fmt: skip


def table_sizes() -> Callable[..., dict[str, float]]:
    """One function for both."""

    def sizes(i: float, n: float) -> dict[str, float]:
        return {"conditional": np.exp2(i - 1), "all": sum(2.0**before for before in range(int(n)))}

    return sizes


def network_passes() -> Callable[..., dict[str, float]]:
    """One function for both, with keyword arguments."""
    return lambda **sizes: {"log_prob": 1.0, "sample": np.float64(sizes["num_inputs"])}
