"""Wrong beliefs about samples and bounds of a VAE, with the behaviour they lead to."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from autograder.checks import Candidate
from autograder.diagnosis import misconception, probe

Array = NDArray[np.float64]
Record = Callable[..., None]

MEANS = np.array([[0.7, -1.4, 0.3], [2.1, 0.4, -0.6]])
SIGMAS = np.array([[0.6, 1.7, 2.4], [0.3, 3.1, 1.2]])
NOISE = np.array([[-0.8, 1.1, 0.35], [0.9, -1.6, -0.45]])
RECONSTRUCTIONS = np.array([-3.2, 0.4, 5.5])
DIVERGENCES = np.array([0.7, 2.3, 1.1])


# -- reparameterize --------------------------------------------------------------------------------------------


@probe("reparameterize")
def observe_reparameterize(candidate: Candidate, record: Record) -> None:
    """Generic values, a broadcast, no noise."""
    record("batch", candidate.reparameterize, MEANS, SIGMAS, NOISE, batch=2)
    record("shared sigma", candidate.reparameterize, MEANS, SIGMAS[0], NOISE, batch=2)
    record("numbers", candidate.reparameterize, 0.4, 1.7, -0.9)
    record("no noise", candidate.reparameterize, MEANS, SIGMAS, np.zeros((2, 3)), batch=2)


@misconception(
    "reparameterize",
    belief="sigma is a variance, so its root is needed",
    hint="Your samples are too narrow for large sigma and too wide for small sigma. Is the argument a variance "
    "or already a standard deviation?",
)
def sigma_read_as_variance(mu: Array, sigma: Array, eps: Array) -> Array:
    """Take the square root."""
    return mu + np.sqrt(sigma) * eps


@misconception(
    "reparameterize",
    belief="sigma is a log-variance, as in a VAE's encoder",
    hint="Even with sigma = 0 your samples scatter around the mean. Which parameterisation of the width does "
    "this function receive, and does it need an exponential?",
)
def sigma_read_as_logvar(mu: Array, sigma: Array, eps: Array) -> Array:
    """Exponentiate half of it."""
    return mu + np.exp(0.5 * np.asarray(sigma)) * eps


@misconception(
    "reparameterize",
    belief="noise is scaled by the variance",
    hint="Scaling sigma by 2 should stretch the samples by 2. By how much do yours stretch?",
)
def noise_scaled_by_the_variance(mu: Array, sigma: Array, eps: Array) -> Array:
    """Square sigma."""
    return mu + np.square(sigma) * eps


@misconception(
    "reparameterize",
    belief="shift first, then scale",
    hint="Without noise your result should be the mean, whatever sigma is. In which order do scaling and "
    "shifting happen?",
)
def mean_scaled_too(mu: Array, sigma: Array, eps: Array) -> Array:
    """Multiply the sum by sigma."""
    return np.multiply(sigma, np.add(mu, eps))


@misconception(
    "reparameterize",
    belief="the transformation standardises, as in batch normalisation",
    hint="Larger sigma makes your result smaller. Are you turning noise into a sample, or a sample into noise?",
)
def noise_standardised(mu: Array, sigma: Array, eps: Array) -> Array:
    """Apply the inverse map."""
    return np.subtract(eps, mu) / sigma


@misconception(
    "reparameterize",
    belief="a sampling function draws its own noise",
    hint="Calling your function twice with the same arguments gives two results. What is the argument eps for, "
    "if the function draws noise of its own?",
)
def own_noise_drawn(mu: Array, sigma: Array, eps: Array) -> Array:
    """Ignore the noise that was given."""
    return mu + sigma * np.random.standard_normal(np.shape(eps))


# -- elbo ------------------------------------------------------------------------------------------------------


@probe("elbo")
def observe_elbo(candidate: Candidate, record: Record) -> None:
    """Reconstruction terms of both signs."""
    record("array", candidate.elbo, RECONSTRUCTIONS, DIVERGENCES, batch=3)
    record("numbers", candidate.elbo, -2.5, 0.75)
    record("positive", candidate.elbo, 4.0, 0.5)


@misconception(
    "elbo",
    belief="both terms of the objective are added",
    hint="Your bound rises when the posterior moves away from the prior. Should the divergence reward or penalise?",
)
def divergence_added(log_likelihood: Array, kl: Array) -> Array:
    """Add the divergence."""
    return log_likelihood + kl


@misconception(
    "elbo",
    belief="the ELBO is the loss",
    hint="The name says lower bound on log p(x): should it be minimised or maximised? Which of the two do you return?",
)
def negative_elbo(log_likelihood: Array, kl: Array) -> Array:
    """Return the training loss."""
    return kl - log_likelihood


@misconception(
    "elbo",
    belief="a bound is one number per batch",
    hint="Several samples go in and one number comes out. Does the bound hold for each data point or only on average?",
)
def bound_averaged_over_the_batch(log_likelihood: Array, kl: Array) -> Array:
    """Take the mean."""
    return np.mean(log_likelihood - kl)


@misconception(
    "elbo",
    belief="a log-likelihood can never be positive",
    hint="Your bound never exceeds zero. Can the density of a narrow Gaussian exceed 1, and what does that mean "
    "for its log?",
)
def bound_capped_at_zero(log_likelihood: Array, kl: Array) -> Array:
    """Cut off at zero."""
    return np.minimum(log_likelihood - kl, 0.0)


@misconception(
    "elbo",
    belief="the likelihood has to be put through a logarithm or an exponential first",
    hint="The first argument is called log_likelihood. Is it still to be converted before the divergence, also "
    "in nats, is taken off?",
)
def log_likelihood_exponentiated(log_likelihood: Array, kl: Array) -> Array:
    """Mix a density with nats."""
    return np.exp(log_likelihood) - kl


@misconception(
    "elbo",
    belief="the divergence enters with the weight one half",
    hint="Your bound is above the right one by a part of the divergence. Which weight does the divergence carry "
    "in the bound, when any factor inside it has already been accounted for?",
)
def divergence_halved(log_likelihood: Array, kl: Array) -> Array:
    """Apply the factor of the closed form a second time."""
    return log_likelihood - 0.5 * kl
