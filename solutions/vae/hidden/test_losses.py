"""Hidden checks of losses.py: the divergences."""

import math

import numpy as np
import torch
from hypothesis import given
from torch import Tensor
from torch.distributions import Normal, kl_divergence

from autograder.checks import Candidate, Observation, assert_close, assert_shape, assert_true, check
from autograder.checks.strategies import Batch, batches, normal, number, uniform

MATRICES = ((1, 1), (1, 3), (2, 1), (2, 3), (5, 4))
DEEPER = ((2, 3, 2), (2, 1, 3, 2), (3, 2, 1, 2, 2), (1, 2, 2))
EXTREMES = (-20.0, -8.0, 8.0, 20.0)
MANY = 40
"""So many coordinates that the product of their variances is no number of either precision: 20 * 40 > log(max)."""


def gaussian(mu: Tensor, logvar: Tensor) -> Normal:
    """The distribution that (mu, logvar) stand for, in double precision."""
    return Normal(mu.double(), torch.exp(0.5 * logvar.double()))


def oracle(mu1: Tensor, logvar1: Tensor, mu2: Tensor | None = None, logvar2: Tensor | None = None) -> Tensor:
    """KL(N1 || N2) by torch.distributions; N2 is the prior when left out."""
    prior = torch.zeros_like(mu1)
    second = gaussian(prior if mu2 is None else mu2, prior if logvar2 is None else logvar2)
    return kl_divergence(gaussian(mu1, logvar1), second).flatten(1).sum(1).to(mu1.dtype)


def four(shape: tuple[int, ...], seed: int, dtype: torch.dtype = torch.float64) -> list[Tensor]:
    """Two means and two log-variances: (mu1, logvar1, mu2, logvar2)."""
    return [normal(shape, seed + number, dtype) for number in range(4)]


def assert_pure(seen: Observation, *arguments: Tensor) -> None:
    """Nothing but the result came out of the call."""
    assert_close(seen.args, arguments, rtol=0, atol=0, what="the arguments after the call")
    assert_true(not seen.rng_used, "the global random state was used")


@check("gaussian_kl", points=1.25, title="equals the divergence between the distributions")
@given(case=batches(MATRICES, (torch.float32,), scale=1.5))
def test_gaussian_kl_equals_the_divergence(candidate: Candidate, case: Batch) -> None:
    """The value differs from KL(N(mu, exp(logvar)) || N(0, I)), one number per sample."""
    logvar = case.more(1, 1.5)
    assert_close(candidate.gaussian_kl(case.x, logvar), oracle(case.x, logvar))


@check("gaussian_kl", points=0.75, title="sums over every trailing dimension", kind="shape")
def test_gaussian_kl_sums_over_every_trailing_dimension(candidate: Candidate) -> None:
    """With two, three or four trailing dimensions the result is not one sum per sample."""
    for seed, shape in enumerate(DEEPER):
        mu, logvar = normal(shape, seed, torch.float32), normal(shape, seed + 9, torch.float32)
        assert_close(candidate.gaussian_kl(mu, logvar), oracle(mu, logvar))


@check("gaussian_kl", points=0.5, title="has the gradient of the divergence", kind="gradient")
def test_gaussian_kl_has_the_right_gradient(candidate: Candidate) -> None:
    """Gradients with respect to mu or logvar are missing or wrong."""
    mu, logvar, weights = normal((3, 4), 1), normal((3, 4), 2), torch.tensor([1.0, -2.0, 0.5], dtype=torch.float64)
    gradients = candidate.gaussian_kl.grad(mu, logvar, wrt=(0, 1), cotangent=weights)
    assert_close(gradients[0], weights[:, None] * mu, what="the gradient with respect to mu")
    expected = weights[:, None] * (logvar.exp() - 1) / 2
    assert_close(gradients[1], expected, what="the gradient with respect to logvar")


@check("gaussian_kl", points=0.25, title="works in double precision", kind="dtype")
def test_gaussian_kl_keeps_double_precision(candidate: Candidate) -> None:
    """For float64 inputs the result is not float64, or not accurate to double precision."""
    mu, logvar = normal((2, 3), 3), normal((2, 3), 4)
    assert_close(candidate.gaussian_kl(mu, logvar), oracle(mu, logvar))


@check("gaussian_kl", points=0.25, title="adds up over independent coordinates", kind="law")
def test_gaussian_kl_adds_up_over_coordinates(candidate: Candidate) -> None:
    """The divergence of a product of Gaussians is not the sum of the divergences of its factors."""
    mu, logvar = normal((3, 7), 5), normal((3, 7), 6)
    pieces = [(mu[:, part], logvar[:, part]) for part in (slice(0, 2), slice(2, 7))]
    for piece in pieces:
        assert_close(candidate.gaussian_kl(*piece), oracle(*piece), what="the divergence of some coordinates")
    expected = oracle(*pieces[0]) + oracle(*pieces[1])
    assert_close(candidate.gaussian_kl(mu, logvar), expected, what="the divergence of all coordinates")


@check("gaussian_kl", points=0.25, title="treats every sample by itself", kind="law")
def test_gaussian_kl_treats_every_sample_by_itself(candidate: Candidate) -> None:
    """The divergence of one sample changes with the other samples of its batch."""
    mu, logvar = normal((4, 3), 7), normal((4, 3), 8)
    whole = candidate.gaussian_kl(mu, logvar)
    assert_shape(whole, (4,))
    assert_true(whole.std() > 0, "all samples have the same divergence")
    assert_close(candidate.gaussian_kl(mu[1:2], logvar[1:2]), whole[1:2])
    assert_close(candidate.gaussian_kl(mu.flip(0), logvar.flip(0)), whole.flip(0))


@check("gaussian_kl", points=0.25, title="changes neither its inputs nor the random state", kind="purity")
def test_gaussian_kl_is_pure(candidate: Candidate) -> None:
    """The inputs or the global random state are different after the call."""
    mu, logvar = normal((2, 3), 9), normal((2, 3), 10)
    seen = candidate.gaussian_kl.observe(mu, logvar)
    assert_pure(seen, mu, logvar)


@check("gaussian_kl", points=0.25, title="is accurate for very large and small variances", kind="extreme")
def test_gaussian_kl_is_accurate_at_the_extremes(candidate: Candidate) -> None:
    """Somewhere between logvar = -20 and logvar = 20, or for means far from zero, the value is not finite or not accurate."""
    far, near = uniform((1, 2), 13, 200.0, 900.0, torch.float32), normal((1, 2), 14, torch.float32)
    assert_close(candidate.gaussian_kl(far, near), oracle(far, near))
    for value in (*EXTREMES, number(11, -19, 19)):
        for size in (2, MANY):
            mu, logvar = normal((1, size), 12, torch.float32), torch.full((1, size), value)
            assert_close(candidate.gaussian_kl(mu, logvar), oracle(mu, logvar))


@check("gaussian_kl_between", points=1.25, title="equals the divergence between the distributions")
@given(case=batches(MATRICES, (torch.float32,)))
def test_gaussian_kl_between_equals_the_divergence(candidate: Candidate, case: Batch) -> None:
    """The value differs from KL(N1 || N2), one number per sample."""
    arguments = (case.x, case.more(1), case.more(2), case.more(3))
    assert_close(candidate.gaussian_kl_between(*arguments), oracle(*arguments))


@check("gaussian_kl_between", points=0.5, title="sums over every trailing dimension", kind="shape")
def test_gaussian_kl_between_sums_over_every_trailing_dimension(candidate: Candidate) -> None:
    """With two, three or four trailing dimensions the result is not one sum per sample."""
    for seed, shape in enumerate(DEEPER):
        arguments = four(shape, 10 * seed, torch.float32)
        assert_close(candidate.gaussian_kl_between(*arguments), oracle(*arguments))


@check("gaussian_kl_between", points=0.5, title="has the gradient of the divergence", kind="gradient")
def test_gaussian_kl_between_has_the_right_gradient(candidate: Candidate) -> None:
    """A gradient with respect to one of the four arguments is missing or wrong."""
    mu1, logvar1, mu2, logvar2 = four((3, 2), 20)
    got = candidate.gaussian_kl_between.grad(mu1, logvar1, mu2, logvar2, wrt=(0, 1, 2, 3))
    ratio, gap, precision = (logvar1 - logvar2).exp(), mu1 - mu2, (-logvar2).exp()
    truth = (gap * precision, (ratio - 1) / 2, -gap * precision, (1 - ratio - gap**2 * precision) / 2)
    for name, gradient, expected in zip(("mu1", "logvar1", "mu2", "logvar2"), got, truth, strict=True):
        assert_close(gradient, expected, what=f"the gradient with respect to {name}")


@check("gaussian_kl_between", points=0.25, title="is the mean log-ratio of the densities", kind="law")
def test_gaussian_kl_between_is_an_expectation_under_the_first(candidate: Candidate) -> None:
    """The value is not the expectation of log N1 - log N2 under the first Gaussian."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(12)
    arguments = four((3, 1), 30)
    first, second = gaussian(*arguments[:2]), gaussian(*arguments[2:])
    points = first.mean + first.stddev * torch.from_numpy(nodes)
    ratio = first.log_prob(points) - second.log_prob(points)
    expected = (ratio * torch.from_numpy(weights)).sum(1) / math.sqrt(2 * math.pi)
    assert_close(candidate.gaussian_kl_between(*arguments), expected)


@check("gaussian_kl_between", points=0.25, title="is a scaled squared distance at equal variances", kind="law")
def test_gaussian_kl_between_is_a_squared_distance_at_equal_variances(candidate: Candidate) -> None:
    """For equal variances the value is not the squared distance of the means over twice the variance."""
    mu1, logvar, mu2, _ = four((4, 3), 40)
    expected = ((mu1 - mu2) ** 2 / (2 * logvar.exp())).sum(1)
    assert_close(candidate.gaussian_kl_between(mu1, logvar, mu2, logvar), expected)


@check("gaussian_kl_between", points=0.25, title="works in double precision", kind="dtype")
def test_gaussian_kl_between_keeps_double_precision(candidate: Candidate) -> None:
    """For float64 inputs the result is not float64, or not accurate to double precision."""
    arguments = four((2, 3), 50)
    assert_close(candidate.gaussian_kl_between(*arguments), oracle(*arguments))


@check("gaussian_kl_between", points=0.25, title="treats every sample by itself", kind="law")
def test_gaussian_kl_between_treats_every_sample_by_itself(candidate: Candidate) -> None:
    """The divergence of one sample changes with the other samples of its batch."""
    arguments = four((4, 3), 60)
    whole = candidate.gaussian_kl_between(*arguments)
    assert_shape(whole, (4,))
    assert_true(whole.std() > 0, "all samples have the same divergence")
    assert_close(candidate.gaussian_kl_between(*(value[1:2] for value in arguments)), whole[1:2])
    assert_close(candidate.gaussian_kl_between(*(value.flip(0) for value in arguments)), whole.flip(0))


@check("gaussian_kl_between", points=0.25, title="changes neither its inputs nor the random state", kind="purity")
def test_gaussian_kl_between_is_pure(candidate: Candidate) -> None:
    """The inputs or the global random state are different after the call."""
    arguments = four((2, 3), 70)
    seen = candidate.gaussian_kl_between.observe(*arguments)
    assert_pure(seen, *arguments)


@check("gaussian_kl_between", points=0.25, title="is accurate for very unequal variances", kind="extreme")
def test_gaussian_kl_between_is_accurate_at_the_extremes(candidate: Candidate) -> None:
    """For log-variances between -20 and 20 the value is not finite or not accurate."""
    # The means are apart, so that their distance is well determined in single precision.
    inside = number(82, -12, -6), number(83, -1, 1)
    for size in (2, MANY):
        mu1, mu2 = uniform((1, size), 80, -1.0, 0.0, torch.float32), uniform((1, size), 81, 0.5, 1.5, torch.float32)
        for one, other in ((-20.0, -20.0), (20.0, -20.0), (-20.0, 20.0), (20.0, 20.0), inside):
            arguments = (mu1, torch.full((1, size), one), mu2, torch.full((1, size), other))
            assert_close(candidate.gaussian_kl_between(*arguments), oracle(*arguments))
