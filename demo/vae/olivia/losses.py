# ruff: noqa: D101, D103
"""The objectives reduced over explicit tuples of axes; expm1, cdist-like norms, logaddexp."""

import functools
import math
from typing import NamedTuple

import torch
from torch import Tensor, linalg, nn


class Parts(NamedTuple):
    loss: Tensor
    reconstruction: Tensor
    kl: Tensor


def gaussian_kl(mu: Tensor, logvar: Tensor) -> Tensor:
    axes = tuple(range(1, mu.ndim))
    return torch.sum(0.5 * (torch.expm1(logvar) - logvar) + mu * mu / 2, dim=axes)


def gaussian_kl_between(mu1: Tensor, logvar1: Tensor, mu2: Tensor, logvar2: Tensor) -> Tensor:
    ratio = logvar1 - logvar2
    standardised = (mu1 - mu2) / (logvar2 / 2).exp()
    kl = (ratio.expm1() - ratio + standardised**2).mul(0.5)
    while kl.ndim > 1:
        kl = kl.sum(-1)
    return kl


def gaussian_log_likelihood(x: Tensor, mean: Tensor) -> Tensor:
    pixels = x[0].numel()
    distance = linalg.vector_norm(x - mean, dim=tuple(range(1, x.ndim)))
    return -(distance**2 + pixels * math.log(2 * math.pi)) / 2


def reconstruction_loss(x_hat: Tensor, x: Tensor) -> Tensor:
    return nn.MSELoss()(x_hat, x) * x[0].numel()


def negative_elbo(x_hat: Tensor, x: Tensor, mu: Tensor, logvar: Tensor, beta: float = 1.0) -> Parts:
    reconstruction, kl = reconstruction_loss(x_hat, x), gaussian_kl(mu, logvar).mean()
    return Parts(torch.add(reconstruction, kl, alpha=beta), reconstruction, kl)


def importance_weighted_bound(log_joint: Tensor, log_q: Tensor) -> Tensor:
    log_weights = (log_joint - log_q).unbind(0)
    return functools.reduce(torch.logaddexp, log_weights) - math.log(len(log_weights))
