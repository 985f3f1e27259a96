"""Two moons with noise: a generator, and the exact density that it draws from."""

from __future__ import annotations

import math

import numpy as np
import torch

NOISE = 0.1
ENTROPY = 1.00758
"""Differential entropy in nats at :data:`NOISE`: no density has a smaller expected negative log-likelihood."""
_NODES = 128
"""Gauss-Legendre nodes on each arc: the log density is right to 1e-6 wherever it is above -600, and to 1e-10 above -100."""
_CHUNK = 4096


def two_moons(points: int, seed: int, device: torch.device | str = "cpu", noise: float = NOISE) -> torch.Tensor:
    """Points of shape ``(points, 2)``, float32: one of two half circles at random, a uniform angle, Gaussian noise.

    The upper half circle has centre (0, 0), the lower one (1, 0.5), both have radius 1, as in scikit-learn's ``make_moons``;
    points are not standardised. Which moon a point lies on is drawn too, so that points are independent. A seed gives the same
    points on any device.
    """
    generator = torch.Generator().manual_seed(seed)
    angles = torch.rand(points, generator=generator, dtype=torch.float64) * math.pi
    lower = torch.rand(points, generator=generator, dtype=torch.float64) < 0.5
    clean = torch.where(lower[:, None], _arc(angles, lower=True), _arc(angles, lower=False))
    noisy = clean + noise * torch.randn(points, 2, generator=generator, dtype=torch.float64)
    return noisy.to(torch.float32).to(device)


def two_moons_log_density(x: torch.Tensor, noise: float = NOISE) -> torch.Tensor:
    """Log density in nats at points of shape ``(n, 2)``: shape ``(n,)``, with the dtype and the device of ``x``.

    The density is the mean of a Gaussian over both arcs, here a Gauss-Legendre sum in float64. Points that are not finite get
    ``nan``.
    """
    centres, log_weights = _nodes(x.device)
    chunks = [_log_mean(chunk, centres, log_weights, noise) for chunk in x.to(torch.float64).split(_CHUNK)]
    density = torch.cat(chunks) if chunks else x.new_zeros(0)
    return density.to(x.dtype)


def _log_mean(x: torch.Tensor, centres: torch.Tensor, log_weights: torch.Tensor, noise: float) -> torch.Tensor:
    squared = (x[:, None, :] - centres).square().sum(-1)
    exponents = log_weights - squared / (2 * noise**2)
    density = torch.logsumexp(exponents, dim=1) - math.log(2 * math.pi * noise**2)
    return torch.where(torch.isfinite(x).all(1), density, torch.nan)


def _nodes(device: torch.device) -> tuple[torch.Tensor, torch.Tensor]:
    positions, weights = np.polynomial.legendre.leggauss(_NODES)
    angles = torch.from_numpy((positions + 1) * (math.pi / 2))
    log_weights = torch.from_numpy(weights / 4).log()  # weights sum to two, and there are two arcs
    centres = torch.cat([_arc(angles, lower=False), _arc(angles, lower=True)])
    return centres.to(device), log_weights.repeat(2).to(device)


def _arc(angles: torch.Tensor, *, lower: bool) -> torch.Tensor:
    across, up = angles.cos(), angles.sin()
    return torch.stack([1 - across, 0.5 - up] if lower else [across, up], dim=-1)
