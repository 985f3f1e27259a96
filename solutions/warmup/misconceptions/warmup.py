"""Wrong beliefs about likelihoods and the evidence lower bound, with the behaviour they lead to."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from autograder.candidate import Candidate
from autograder.diagnosis import misconception, probe
from numpy.typing import NDArray

Array = NDArray[np.float64]
Record = Callable[..., None]

CONDITIONALS = np.array([[[0.9, 0.35, 0.6], [0.2, 0.75, 0.5]], [[0.15, 0.4, 0.8], [0.7, 0.55, 0.05]]])
MEANS = np.array([[0.7, -1.4, 0.3], [2.1, 0.4, -0.6]])
LOGVARS = np.array([[0.5, -0.9, 1.3], [-0.2, 0.8, 0.25]])
SIGMAS = np.array([[0.6, 1.7, 2.4], [0.3, 3.1, 1.2]])
NOISE = np.array([[-0.8, 1.1, 0.35], [0.9, -1.6, -0.45]])
RECONSTRUCTIONS = np.array([-3.2, 0.4, 5.5])
DIVERGENCES = np.array([0.7, 2.3, 1.1])


# -- log_likelihood --------------------------------------------------------------------------------------------


@probe("log_likelihood")
def observe_log_likelihood(candidate: Candidate, record: Record) -> None:
    """A row, batches of two ranks, and a sequence too long for a product."""
    record("row", candidate.log_likelihood, CONDITIONALS[0, 0])
    record("batch", candidate.log_likelihood, CONDITIONALS[:, 0], batch=2)
    record("nested batch", candidate.log_likelihood, CONDITIONALS, batch=2)
    record("long", candidate.log_likelihood, np.full((1, 3000), 0.3), batch=1)


@misconception(
    "log_likelihood",
    belief="the log of the product is as good as the sum of the logs",
    hint="Your value is right for short sequences and minus infinity for long ones. What is 0.5 to the power of "
    "10 000 in floating point, and at which point of your computation does that number appear?",
)
def log_of_the_product(conditionals: Array) -> Array:
    """Multiply first."""
    with np.errstate(divide="ignore"):
        return np.log(np.prod(conditionals, axis=-1))


@misconception(
    "log_likelihood",
    belief="the conditionals add up before the logarithm is taken",
    hint="Your sequences can get a log-probability above zero. How do the probabilities of successive symbols "
    "combine into the probability of the whole sequence: do they add or multiply?",
)
def log_of_the_sum(conditionals: Array) -> Array:
    """Add first."""
    return np.log(np.sum(conditionals, axis=-1))


@misconception(
    "log_likelihood",
    belief="the probability itself is asked for",
    hint="Your result lies between 0 and 1. Which sign must the logarithm of a probability have?",
)
def probability_in_place_of_its_log(conditionals: Array) -> Array:
    """Return the product of the conditionals."""
    return np.prod(conditionals, axis=-1)


@misconception(
    "log_likelihood",
    belief="log-likelihoods are counted in bits",
    hint="Your value is off by the same factor, about 1.44, for every input. Which base does a logarithm have when "
    "the result is in nats?",
)
def bits_in_place_of_nats(conditionals: Array) -> Array:
    """Use the binary logarithm."""
    return np.sum(np.log2(conditionals), axis=-1)


@misconception(
    "log_likelihood",
    belief="the log-likelihood is a mean over the sequence",
    hint="Doubling the length of a sequence should make it much less probable. Does your value change when you append a "
    "copy of the same conditionals?",
)
def averaged_over_the_sequence(conditionals: Array) -> Array:
    """Take the mean of the logs."""
    return np.mean(np.log(conditionals), axis=-1)


@misconception(
    "log_likelihood",
    belief="the loss, minus the log-likelihood, is asked for",
    hint="Your result is positive. Is the quantity asked for the one that training minimises, or the log-probability?",
)
def negative_log_likelihood(conditionals: Array) -> Array:
    """Flip the sign."""
    return -np.sum(np.log(conditionals), axis=-1)


@misconception(
    "log_likelihood",
    belief="np.sum adds over the right axis by itself",
    hint="A batch of sequences comes back as one single number. Over which axes should the sum run, and which ones "
    "should remain?",
)
def sequences_of_the_batch_added_up(conditionals: Array) -> Array:
    """Sum over everything."""
    return np.sum(np.log(conditionals))


# -- gaussian_kl -----------------------------------------------------------------------------------------------


@probe("gaussian_kl")
def observe_gaussian_kl(candidate: Candidate, record: Record) -> None:
    """Generic values, then the mean and the variance away from the prior one at a time."""
    record("batch", candidate.gaussian_kl, MEANS, LOGVARS, batch=2)
    record("row", candidate.gaussian_kl, MEANS[0], LOGVARS[0])
    record("means only", candidate.gaussian_kl, MEANS, np.zeros((2, 3)), batch=2)
    record("variances only", candidate.gaussian_kl, np.zeros((2, 3)), np.abs(LOGVARS), batch=2)


@misconception(
    "gaussian_kl",
    belief="logvar is the logarithm of the standard deviation",
    hint="Your value is right only where logvar is 0. What does exp(logvar) give you: a standard deviation or "
    "already a variance?",
)
def logvar_read_as_log_std(mu: Array, logvar: Array) -> Array:
    """Square the variance."""
    return 0.5 * np.sum(np.exp(2 * logvar) + mu**2 - 1 - 2 * logvar, axis=-1)


@misconception(
    "gaussian_kl",
    belief="logvar is the variance itself",
    hint="Your value is not a number when logvar is negative. Can a variance be negative, and how do you get the variance "
    "from what you are given?",
)
def logvar_read_as_variance(mu: Array, logvar: Array) -> Array:
    """Take the logarithm once more."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return 0.5 * np.sum(logvar + mu**2 - 1 - np.log(logvar), axis=-1)


@misconception(
    "gaussian_kl",
    belief="the factor one half is a matter of taste",
    hint="Your value is the same multiple of the right one everywhere. Where does the exponent of a Gaussian density carry "
    "a constant factor, and did it survive?",
)
def one_half_dropped(mu: Array, logvar: Array) -> Array:
    """Twice the divergence."""
    return np.sum(np.exp(logvar) + mu**2 - 1 - logvar, axis=-1)


@misconception(
    "gaussian_kl",
    belief="KL(p || q) equals KL(q || p)",
    hint="With unit variances your value is right, with others it is not. Which of the two Gaussians do you take the "
    "expectation under, and does the order matter?",
)
def divergence_in_the_other_direction(mu: Array, logvar: Array) -> Array:
    """KL of the standard normal from the Gaussian."""
    return 0.5 * np.sum(np.exp(-logvar) * (1 + mu**2) - 1 + logvar, axis=-1)


@misconception(
    "gaussian_kl",
    belief="1 + logvar - mu^2 - exp(logvar), without its minus sign, is the divergence",
    hint="Your divergence is never positive. What does Gibbs' inequality say about the sign of a KL divergence?",
)
def divergence_with_flipped_sign(mu: Array, logvar: Array) -> Array:
    """The term as it enters the bound."""
    return 0.5 * np.sum(1 + logvar - mu**2 - np.exp(logvar), axis=-1)


@misconception(
    "gaussian_kl",
    belief="the divergence is a mean over the latent dimensions",
    hint="Independent coordinates contribute one divergence each. What should happen to the total when a second, identical "
    "coordinate is added?",
)
def averaged_over_dimensions(mu: Array, logvar: Array) -> Array:
    """Take the mean over the last axis."""
    return 0.5 * np.mean(np.exp(logvar) + mu**2 - 1 - logvar, axis=-1)


@misconception(
    "gaussian_kl",
    belief="the -1 is a constant that may be left out",
    hint="How large is your divergence between the standard normal and itself, and how does that grow with the number of "
    "dimensions?",
)
def minus_one_left_out(mu: Array, logvar: Array) -> Array:
    """Drop the constant."""
    return 0.5 * np.sum(np.exp(logvar) + mu**2 - logvar, axis=-1)


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
    hint="Your samples are too narrow for large sigma and too wide for small sigma. Is the argument a variance or "
    "already a standard deviation?",
)
def sigma_read_as_variance(mu: Array, sigma: Array, eps: Array) -> Array:
    """Take the square root."""
    return mu + np.sqrt(sigma) * eps


@misconception(
    "reparameterize",
    belief="sigma is a log-variance, as in a VAE's encoder",
    hint="Even with sigma = 0 your samples scatter around the mean. Which parameterisation of the width does this function "
    "receive, and does it need an exponential?",
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
    hint="Without noise your result should be the mean, whatever sigma is. In which order do scaling and shifting happen?",
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
    hint="Calling your function twice with the same arguments gives two results. What is the argument eps for, if the "
    "function draws noise of its own?",
)
def own_noise_drawn(mu: Array, sigma: Array, eps: Array) -> Array:
    """Ignore the noise that was given."""
    return mu + sigma * np.random.standard_normal(np.shape(eps))  # noqa: NPY002


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
    hint="Your bound never exceeds zero. Can the density of a narrow Gaussian exceed 1, and what does that mean for its log?",
)
def bound_capped_at_zero(log_likelihood: Array, kl: Array) -> Array:
    """Cut off at zero."""
    return np.minimum(log_likelihood - kl, 0.0)


@misconception(
    "elbo",
    belief="the likelihood has to be put through a logarithm or an exponential first",
    hint="The first argument is called log_likelihood. Is it still to be converted before the divergence, also in nats, "
    "is taken off?",
)
def log_likelihood_exponentiated(log_likelihood: Array, kl: Array) -> Array:
    """Mix a density with nats."""
    return np.exp(log_likelihood) - kl


@misconception(
    "elbo",
    belief="the divergence enters with the weight one half",
    hint="Your bound is above the right one by a part of the divergence. Which weight does the divergence carry in the "
    "bound, when any factor inside it has already been accounted for?",
)
def divergence_halved(log_likelihood: Array, kl: Array) -> Array:
    """Apply the factor of the closed form a second time."""
    return log_likelihood - 0.5 * kl
