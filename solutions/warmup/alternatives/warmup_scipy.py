"""The same answers through SciPy's distributions, special functions and distances."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, ndimage, special, stats
from scipy.spatial import distance

Numbers = NDArray[np.floating] | float


def log_likelihood(conditionals: NDArray[np.floating]) -> Numbers:
    """Log-probability that every Bernoulli trial succeeds."""
    return stats.bernoulli.logpmf(1, conditionals).sum(-1)


def gaussian_kl(mu: NDArray[np.floating], logvar: NDArray[np.floating]) -> Numbers:
    """Cross-entropy minus entropy."""
    sigma = np.exp(0.5 * logvar)
    cross_entropy = -stats.norm.logpdf(mu) + 0.5 * sigma**2
    entropy = stats.norm.entropy(0.0, sigma)
    return (cross_entropy - entropy).sum(axis=-1)


def reparameterize(mu: Numbers, sigma: Numbers, eps: Numbers) -> Numbers:
    """Add the scaled noise with ufuncs."""
    return np.add(np.multiply(eps, sigma), mu)


def elbo(log_likelihood: Numbers, kl: Numbers) -> Numbers:
    """Minus the negative bound."""
    return -(kl - log_likelihood)


def discriminator_loss(d_real: Numbers, d_fake: Numbers) -> float:
    """Log-likelihood of labels 1 and 0."""
    return -stats.bernoulli.logpmf(1, d_real).mean() - stats.bernoulli.logpmf(0, d_fake).mean()


def generator_loss_saturating(d_fake: Numbers) -> float:
    """Through logits: log(1 - sigmoid(l)) = log_expit(-l)."""
    return float(np.mean(special.log_expit(-special.logit(d_fake))))


def generator_loss_nonsaturating(d_fake: Numbers) -> float:
    """Through logits: -log(sigmoid(l))."""
    return float(np.mean(np.logaddexp(0.0, -special.logit(d_fake))))


def affine_flow_log_prob(x: Numbers, a: float, b: float = 0.0) -> Numbers:
    """A normal with mean b and standard deviation |a|."""
    return stats.norm.logpdf(x, loc=b, scale=abs(a))


def q_sample(x0: Numbers, alpha_bar: Numbers, eps: Numbers) -> Numbers:
    """Rotate by the angle whose squared cosine is alpha_bar."""
    angle = np.arccos(np.sqrt(alpha_bar))
    return np.cos(angle) * x0 + np.sin(angle) * eps


def denoising_mse(eps: Numbers, eps_pred: Numbers) -> float:
    """Squared Euclidean distance per element."""
    return distance.sqeuclidean(np.ravel(eps), np.ravel(eps_pred)) / np.size(eps)


def score_step(x: Numbers, eta: float) -> Numbers:
    """Shrink towards the mode."""
    return (1 - eta) * x


def langevin_step(x: Numbers, score: Numbers, eta: float, noise: Numbers) -> Numbers:
    """Drift, then diffusion of variance 2 eta."""
    drift = np.multiply(score, eta)
    diffusion = (2 * eta) ** 0.5 * noise
    return x + (drift + diffusion)


def fid_mean_term(mu1: NDArray[np.floating], mu2: NDArray[np.floating]) -> float:
    """The distance SciPy provides."""
    return distance.sqeuclidean(mu1, mu2)


def fid_diagonal(
    mu1: NDArray[np.floating],
    var1: NDArray[np.floating],
    mu2: NDArray[np.floating],
    var2: NDArray[np.floating],
) -> float:
    """The full formula with matrices."""
    cov1, cov2 = np.diag(var1), np.diag(var2)
    root = np.real(linalg.sqrtm(cov1) @ linalg.sqrtm(cov2))
    return float(distance.sqeuclidean(mu1, mu2) + np.trace(cov1 + cov2 - 2 * root))


def sample_variance(samples: NDArray[np.floating]) -> NDArray[np.floating]:
    """Biased second central moment."""
    return stats.moment(samples, order=2, axis=0)


def loss_by_timestep(losses: NDArray[np.floating], t: NDArray[np.integer], num_timesteps: int) -> NDArray[np.floating]:
    """Label means, with the labels that do not occur set to NaN."""
    means = np.full(num_timesteps, np.nan)
    present = np.unique(t)
    means[present] = ndimage.mean(losses, labels=t, index=present)
    return means
