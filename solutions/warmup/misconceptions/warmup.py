"""Wrong beliefs about likelihoods and divergences, with the behaviour they lead to."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from autograder.checks import Candidate
from autograder.diagnosis import misconception, probe

Array = NDArray[np.float64]
Record = Callable[..., None]

CONDITIONALS = np.array([[[0.9, 0.35, 0.6], [0.2, 0.75, 0.5]], [[0.15, 0.4, 0.8], [0.7, 0.55, 0.05]]])
MEANS = np.array([[0.7, -1.4, 0.3], [2.1, 0.4, -0.6]])
LOGVARS = np.array([[0.5, -0.9, 1.3], [-0.2, 0.8, 0.25]])


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


misconception(
    "log_likelihood", name="log_of_the_sum", belief="the conditionals add up before the logarithm is taken",
    replace=("np.sum(np.log(conditionals), axis=-1)", "np.log(np.sum(conditionals, axis=-1))"),
    hint="Your sequences can get a log-probability above zero. How do the probabilities of successive symbols combine into "
    "the probability of the whole sequence: do they add or multiply?",
)  # fmt: skip

misconception(
    "log_likelihood", name="probability_in_place_of_its_log", belief="the probability itself is asked for",
    replace=("np.sum(np.log(conditionals), axis=-1)", "np.prod(conditionals, axis=-1)"),
    hint="Your result lies between 0 and 1. Which sign must the logarithm of a probability have?",
)  # fmt: skip

misconception(
    "log_likelihood", name="bits_in_place_of_nats", belief="log-likelihoods are counted in bits",
    replace=("np.log(", "np.log2("),
    hint="Your value is off by the same factor, about 1.44, for every input. Which base does a logarithm have when the result "
    "is in nats?",
)  # fmt: skip

misconception(
    "log_likelihood", name="averaged_over_the_sequence", belief="the log-likelihood is a mean over the sequence",
    replace=("np.sum(", "np.mean("),
    hint="Doubling the length of a sequence should make it much less probable. Does your value change when you append a copy "
    "of the same conditionals?",
)  # fmt: skip

misconception(
    "log_likelihood", name="negative_log_likelihood", belief="the loss, minus the log-likelihood, is asked for",
    replace=("return np.sum(", "return -np.sum("),
    hint="Your result is positive. Is the quantity asked for the one that training minimises, or the log- probability?",
)  # fmt: skip

misconception(
    "log_likelihood", name="sequences_of_the_batch_added_up", belief="np.sum adds over the right axis by itself",
    replace=(", axis=-1", ""),
    hint="A batch of sequences comes back as one single number. Over which axes should the sum run, and which ones should "
    "remain?",
)  # fmt: skip


# -- gaussian_kl -----------------------------------------------------------------------------------------------


@probe("gaussian_kl")
def observe_gaussian_kl(candidate: Candidate, record: Record) -> None:
    """Generic values, then the mean and the variance away from the prior one at a time."""
    record("batch", candidate.gaussian_kl, MEANS, LOGVARS, batch=2)
    record("row", candidate.gaussian_kl, MEANS[0], LOGVARS[0])
    record("means only", candidate.gaussian_kl, MEANS, np.zeros((2, 3)), batch=2)
    record("variances only", candidate.gaussian_kl, np.zeros((2, 3)), np.abs(LOGVARS), batch=2)
    record("many wide coordinates", candidate.gaussian_kl, np.ones(40), np.full(40, 19.0))


misconception(
    "gaussian_kl", name="logvar_read_as_log_std", belief="logvar is the logarithm of the standard deviation",
    replace=("np.expm1(logvar) + np.square(mu) - logvar", "np.expm1(2 * logvar) + np.square(mu) - 2 * logvar"),
    hint="Your value is right only where logvar is 0. What does exp(logvar) give you: a standard deviation or already a "
    "variance?",
)  # fmt: skip


@misconception(
    "gaussian_kl",
    belief="logvar is the variance itself",
    hint="Your value is not a number when logvar is negative. Can a variance be negative, and how do you get the "
    "variance from what you are given?",
)
def logvar_read_as_variance(mu: Array, logvar: Array) -> Array:
    """Take the logarithm once more."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return 0.5 * np.sum(logvar + mu**2 - 1 - np.log(logvar), axis=-1)


misconception(
    "gaussian_kl", name="one_half_dropped", belief="the factor one half is a matter of taste",
    replace=("0.5 * np.sum(", "np.sum("),
    hint="Your value is the same multiple of the right one everywhere. Where does the exponent of a Gaussian density carry a "
    "constant factor, and did it survive?",
)  # fmt: skip

misconception(
    "gaussian_kl", name="divergence_in_the_other_direction", belief="KL(p || q) equals KL(q || p)",
    replace=("np.expm1(logvar) + np.square(mu) - logvar", "np.exp(-logvar) * (1 + np.square(mu)) - 1 + logvar"),
    hint="With unit variances your value is right, with others it is not. Which of the two Gaussians do you take the "
    "expectation under, and does the order matter?",
)  # fmt: skip

misconception(
    "gaussian_kl", name="divergence_with_flipped_sign",
    belief="1 + logvar - mu^2 - exp(logvar), without its minus sign, is the divergence",
    replace=("0.5 * np.sum(", "-0.5 * np.sum("),
    hint="Your divergence is never positive. What does Gibbs' inequality say about the sign of a KL divergence?",
)  # fmt: skip

misconception(
    "gaussian_kl", name="averaged_over_dimensions", belief="the divergence is a mean over the latent dimensions",
    replace=("np.sum(", "np.mean("),
    hint="Independent coordinates contribute one divergence each. What should happen to the total when a second, identical "
    "coordinate is added?",
)  # fmt: skip

misconception(
    "gaussian_kl", name="minus_one_left_out", belief="the -1 is a constant that may be left out",
    replace=("np.expm1(", "np.exp("),
    hint="How large is your divergence between the standard normal and itself, and how does that grow with the number of "
    "dimensions?",
)  # fmt: skip

misconception(
    "gaussian_kl", name="deviation_in_place_of_variance", belief="exp(logvar / 2) is squared later",
    replace=("np.expm1(logvar)", "np.expm1(0.5 * logvar)"),
    hint="With mu = 0 and logvar = 2 one of your terms is e. Is that the variance of this Gaussian or its standard "
    "deviation, and which one does the formula have?",
)  # fmt: skip

misconception(
    "gaussian_kl", name="logvar_read_as_deviation", belief="the second argument is the standard deviation",
    replace=("np.expm1(logvar) + np.square(mu) - logvar", "np.square(logvar) - 1 + np.square(mu) - np.log(np.square(logvar))"),
    hint="Your divergence is infinite at logvar = 0. Which variance does a Gaussian have there?",
)  # fmt: skip


@misconception(
    "gaussian_kl",
    belief="the log-determinant is the logarithm of the product",
    hint="With many coordinates your divergence is not finite. How large or small does the product of all variances become, "
    "and can its logarithm be had without it?",
)
def log_of_the_product_of_variances(mu: Array, logvar: Array) -> Array:
    """Multiply the variances first."""
    variance = np.exp(logvar)
    with np.errstate(over="ignore", divide="ignore"):
        log_det = np.log(np.prod(variance, axis=-1))
    return 0.5 * ((np.square(mu) + variance - 1).sum(axis=-1) - log_det)
