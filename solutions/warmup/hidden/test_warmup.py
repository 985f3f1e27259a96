"""Hidden checks of warmup.py: likelihoods and the pieces of the evidence lower bound."""

from __future__ import annotations

import itertools
import math
from typing import NamedTuple

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import special

from autograder.checks import Candidate, RemoteFunction, assert_close, assert_true, check
from autograder.checks.strategies import made, number, numpy_generator, seeds, uniform, whole

Array = NDArray[np.float64]

OUTCOMES = ((2,), (3, 2), (2, 2, 2), (2, 3, 2), (2, 2, 3, 2))
"""Numbers of values that the variables of a small joint distribution take."""
SHAPES = ((1,), (3,), (2, 1), (2, 3), (4, 5), (3, 1, 2), (2, 2, 2, 3))


def leaves_everything_alone(function: RemoteFunction, *inputs: Array | float) -> None:
    """A call neither changes its inputs nor draws global random numbers."""
    observed = function.observe(*inputs)
    assert_close(list(observed.args), list(inputs), what="the inputs after the call")
    assert_true(not observed.rng_used, "the call draws from the global random state")


class JointDistribution(NamedTuple):
    """Every outcome of a few discrete variables: its conditionals in the last axis, and its log-probability."""

    conditionals: Array
    log_joint: Array


def factorise(sizes: tuple[int, ...], seed: int) -> JointDistribution:
    """Draw a joint distribution and divide it into conditionals, p(x_<=t) / p(x_<t)."""
    joint = numpy_generator(seed).uniform(0.1, 1.0, sizes)
    joint /= joint.sum()
    rank = len(sizes)
    prefixes = [joint.sum(axis=tuple(range(t, rank)), keepdims=True) for t in range(rank + 1)]
    conditionals = [np.broadcast_to(later / earlier, sizes) for earlier, later in itertools.pairwise(prefixes)]
    return JointDistribution(np.stack(conditionals, axis=-1), np.log(joint))


class Posterior(NamedTuple):
    """Means, log-variances and noise of one shape."""

    mu: Array
    logvar: Array
    eps: Array


def draw_posterior(shape: tuple[int, ...], seed: int) -> Posterior:
    """Values around 0, rounded to two decimals."""
    return Posterior(*numpy_generator(seed).normal(size=(3, *shape)).round(2))


NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(6)  # solved for once, not for every example
JOINTS = made(factorise, st.sampled_from(OUTCOMES), seeds())
POSTERIORS = made(draw_posterior, st.sampled_from(SHAPES), seeds())


def log_normal(x: Array, mean: Array | float, std: Array | float) -> Array:
    """Log-density of a normal distribution."""
    return -0.5 * ((x - mean) / std) ** 2 - np.log(std) - 0.5 * math.log(2 * math.pi)


def conditionals_of(shape: tuple[int, ...], seed: int) -> Array:
    """Probabilities away from 0 and 1."""
    return uniform(shape, seed, 0.1, 0.95).numpy()


def signed(seed: int, *signs: float) -> Array:
    """Values of the given signs, none of them near zero."""
    return uniform((len(signs),), seed, 0.4, 2.5).numpy() * np.array(signs)


# -- log_likelihood ----------------------------------------------------------------------------------------------


@check("log_likelihood", points=2.0, title="recovers the joint distribution from its conditionals")
@given(case=JOINTS)
def test_log_likelihood_chain_rule(candidate: Candidate, case: JointDistribution) -> None:
    """The chain rule does not give back the logarithm of the joint probability."""
    assert_close(candidate.log_likelihood(case.conditionals), case.log_joint, atol=1e-5)


@check("log_likelihood", points=0.75, title="adds up when sequences are joined", kind="law")
def test_log_likelihood_additive(candidate: Candidate) -> None:
    """Joining two sequences does not add their log-probabilities."""
    first, second = conditionals_of((2, 2), 1), conditionals_of((2, 3), 2)
    parts = candidate.log_likelihood(first) + candidate.log_likelihood(second)
    assert_close(candidate.log_likelihood(np.concatenate([first, second], axis=1)), parts, atol=1e-5)


@check("log_likelihood", points=0.25, title="treats every sequence on its own", kind="purity")
def test_log_likelihood_rows(candidate: Candidate) -> None:
    """The value of a sequence depends on the other sequences of the batch."""
    batch = conditionals_of((3, 2), 3)
    alone = [float(candidate.log_likelihood(row)) for row in batch]
    assert_close(candidate.log_likelihood(batch), np.array(alone), atol=1e-5)


@check("log_likelihood", points=0.25, title="accepts single precision", kind="dtype")
def test_log_likelihood_single_precision(candidate: Candidate) -> None:
    """Single-precision conditionals give a different value."""
    conditionals = conditionals_of((2, 3), 4).astype(np.float32)
    expected = np.log(np.prod(conditionals, axis=1, dtype=np.float64)).astype(np.float32)
    assert_close(candidate.log_likelihood(conditionals), expected)


@check("log_likelihood", points=0.25, title="changes nothing but its result", kind="purity")
def test_log_likelihood_pure(candidate: Candidate) -> None:
    """The call changes its input or the global random state."""
    leaves_everything_alone(candidate.log_likelihood, conditionals_of((2, 2), 5))


@check("log_likelihood", points=0.75, title="does not underflow for very long or unlikely sequences", kind="extreme")
def test_log_likelihood_long(candidate: Candidate) -> None:
    """Very long or very unlikely sequences do not get their finite log-probability."""
    conditionals = np.stack([np.full(10_000, number(6, 0.03, 0.07)), np.linspace(number(7, 0.01, 0.03), 0.98, 10_000)])
    expected = np.array([math.fsum(map(math.log, row)) for row in conditionals.tolist()])
    assert_close(candidate.log_likelihood(conditionals), expected)
    for chance in (1e-5, number(8, 1e-5, 1e-4, digits=7)):
        unlikely = np.full((1, 10), chance)
        assert_close(candidate.log_likelihood(unlikely), np.array([10 * math.log(chance)]), rtol=1e-3)


# -- gaussian_kl -------------------------------------------------------------------------------------------------


@check("gaussian_kl", points=2.25, title="equals the expected log-ratio of the two densities")
@given(case=POSTERIORS)
def test_gaussian_kl_matches_integral(candidate: Candidate, case: Posterior) -> None:
    """The value differs from the integral that defines the divergence."""
    mean, std = case.mu[..., None], np.exp(0.5 * case.logvar)[..., None]
    z = mean + std * NODES
    log_ratio = log_normal(z, mean, std) - log_normal(z, 0.0, 1.0)
    expected = (log_ratio @ WEIGHTS).sum(axis=-1) / math.sqrt(2 * math.pi)
    assert_close(candidate.gaussian_kl(case.mu, case.logvar), expected)


@check("gaussian_kl", points=0.5, title="is zero for the prior and positive for all others", kind="law")
def test_gaussian_kl_zero_only_at_the_prior(candidate: Candidate) -> None:
    """The divergence is not zero at the standard normal, or not positive elsewhere."""
    assert_close(candidate.gaussian_kl(np.zeros((2, 4)), np.zeros((2, 4))), np.zeros(2))
    mean, gap = number(9, 0.2, 0.4), number(10, 0.3, 0.5)
    for mu, logvar in ((mean, 0.0), (-mean, 0.0), (0.0, gap), (0.0, -gap)):
        value = float(candidate.gaussian_kl(np.full(3, mu), np.full(3, logvar)))
        assert_true(value > 1e-3, "the divergence of another Gaussian is not positive")


@check("gaussian_kl", points=0.5, title="adds up over independent dimensions", kind="law")
def test_gaussian_kl_additive(candidate: Candidate) -> None:
    """Putting independent dimensions side by side does not add their divergences."""
    one, two = draw_posterior((2, 3), 5), draw_posterior((2, 2), 6)
    joined = candidate.gaussian_kl(np.hstack([one.mu, two.mu]), np.hstack([one.logvar, two.logvar]))
    assert_close(joined, candidate.gaussian_kl(one.mu, one.logvar) + candidate.gaussian_kl(two.mu, two.logvar))


@check("gaussian_kl", points=0.25, title="treats every row on its own", kind="purity")
def test_gaussian_kl_rows(candidate: Candidate) -> None:
    """The value of a row depends on the other rows of the batch."""
    case = draw_posterior((3, 2), 7)
    alone = [float(candidate.gaussian_kl(mu, logvar)) for mu, logvar in zip(case.mu, case.logvar, strict=True)]
    assert_close(candidate.gaussian_kl(case.mu, case.logvar), np.array(alone))


@check("gaussian_kl", points=0.25, title="accepts single precision", kind="dtype")
def test_gaussian_kl_single_precision(candidate: Candidate) -> None:
    """Single-precision parameters give a different value."""
    mu = np.stack([signed(11, 1, -1, 1), signed(12, 0, 1, 1)]).astype(np.float32)
    logvar = np.stack([signed(13, 1, -1, 0), signed(14, 1, -1, 0)]).astype(np.float32)
    variance = np.exp(logvar.astype(np.float64))
    expected = 0.5 * (variance + mu.astype(np.float64) ** 2 - 1 - logvar).sum(axis=1)
    assert_close(candidate.gaussian_kl(mu, logvar), expected.astype(np.float32))


@check("gaussian_kl", points=0.5, title="changes nothing but its result", kind="purity")
def test_gaussian_kl_pure(candidate: Candidate) -> None:
    """The call changes its inputs or the global random state."""
    leaves_everything_alone(candidate.gaussian_kl, *draw_posterior((2, 3), 8)[:2])


@check("gaussian_kl", points=0.75, title="is accurate for very narrow and very wide Gaussians", kind="extreme")
def test_gaussian_kl_extreme_variances(candidate: Candidate) -> None:
    """Log-variances near the ends of their range do not give the right divergence."""
    mu = np.stack([signed(15, 1, -1), signed(16, 1, 0)])
    logvar = np.array([[-20.0, number(17, -19.9, -18)], [20.0, number(18, -19, -16)]])
    posterior = torch.distributions.Normal(torch.tensor(mu), torch.tensor(np.exp(0.5 * logvar)))
    expected = torch.distributions.kl_divergence(posterior, torch.distributions.Normal(0.0, 1.0)).sum(-1).numpy()
    for row in (0, 1):
        assert_close(candidate.gaussian_kl(mu[row], logvar[row]), float(expected[row]))
        # Of so many coordinates the product of the variances is no number: 20 * 40 > log(max).
        assert_close(candidate.gaussian_kl(np.tile(mu[row], 40), np.tile(logvar[row], 40)), 40 * float(expected[row]))


# -- reparameterize ----------------------------------------------------------------------------------------------


@check("reparameterize", points=1.75, title="maps noise to the same quantile of the Gaussian asked for")
@given(case=POSTERIORS)
def test_reparameterize_matches_quantiles(candidate: Candidate, case: Posterior) -> None:
    """The sample does not lie at the quantile of N(mu, sigma^2) at which the noise lies in N(0, 1)."""
    sigma = np.exp(0.5 * case.logvar[..., :1])
    expected = case.mu + sigma * special.ndtri(special.ndtr(case.eps))
    assert_close(candidate.reparameterize(case.mu, sigma, case.eps), expected)


@check("reparameterize", points=0.5, title="returns the mean where there is no noise", kind="law")
def test_reparameterize_without_noise(candidate: Candidate) -> None:
    """With zero noise, or with zero standard deviation, the sample is not the mean."""
    mu, sigma, eps = signed(20, 1, -1), signed(21, 1, 1), signed(22, -1, 1)
    assert_close(candidate.reparameterize(mu, sigma, np.zeros(2)), mu)
    assert_close(candidate.reparameterize(mu, np.zeros(2), eps), mu)


@check("reparameterize", points=0.25, title="spreads samples in proportion to sigma", kind="law")
def test_reparameterize_proportional_to_sigma(candidate: Candidate) -> None:
    """Tripling sigma does not triple the distance from the mean."""
    mu, sigma, eps = signed(20, 1, -1), signed(21, 1, 1), signed(22, -1, 1)
    distance = candidate.reparameterize(mu, sigma, eps) - mu
    assert_true(bool(np.all(np.abs(distance) > 1e-6)), "the noise does not reach the sample")
    assert_close(candidate.reparameterize(mu, 3 * sigma, eps) - mu, 3 * distance)


@check("reparameterize", points=0.5, title="accepts plain numbers and single precision", kind="dtype")
def test_reparameterize_number_types(candidate: Candidate) -> None:
    """Plain numbers, a mixture of numbers and arrays, or single precision give a different value."""
    mean, spread, draw = whole(23, 1, 9), whole(24, 2, 9), -whole(25, 2, 9)
    assert_close(candidate.reparameterize(mean, spread, draw), float(mean + spread * draw), scalar=True)
    noise = signed(26, 1, -1)
    assert_close(candidate.reparameterize(0.5, 2.0, noise), 0.5 + 2.0 * noise)
    assert_close(candidate.reparameterize(noise, np.array([[0.5], [2.0]]), 3.0), noise + np.array([[1.5], [6.0]]))
    mu, sigma, eps = (values.astype(np.float32) for values in (signed(27, 1, 1), signed(28, 1, 1), signed(29, 1, -1)))
    expected = signed(27, 1, 1) + signed(28, 1, 1) * signed(29, 1, -1)
    assert_close(candidate.reparameterize(mu, sigma, eps), expected.astype(np.float32))


@check("reparameterize", points=0.5, title="changes nothing but its result", kind="purity")
def test_reparameterize_pure(candidate: Candidate) -> None:
    """The call changes its inputs or draws noise of its own."""
    leaves_everything_alone(candidate.reparameterize, np.zeros(3), signed(30, 1, 1, 1), np.ones(3))
