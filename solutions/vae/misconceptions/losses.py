"""Wrong variants of losses.py: divergences and the likelihood."""

import math

import torch
from torch import Tensor

from autograder.checks import Candidate
from autograder.checks.strategies import normal
from autograder.diagnosis import Record, misconception, probe

CASES = (
    ((2, 3), torch.float32), ((1, 2), torch.float64), ((3, 1), torch.float64), ((2, 2, 3), torch.float64),
    ((2, 1, 2, 2), torch.float64),
)  # fmt: skip
"""Shapes and dtypes whose sizes tell a sum from a mean and one axis from another."""


def inputs(number: int, seed: int, shape: tuple[int, ...], dtype: torch.dtype) -> list[Tensor]:
    """Several tensors of one shape, none of them zero or symmetric."""
    return [normal(shape, seed + 31 * index, dtype) + 0.5 for index in range(number)]


def per_sample(values: Tensor) -> Tensor:
    """Sum over everything but the batch."""
    return values.flatten(1).sum(1)


@probe("gaussian_kl")
def observe_gaussian_kl(candidate: Candidate, record: Record) -> None:
    """Several shapes, both dtypes, and the gradients."""
    for seed, (shape, dtype) in enumerate(CASES):
        record(f"value {shape}", candidate.gaussian_kl, *inputs(2, seed, shape, dtype), batch=shape[0])
    record("small variance", candidate.gaussian_kl, torch.zeros(2, 1), torch.full((2, 1), -20.0))
    record.grad("gradient", candidate.gaussian_kl, *inputs(2, 9, (2, 3), torch.float64), wrt=(0, 1))


@misconception(
    "gaussian_kl", belief="exp(logvar) is the standard deviation",
    hint="What does exp(logvar) give you: a variance or a standard deviation? Check which of the two your formula "
    "then squares.",
)  # fmt: skip
def exp_logvar_used_as_standard_deviation(mu: Tensor, logvar: Tensor) -> Tensor:
    """Squares the variance."""
    sigma = logvar.exp()
    return per_sample(0.5 * (mu**2 + sigma**2 - torch.log(sigma**2) - 1))


@misconception(
    "gaussian_kl", belief="logvar itself is the variance",
    hint="Your variance can become negative or zero here, because logvar can. What do you have to do to a log-"
    "variance to get a variance?",
)  # fmt: skip
def logvar_used_as_variance(mu: Tensor, logvar: Tensor) -> Tensor:
    """Forgets to exponentiate, and takes the logarithm again."""
    return per_sample(0.5 * (mu**2 + logvar.abs() - torch.log(logvar.abs() + 1e-8) - 1))


@misconception(
    "gaussian_kl", belief="the sum needs no factor one half",
    hint="Your divergence is twice as large as it should be. Which constant stands in front of the sum over the "
    "dimensions?",
)  # fmt: skip
def one_half_forgotten(mu: Tensor, logvar: Tensor) -> Tensor:
    """Twice the divergence."""
    return per_sample(mu**2 + logvar.exp() - logvar - 1)


@misconception(
    "gaussian_kl", belief="a loss averages over the latent dimensions",
    hint="Your divergence stays the same size however many latent dimensions there are. Do the divergences of "
    "independent coordinates add up or average?",
)  # fmt: skip
def averaged_over_dimensions(mu: Tensor, logvar: Tensor) -> Tensor:
    """Mean for sum."""
    return 0.5 * (mu**2 + logvar.exp() - logvar - 1).flatten(1).mean(1)


@misconception(
    "gaussian_kl", belief="the result is the batch's loss",
    hint="You return a single number. What should be left of the batch dimension when every sample has a divergence"
    " of its own?",
)  # fmt: skip
def averaged_over_the_batch_too(mu: Tensor, logvar: Tensor) -> Tensor:
    """A scalar for the whole batch."""
    return per_sample(0.5 * (mu**2 + logvar.exp() - logvar - 1)).mean()


@misconception(
    "gaussian_kl", belief="latents are vectors, so the last axis is all",
    hint="For latents with more than one trailing dimension your result keeps some of them. Which dimensions does "
    "the sum over i run over?",
)  # fmt: skip
def summed_over_the_last_dimension_only(mu: Tensor, logvar: Tensor) -> Tensor:
    """Right for vectors only."""
    return 0.5 * (mu**2 + logvar.exp() - logvar - 1).sum(-1)


@misconception(
    "gaussian_kl", belief="the constant does not matter",
    hint="What is your divergence when the posterior is exactly the prior, and what should it be? Look for a "
    "constant.",
)  # fmt: skip
def minus_one_forgotten(mu: Tensor, logvar: Tensor) -> Tensor:
    """Half the dimension too large."""
    return per_sample(0.5 * (mu**2 + logvar.exp() - logvar))


@probe("gaussian_kl_between")
def observe_gaussian_kl_between(candidate: Candidate, record: Record) -> None:
    """Several shapes, both dtypes, and the gradients."""
    for seed, (shape, dtype) in enumerate(CASES):
        record(f"value {shape}", candidate.gaussian_kl_between, *inputs(4, 7 * seed, shape, dtype), batch=shape[0])
    arguments = inputs(4, 50, (2, 3), torch.float64)
    record.grad("gradient", candidate.gaussian_kl_between, *arguments, wrt=(0, 1, 2, 3))


def between(mu1: Tensor, logvar1: Tensor, mu2: Tensor, logvar2: Tensor) -> Tensor:
    """The right terms, not yet summed."""
    return 0.5 * (logvar2 - logvar1 + ((mu1 - mu2) ** 2 + logvar1.exp()) * (-logvar2).exp() - 1)


@misconception(
    "gaussian_kl_between", belief="KL(N1 || N2) and KL(N2 || N1) are the same",
    hint="Which of the two Gaussians is the expectation taken over, and whose variance ends up in the denominator? "
    "Compare both orders on one example.",
)  # fmt: skip
def gaussians_swapped(mu1: Tensor, logvar1: Tensor, mu2: Tensor, logvar2: Tensor) -> Tensor:
    """The reverse divergence."""
    return per_sample(between(mu2, logvar2, mu1, logvar1))


@misconception(
    "gaussian_kl_between", belief="log(sigma1 / sigma2) starts the formula",
    hint="Let the second Gaussian become very wide: does your log-variance term grow or shrink, and should the "
    "divergence grow or shrink?",
)  # fmt: skip
def log_ratio_flipped(mu1: Tensor, logvar1: Tensor, mu2: Tensor, logvar2: Tensor) -> Tensor:
    """The sign of the log-ratio."""
    return per_sample(between(mu1, logvar1, mu2, logvar2) + logvar1 - logvar2)


@misconception(
    "gaussian_kl_between", belief="the squared distance of the means enters as it is",
    hint="Measure the same two Gaussians in other units: the divergence must not change. Does your distance between"
    " the means?",
)  # fmt: skip
def distance_of_means_not_scaled(mu1: Tensor, logvar1: Tensor, mu2: Tensor, logvar2: Tensor) -> Tensor:
    """As if the second variance were one in that term."""
    return per_sample(0.5 * (logvar2 - logvar1 + (logvar1 - logvar2).exp() + (mu1 - mu2) ** 2 - 1))


@misconception(
    "gaussian_kl_between", belief="exp(logvar) is the standard deviation",
    hint="What does exp(logvar) give you: a variance or a standard deviation? Which of your terms square it once "
    "too often?",
)  # fmt: skip
def exp_logvar_used_as_standard_deviation_twice(mu1: Tensor, logvar1: Tensor, mu2: Tensor, logvar2: Tensor) -> Tensor:
    """Squares both variances."""
    return per_sample(between(mu1, 2 * logvar1, mu2, 2 * logvar2))


@misconception(
    "gaussian_kl_between", belief="latents are vectors, so the last axis is all",
    hint="For inputs with more than one trailing dimension your result keeps some of them. Which dimensions does "
    "the sum run over?",
)  # fmt: skip
def last_dimension_only(mu1: Tensor, logvar1: Tensor, mu2: Tensor, logvar2: Tensor) -> Tensor:
    """Right for vectors only."""
    return between(mu1, logvar1, mu2, logvar2).sum(-1)


@misconception(
    "gaussian_kl_between", belief="the dimension only adds a constant",
    hint="What is your divergence of a Gaussian from itself, and what should it be? Look for a constant per "
    "dimension.",
)  # fmt: skip
def dimension_not_subtracted(mu1: Tensor, logvar1: Tensor, mu2: Tensor, logvar2: Tensor) -> Tensor:
    """Half the dimension too large."""
    return per_sample(between(mu1, logvar1, mu2, logvar2) + 0.5)


@probe("gaussian_log_likelihood")
def observe_gaussian_log_likelihood(candidate: Candidate, record: Record) -> None:
    """Several shapes, both dtypes, and the gradients."""
    for seed, (shape, dtype) in enumerate(CASES):
        record(f"value {shape}", candidate.gaussian_log_likelihood, *inputs(2, seed, shape, dtype), batch=shape[0])
    record("far away", candidate.gaussian_log_likelihood, torch.full((1, 2), 1e3), torch.zeros(1, 2))
    record.grad("gradient", candidate.gaussian_log_likelihood, *inputs(2, 9, (2, 3), torch.float64), wrt=(0, 1))


HALF_LOG_2_PI = 0.5 * math.log(2 * math.pi)


@misconception(
    "gaussian_log_likelihood", belief="constants do not matter for training",
    hint="At x = mean your log-density is zero. Is the peak of a Gaussian density one?",
)  # fmt: skip
def normalising_constant_left_out(x: Tensor, mean: Tensor) -> Tensor:
    """The squared error only."""
    return -0.5 * per_sample((x - mean) ** 2)


@misconception(
    "gaussian_log_likelihood", belief="there is one normalising constant",
    hint="Your constant is the same for an image of one pixel and of a thousand. How does the density of a product "
    "of Gaussians normalise?",
)  # fmt: skip
def constant_counted_once(x: Tensor, mean: Tensor) -> Tensor:
    """The constant of one dimension."""
    return -0.5 * per_sample((x - mean) ** 2) - HALF_LOG_2_PI


@misconception(
    "gaussian_log_likelihood", belief="the exponent is minus the squared distance",
    hint="Compare your value one unit away from the mean with the density of the standard normal there. Which "
    "factor stands before the squared distance?",
)  # fmt: skip
def one_half_of_the_exponent_forgotten(x: Tensor, mean: Tensor) -> Tensor:
    """Variance one half."""
    return -per_sample((x - mean) ** 2 + HALF_LOG_2_PI)


@misconception(
    "gaussian_log_likelihood", belief="likelihoods are losses",
    hint="Your value grows as x moves away from the mean. Is a log-likelihood something to maximise or to minimise?",
)  # fmt: skip
def negative_log_likelihood_returned(x: Tensor, mean: Tensor) -> Tensor:
    """The loss."""
    return per_sample(0.5 * (x - mean) ** 2 + HALF_LOG_2_PI)


@misconception(
    "gaussian_log_likelihood", belief="images of different sizes should be comparable",
    hint="Your log-density of an image does not grow with its number of pixels. What happens to log-densities of "
    "independent pixels?",
)  # fmt: skip
def averaged_over_pixels(x: Tensor, mean: Tensor) -> Tensor:
    """Mean for sum."""
    return -(0.5 * (x - mean) ** 2 + HALF_LOG_2_PI).flatten(1).mean(1)


@misconception(
    "gaussian_log_likelihood", belief="multiply the densities, then take the logarithm",
    hint="Far from the mean your result is not finite. What is the density there as a floating point number, and "
    "can its logarithm be had without it?",
)  # fmt: skip
def logarithm_of_the_product_of_densities(x: Tensor, mean: Tensor) -> Tensor:
    """Underflows."""
    density = torch.exp(-0.5 * (x - mean) ** 2) / math.sqrt(2 * math.pi)
    return density.flatten(1).prod(1).log()
