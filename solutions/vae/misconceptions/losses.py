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


@probe("gaussian_kl")
def observe_gaussian_kl(candidate: Candidate, record: Record) -> None:
    """Several shapes, both dtypes, and the gradients."""
    for seed, (shape, dtype) in enumerate(CASES):
        record(f"value {shape}", candidate.gaussian_kl, *inputs(2, seed, shape, dtype), batch=shape[0])
    record("small variance", candidate.gaussian_kl, torch.zeros(2, 1), torch.full((2, 1), -20.0))
    record("many wide coordinates", candidate.gaussian_kl, torch.ones(1, 40), torch.full((1, 40), 19.0))
    record.grad("gradient", candidate.gaussian_kl, *inputs(2, 9, (2, 3), torch.float64), wrt=(0, 1))


misconception(
    "gaussian_kl", name="exp_logvar_used_as_standard_deviation", belief="exp(logvar) is the standard deviation",
    replace=("logvar.exp() - logvar", "logvar.exp() ** 2 - 2 * logvar"),
    hint="What does exp(logvar) give you: a variance or a standard deviation? Check which of the two your formula then "
    "squares.",
)  # fmt: skip

misconception(
    "gaussian_kl", name="logvar_used_as_variance", belief="logvar itself is the variance",
    replace=("logvar.exp() - logvar", "logvar.abs() - torch.log(logvar.abs() + 1e-8)"),
    hint="Your variance can become negative or zero here, because logvar can. What do you have to do to a log-variance to get "
    "a variance?",
)  # fmt: skip

misconception(
    "gaussian_kl", name="one_half_forgotten", belief="the sum needs no factor one half", replace=("0.5 * (", "("),
    hint="Your divergence is twice as large as it should be. Which constant stands in front of the sum over the dimensions?",
)  # fmt: skip

misconception(
    "gaussian_kl", name="averaged_over_dimensions", belief="a loss averages over the latent dimensions",
    replace=("sum(", "mean("),
    hint="Your divergence stays the same size however many latent dimensions there are. Do the divergences of independent "
    "coordinates add up or average?",
)  # fmt: skip

misconception(
    "gaussian_kl", name="averaged_over_the_batch_too", belief="the result is the batch's loss",
    replace=("sum(dim=1)", "sum(dim=1).mean()"),
    hint="You return a single number. What should be left of the batch dimension when every sample has a divergence of its "
    "own?",
)  # fmt: skip

misconception(
    "gaussian_kl", name="summed_over_the_last_dimension_only", belief="latents are vectors, so the last axis is all",
    replace=("flatten(1).sum(dim=1)", "sum(dim=-1)"),
    hint="For latents with more than one trailing dimension your result keeps some of them. Which dimensions does the sum "
    "over i run over?",
)  # fmt: skip

misconception(
    "gaussian_kl", name="minus_one_forgotten", belief="the constant does not matter", replace=(" - 1", ""),
    hint="What is your divergence when the posterior is exactly the prior, and what should it be? Look for a constant.",
)  # fmt: skip

misconception(
    "gaussian_kl", name="deviation_in_place_of_variance", belief="exp(logvar / 2) is squared later",
    replace=("logvar.exp()", "(0.5 * logvar).exp()"),
    hint="With mu = 0 and logvar = 2 one of your terms is e. Is that the variance of this Gaussian or its standard "
    "deviation, and which one does the formula have?",
)  # fmt: skip


@probe("gaussian_kl_between")
def observe_gaussian_kl_between(candidate: Candidate, record: Record) -> None:
    """Several shapes, both dtypes, and the gradients."""
    for seed, (shape, dtype) in enumerate(CASES):
        record(f"value {shape}", candidate.gaussian_kl_between, *inputs(4, 7 * seed, shape, dtype), batch=shape[0])
    many = [torch.full((1, 40), value) for value in (1.0, 19.0, -1.0, 3.0)]
    record("many wide coordinates", candidate.gaussian_kl_between, *many)
    arguments = inputs(4, 50, (2, 3), torch.float64)
    record.grad("gradient", candidate.gaussian_kl_between, *arguments, wrt=(0, 1, 2, 3))


misconception(
    "gaussian_kl_between", name="variances_squared", belief="exp(logvar) is the standard deviation",
    replace=[("(logvar1 - logvar2).exp()", "(2 * (logvar1 - logvar2)).exp()"), ("(-logvar2).exp()", "(-2 * logvar2).exp()")],
    hint="Your quotients contain the squares of exp(logvar). Which power of the standard deviation is exp(logvar) already?",
)  # fmt: skip

misconception(
    "gaussian_kl_between", name="gaussians_swapped", belief="KL(N1 || N2) and KL(N2 || N1) are the same",
    replace=[
        ("(logvar1 - logvar2).exp() + logvar2 - logvar1 - 1", "(logvar2 - logvar1).exp() + logvar1 - logvar2 - 1"),
        ("(-logvar2).exp()", "(-logvar1).exp()"),
    ],
    hint="Which of the two Gaussians is the expectation taken over, and whose variance ends up in the denominator? Compare "
    "both orders on one example.",
)  # fmt: skip

misconception(
    "gaussian_kl_between", name="log_ratio_flipped", belief="log(sigma1 / sigma2) starts the formula",
    replace=("+ logvar2 - logvar1", "- logvar2 + logvar1"),
    hint="Let the second Gaussian become very wide: does your log-variance term grow or shrink, and should the divergence "
    "grow or shrink?",
)  # fmt: skip

misconception(
    "gaussian_kl_between", name="distance_of_means_not_scaled", belief="the squared distance of the means enters as it is",
    replace=(" * (-logvar2).exp()", ""),
    hint="Measure the same two Gaussians in other units: the divergence must not change. Does your distance between the means?",
)  # fmt: skip

misconception(
    "gaussian_kl_between", name="exp_logvar_used_as_standard_deviation_twice", belief="exp(logvar) is the standard deviation",
    replace=[
        ("(logvar1 - logvar2).exp() + logvar2 - logvar1", "(2 * (logvar1 - logvar2)).exp() + 2 * (logvar2 - logvar1)"),
        ("(-logvar2).exp()", "(-2 * logvar2).exp()"),
    ],
    hint="What does exp(logvar) give you: a variance or a standard deviation? Which of your terms square it once too often?",
)  # fmt: skip

misconception(
    "gaussian_kl_between", name="last_dimension_only", belief="latents are vectors, so the last axis is all",
    replace=("flatten(1).sum(dim=1)", "sum(dim=-1)"),
    hint="For inputs with more than one trailing dimension your result keeps some of them. Which dimensions does the sum run "
    "over?",
)  # fmt: skip

misconception(
    "gaussian_kl_between", name="dimension_not_subtracted", belief="the dimension only adds a constant",
    replace=(" - logvar1 - 1", " - logvar1"),
    hint="What is your divergence of a Gaussian from itself, and what should it be? Look for a constant per dimension.",
)  # fmt: skip


@probe("gaussian_log_likelihood")
def observe_gaussian_log_likelihood(candidate: Candidate, record: Record) -> None:
    """Several shapes, both dtypes, and the gradients."""
    for seed, (shape, dtype) in enumerate(CASES):
        record(f"value {shape}", candidate.gaussian_log_likelihood, *inputs(2, seed, shape, dtype), batch=shape[0])
    record("far away", candidate.gaussian_log_likelihood, torch.full((1, 2), 1e3), torch.zeros(1, 2))
    record.grad("gradient", candidate.gaussian_log_likelihood, *inputs(2, 9, (2, 3), torch.float64), wrt=(0, 1))


misconception(
    "gaussian_log_likelihood", name="normalising_constant_left_out", belief="constants do not matter for training",
    replace=("(squared_distance + math.log(2 * math.pi))", "squared_distance"),
    hint="At x = mean your log-density is zero. Is the peak of a Gaussian density one?",
)  # fmt: skip

misconception(
    "gaussian_log_likelihood", name="constant_counted_once", belief="there is one normalising constant",
    replace=("(squared_distance + math.log(2 * math.pi)).sum(dim=1)", "(squared_distance.sum(dim=1) + math.log(2 * math.pi))"),
    hint="Your constant is the same for an image of one pixel and of a thousand. How does the density of a product of "
    "Gaussians normalise?",
)  # fmt: skip

misconception(
    "gaussian_log_likelihood", name="one_half_of_the_exponent_forgotten", belief="the exponent is minus the squared distance",
    replace=("(squared_distance +", "(2 * squared_distance +"),
    hint="Compare your value one unit away from the mean with the density of the standard normal there. Which factor stands "
    "before the squared distance?",
)  # fmt: skip

misconception(
    "gaussian_log_likelihood", name="negative_log_likelihood_returned", belief="likelihoods are losses",
    replace=("-0.5", "0.5"),
    hint="Your value grows as x moves away from the mean. Is a log-likelihood something to maximise or to minimise?",
)  # fmt: skip

misconception(
    "gaussian_log_likelihood", name="averaged_over_pixels", belief="images of different sizes should be comparable",
    replace=("sum(", "mean("),
    hint="Your log-density of an image does not grow with its number of pixels. What happens to log-densities of independent "
    "pixels?",
)  # fmt: skip


@misconception(
    "gaussian_log_likelihood", belief="multiply the densities, then take the logarithm",
    hint="Far from the mean your result is not finite. What is the density there as a floating point number, and "
    "can its logarithm be had without it?",
)  # fmt: skip
def logarithm_of_the_product_of_densities(x: Tensor, mean: Tensor) -> Tensor:
    """Underflows."""
    density = torch.exp(-0.5 * (x - mean) ** 2) / math.sqrt(2 * math.pi)
    return density.flatten(1).prod(1).log()


@misconception(
    "gaussian_kl", belief="the divergence is symmetric",
    hint="Your divergence is that of the prior from the posterior: it explodes for a narrow posterior. Which of the two "
    "Gaussians is the expectation taken under?",
)
def divergence_in_the_other_direction(mu: Tensor, logvar: Tensor) -> Tensor:
    """KL(N(0, I) || N(mu, exp(logvar)))."""
    return 0.5 * ((1 + mu**2) * (-logvar).exp() - 1 + logvar).flatten(1).sum(dim=1)


@misconception(
    "gaussian_kl_between", belief="the distance is measured in units of the first Gaussian",
    hint="Your divergence is right where the means agree. In units of which of the two variances is their distance measured?",
)
def distance_in_units_of_the_first(mu1: Tensor, logvar1: Tensor, mu2: Tensor, logvar2: Tensor) -> Tensor:
    """The squared distance divided by the first variance."""
    terms = logvar2 - logvar1 + (logvar1 - logvar2).exp() + (mu1 - mu2) ** 2 * (-logvar1).exp() - 1
    return 0.5 * terms.flatten(1).sum(dim=1)


@misconception(
    "gaussian_kl", belief="the log-determinant is the logarithm of the product",
    hint="With many latent coordinates your divergence is not finite. How large or small does the product of all variances "
    "become, and can its logarithm be had without it?",
)
def logarithm_of_the_product_of_variances(mu: Tensor, logvar: Tensor) -> Tensor:
    """Multiply the variances first."""
    mu, variance = mu.flatten(1), logvar.exp().flatten(1)
    return 0.5 * ((mu**2 + variance - 1).sum(1) - variance.prod(1).log())


@misconception(
    "gaussian_kl_between", belief="the log-determinants are logarithms of products",
    hint="With many coordinates your divergence is not finite. How large or small does a product of all variances become, and "
    "can its logarithm be had without it?",
)
def ratio_of_the_products_of_variances(mu1: Tensor, logvar1: Tensor, mu2: Tensor, logvar2: Tensor) -> Tensor:
    """Multiply the variances of each Gaussian first."""
    one, other = logvar1.exp().flatten(1), logvar2.exp().flatten(1)
    distance = (mu1 - mu2).flatten(1) ** 2
    return 0.5 * ((other.prod(1) / one.prod(1)).log() + ((one + distance) / other - 1).sum(1))
