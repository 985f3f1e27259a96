# ruff: noqa: D103
"""The objectives through torch.distributions, torch.nn.functional and logsumexp."""

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.distributions import Independent, Normal, kl_divergence


def _normal(mu: Tensor, logvar: Tensor) -> Independent:
    return Independent(Normal(mu, torch.exp(logvar / 2)), mu.ndim - 1)


def gaussian_kl(mu: Tensor, logvar: Tensor) -> Tensor:
    prior = Independent(Normal(torch.zeros_like(mu), torch.ones_like(mu)), mu.ndim - 1)
    return kl_divergence(_normal(mu, logvar), prior)


def gaussian_kl_between(mu1: Tensor, logvar1: Tensor, mu2: Tensor, logvar2: Tensor) -> Tensor:
    return kl_divergence(_normal(mu1, logvar1), _normal(mu2, logvar2))


def gaussian_log_likelihood(x: Tensor, mean: Tensor) -> Tensor:
    return Independent(Normal(mean, 1.0), mean.ndim - 1).log_prob(x)


def reconstruction_loss(x_hat: Tensor, x: Tensor) -> Tensor:
    return F.mse_loss(x_hat, x, reduction="sum") / x.size(0)


def negative_elbo(x_hat: Tensor, x: Tensor, mu: Tensor, logvar: Tensor, beta: float = 1.0) -> list[Tensor]:
    rec = F.mse_loss(x_hat, x, reduction="none").reshape(len(x), -1).sum(-1).mean(0)
    kl = gaussian_kl(mu, logvar).sum() / mu.shape[0]
    return [rec + kl * beta, rec.detach(), kl.detach()]


def importance_weighted_bound(log_joint: Tensor, log_q: Tensor) -> Tensor:
    log_w = torch.sub(log_joint, log_q)
    log_k = torch.log(torch.tensor(float(log_w.size(0)), dtype=log_w.dtype, device=log_w.device))
    return log_w.logsumexp(dim=0) - log_k
