# ruff: noqa: ANN001, ANN201, B905, D103
"""The objectives with einsum, loops over samples and numbers in place of 0-dimensional tensors."""

import math

import torch


def gaussian_kl(mu, logvar):
    terms = []
    for m, s in zip(mu, logvar):
        terms.append(-0.5 * torch.sum(1 + s - m.pow(2) - s.exp()))
    return torch.stack(terms)


def gaussian_kl_between(mu1, logvar1, mu2, logvar2):
    mu1, logvar1, mu2, logvar2 = (v.reshape(v.shape[0], -1) for v in (mu1, logvar1, mu2, logvar2))
    sigma1, sigma2 = torch.exp(0.5 * logvar1), torch.exp(0.5 * logvar2)
    value = torch.log(sigma2) - torch.log(sigma1) + (sigma1**2 + (mu1 - mu2) ** 2) / (2 * sigma2**2) - 0.5
    return torch.einsum("bd->b", value)


def gaussian_log_likelihood(x, mean):
    d = (x - mean).reshape(x.shape[0], -1)
    return -0.5 * torch.einsum("bd,bd->b", d, d) - d.shape[1] / 2 * math.log(2 * math.pi)


def reconstruction_loss(x_hat, x):
    total = 0
    for one, other in zip(x_hat, x):
        total = total + ((one - other) ** 2).sum()
    return total / len(x)


def negative_elbo(x_hat, x, mu, logvar, beta=1.0):
    rec = reconstruction_loss(x_hat, x)
    kl = torch.mean(gaussian_kl(mu, logvar), dim=0)
    loss = rec + beta * kl
    return loss, rec.item(), kl.item()


def importance_weighted_bound(log_joint, log_q):
    log_w = log_joint - log_q
    m, _ = torch.max(log_w, dim=0, keepdim=True)
    return (m + torch.log(torch.mean(torch.exp(log_w - m), dim=0, keepdim=True))).squeeze(0)
