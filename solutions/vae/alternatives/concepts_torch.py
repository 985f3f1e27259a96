"""The same answers with torch, NumPy and keyword arguments."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch.distributions import Bernoulli, Independent, Normal, kl_divergence


def kl_isotropic() -> Callable[..., torch.Tensor]:
    """Ask torch, in double precision, the distance spread over all coordinates."""

    def divergence(**given: float) -> torch.Tensor:
        size = int(given["d"])
        mean = torch.zeros(size, dtype=torch.float64)
        other = mean + given["distance"] / size**0.5
        one = Independent(Normal(mean, torch.full_like(mean, given["sigma1"])), 1)
        return kl_divergence(one, Independent(Normal(other, torch.full_like(mean, given["sigma2"])), 1))

    return divergence


def kl_equal_widths() -> dict[str, Any]:
    """Limits as NumPy numbers."""
    value = lambda distance, sigma: np.square(np.divide(distance, sigma)) / 2  # noqa: E731
    return {"value": value, "narrow": np.inf, "wide": 0}


def elbo_gap() -> Callable[..., torch.Tensor]:
    """A divergence of two coins, in single precision."""

    def gap(q1: float, joint0: float, joint1: float) -> torch.Tensor:
        posterior = torch.tensor(tight_posterior()(joint0=joint0, joint1=joint1))
        return kl_divergence(Bernoulli(torch.tensor(q1)), Bernoulli(posterior))

    return gap


def tight_posterior() -> Callable[..., float]:
    """As one minus the other."""
    return lambda joint0, joint1: 1 - joint0 / (joint0 + joint1)


def prior_sampling_error() -> Callable[..., dict[str, Any]]:
    """One function for the whole table."""
    return lambda fraction, n: {"relative_bias": 0, "relative_std": np.sqrt((1 - fraction) / fraction / n)}


def collapsed_posterior() -> dict[str, Any]:
    """With torch numbers."""
    return {"mean": torch.tensor(0.0), "std": np.float32(1.0), "kl": 0, "decoder": "AUTOREGRESSIVE"}
