"""Hidden checks of warmup.py: the evidence lower bound."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from autograder.checks import Candidate, RemoteFunction, assert_close, assert_true, check
from autograder.checks.strategies import made, number, numpy_generator, seeds, uniform, whole

Array = NDArray[np.float64]

SHAPES = ((1,), (3,), (2, 1), (2, 3), (4, 5), (3, 1, 2), (2, 2, 2, 3))


def leaves_everything_alone(function: RemoteFunction, *inputs: Array | float) -> None:
    """A call neither changes its inputs nor draws global random numbers."""
    observed = function.observe(*inputs)
    assert_close(list(observed.args), list(inputs), what="the inputs after the call")
    assert_true(not observed.rng_used, "the call draws from the global random state")


def signed(seed: int, *signs: float) -> Array:
    """Values of the given signs, none of them near zero."""
    return uniform((len(signs),), seed, 0.4, 2.5).numpy() * np.array(signs)


class LinearGaussian(NamedTuple):
    """Data of a linear Gaussian model, whose bound is tight at the exact posterior."""

    log_likelihood: Array
    kl: Array
    log_evidence: Array


def solve_linear_gaussian(shape: tuple[int, ...], seed: int) -> LinearGaussian:
    """z ~ N(0, 1), x | z ~ N(z, s^2): expected log-likelihood and KL under the exact posterior, and log p(x)."""
    random = numpy_generator(seed)
    s, x = random.uniform(0.05, 2.0), random.normal(size=shape) * 2
    mean, variance = x / (1 + s**2), s**2 / (1 + s**2)
    expected_square = (x - mean) ** 2 + variance
    log_likelihood = -0.5 * expected_square / s**2 - 0.5 * np.log(2 * np.pi * s**2)
    kl = 0.5 * (variance + mean**2 - 1 - np.log(variance))
    return LinearGaussian(log_likelihood, kl, stats.norm.logpdf(x, 0.0, math.sqrt(1 + s**2)))


@check("elbo", points=1.25, title="equals the log-evidence at the exact posterior")
@given(case=made(solve_linear_gaussian, st.sampled_from(SHAPES), seeds()))
def test_elbo_tight_at_the_posterior(candidate: Candidate, case: LinearGaussian) -> None:
    """Under the exact posterior the bound differs from log p(x)."""
    assert_close(candidate.elbo(case.log_likelihood, case.kl), case.log_evidence)


@check("elbo", points=0.5, title="falls by as much as the divergence rises", kind="law")
def test_elbo_trades_one_for_one(candidate: Candidate) -> None:
    """A nat of divergence does not cost exactly a nat of log-likelihood."""
    log_likelihood, kl = signed(31, -1, -1), signed(32, 1, 1)
    bound, shift, more = candidate.elbo(log_likelihood, kl), number(33, 1, 2), number(34, 1, 3)
    assert_close(candidate.elbo(log_likelihood + shift, kl + shift), bound)
    assert_close(candidate.elbo(log_likelihood, kl + more), bound - more)


@check("elbo", points=0.25, title="allows bounds above zero", kind="extreme")
def test_elbo_positive(candidate: Candidate) -> None:
    """Where densities exceed 1 the bound is cut off or has the wrong sign."""
    bound, kl = uniform((2,), 35, 5.0, 100.0).numpy(), uniform((2,), 36, 0.5, 20.0).numpy()
    assert_close(candidate.elbo(bound + kl, kl), bound)


@check("elbo", points=0.25, title="accepts plain numbers and single precision", kind="dtype")
def test_elbo_number_types(candidate: Candidate) -> None:
    """Plain numbers or single precision give a different value."""
    likely, divergence = -whole(37, 1, 9), whole(38, 1, 9)
    assert_close(candidate.elbo(likely, divergence), float(likely - divergence), scalar=True)
    log_likelihood, kl = signed(39, -1, 1), signed(40, 1, 1)
    bound = candidate.elbo(log_likelihood.astype(np.float32), kl.astype(np.float32))
    assert_close(bound, (log_likelihood - kl).astype(np.float32))


@check("elbo", points=0.5, title="changes nothing but its result", kind="purity")
def test_elbo_pure(candidate: Candidate) -> None:
    """The call changes its inputs or the global random state."""
    leaves_everything_alone(candidate.elbo, signed(41, -1, -1), signed(42, 1, 1))
