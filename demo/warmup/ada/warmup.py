"""The same answers with einsum, keepdims, masks and converted inputs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.floating] | float


def log_likelihood(conditionals: NDArray[np.floating]) -> Numbers:
    """Last running sum of the logs."""
    return np.cumsum(np.log(np.asarray(conditionals, dtype=np.float64)), axis=-1)[..., -1]


def gaussian_kl(mu: NDArray[np.floating], logvar: NDArray[np.floating]) -> Numbers:
    """Each of the four sums on its own."""
    variance = np.exp(logvar)
    squares = np.einsum("...d,...d->...", mu, mu)
    return 0.5 * (variance.sum(-1) + squares - mu.shape[-1] - np.einsum("...d->...", logvar))


def reparameterize(mu: Numbers, sigma: Numbers, eps: Numbers) -> Numbers:
    """Start from the noise, on a fresh array."""
    z = np.array(np.broadcast_arrays(mu, sigma, eps)[2], dtype=np.float64)
    z *= sigma
    z += mu
    return z


def elbo(log_likelihood: Numbers, kl: Numbers) -> Numbers:
    """Subtract with a ufunc."""
    return np.subtract(log_likelihood, kl)


def discriminator_loss(d_real: Numbers, d_fake: Numbers) -> float:
    """Weighted cross-entropy over the joint batch, each half weighing one."""
    real, fake = np.ravel(d_real), np.ravel(d_fake)
    probabilities = np.concatenate([real, 1 - fake])
    weights = np.concatenate([np.full(real.size, 1 / real.size), np.full(fake.size, 1 / fake.size)])
    return np.einsum("n,n->", weights, -np.log(probabilities))


def generator_loss_saturating(d_fake: Numbers) -> float:
    """Sum over the number of elements."""
    return np.log1p(np.negative(d_fake)).sum() / np.size(d_fake)


def generator_loss_nonsaturating(d_fake: Numbers) -> float:
    """Average of the logs of the reciprocals."""
    return np.average(np.log(np.reciprocal(np.asarray(d_fake))))


def affine_flow_log_prob(x: Numbers, a: float, b: float = 0.0) -> Numbers:
    """Everything through the variance a**2."""
    variance = a * a
    return -0.5 * ((np.asarray(x) - b) ** 2 / variance + np.log(2 * np.pi * variance))


def q_sample(x0: Numbers, alpha_bar: Numbers, eps: Numbers) -> Numbers:
    """Powers of one half, in double precision."""
    alpha_bar = np.asarray(alpha_bar, dtype=np.float64)
    return alpha_bar**0.5 * x0 + (1 - alpha_bar) ** 0.5 * eps


def denoising_mse(eps: Numbers, eps_pred: Numbers) -> float:
    """Dot product of the residual with itself."""
    residual = np.ravel(eps_pred) - np.ravel(eps)
    return np.einsum("i,i->", residual, residual) / residual.size


def score_step(x: Numbers, eta: float) -> Numbers:
    """With the score spelled out."""
    score = np.negative(x)
    return x + np.multiply(eta, score)


def langevin_step(x: Numbers, score: Numbers, eta: float, noise: Numbers) -> Numbers:
    """Move a copy."""
    moved = np.array(x, dtype=np.float64)
    moved += eta * np.asarray(score)
    moved += np.sqrt(2) * np.sqrt(eta) * np.asarray(noise)
    return moved


def fid_mean_term(mu1: NDArray[np.floating], mu2: NDArray[np.floating]) -> float:
    """Dot product of the difference with itself."""
    difference = mu1 - mu2
    return float(difference @ difference)


def fid_diagonal(
    mu1: NDArray[np.floating],
    var1: NDArray[np.floating],
    mu2: NDArray[np.floating],
    var2: NDArray[np.floating],
) -> float:
    """Squared length of the stacked differences of means and standard deviations."""
    return np.linalg.norm(np.concatenate([mu1 - mu2, np.sqrt(var1) - np.sqrt(var2)])) ** 2


def sample_variance(samples: NDArray[np.floating]) -> NDArray[np.floating]:
    """Centre with keepdims, contract with einsum."""
    centred = samples - samples.mean(axis=0, keepdims=True)
    return np.einsum("nd,nd->d", centred, centred) / len(samples)


def loss_by_timestep(losses: NDArray[np.floating], t: NDArray[np.integer], num_timesteps: int) -> NDArray[np.floating]:
    """One mask per timestep."""
    masks = np.arange(num_timesteps)[:, None] == t[None, :]
    counts = masks.sum(axis=1)
    means = np.einsum("kn,n->k", masks.astype(losses.dtype), losses) / np.maximum(counts, 1)
    return np.where(counts > 0, means, np.nan)
