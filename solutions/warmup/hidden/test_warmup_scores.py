"""Hidden checks of warmup.py: steps along a score, without and with noise."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from autograder.candidate import Candidate, RemoteFunction
from autograder.checks import assert_close, assert_true, check
from autograder.strategies import seeds

Array = NDArray[np.float64]

SHAPES = ((1,), (3,), (2, 1), (2, 3), (4, 5), (3, 1, 2), (2, 2, 2, 3))
X = np.array([[-1.7, 0.4, 2.2], [0.9, -0.6, 3.1]])
SCORE = np.array([[0.35, -0.9, 1.6], [-2.2, 0.15, 0.6]])
NOISE = np.array([[0.8, -1.3, 0.25], [-0.5, 1.9, 0.7]])


def leaves_everything_alone(function: RemoteFunction, *inputs: Array | float) -> None:
    """A call neither changes its inputs nor draws global random numbers."""
    observed = function.observe(*inputs)
    assert_close(list(observed.args), list(inputs), what="the inputs after the call")
    assert_true(not observed.rng_used, "the call draws from the global random state")


class Chain(NamedTuple):
    """Positions, scores and noise of one shape, and a step size."""

    x: Array
    score: Array
    noise: Array
    eta: float


def draw_chain(shape: tuple[int, ...], seed: int) -> Chain:
    """Values rounded to two decimals."""
    generator = np.random.default_rng(seed)
    return Chain(*generator.normal(size=(3, *shape)).round(2), eta=round(generator.uniform(0.02, 0.9), 2))


CHAINS = st.builds(draw_chain, st.sampled_from(SHAPES), seeds())


# -- score_step --------------------------------------------------------------------------------------------------


@check("score_step", points=1.25, title="follows the slope of the standard normal's log-density")
@given(case=CHAINS)
def test_score_step_matches_slope(candidate: Candidate, case: Chain) -> None:
    """The step differs from eta times the slope of log p, measured from values of the density."""
    x = 3 * case.x
    rise = stats.norm.logpdf(x + 0.5) - stats.norm.logpdf(x - 0.5)  # exact, since log p is quadratic
    assert_close(candidate.score_step(x, case.eta), x + case.eta * rise)


@check("score_step", points=0.5, title="reaches the mode at a constant rate", kind="law")
def test_score_step_contracts(candidate: Candidate) -> None:
    """No step moves the points, a full step misses the mode, or two steps do not shrink twice."""
    assert_close(candidate.score_step(X, 0.0), X)
    assert_close(candidate.score_step(X, 1.0), np.zeros_like(X))
    assert_close(candidate.score_step(candidate.score_step(X, 0.3), 0.3), 0.49 * X)


@check("score_step", points=0.25, title="treats every point on its own", kind="purity")
def test_score_step_pointwise(candidate: Candidate) -> None:
    """Where a point goes depends on the other points."""
    alone = [float(candidate.score_step(np.array([value]), 0.2)[0]) for value in X[0]]
    assert_close(candidate.score_step(X[0], 0.2), np.array(alone))


@check("score_step", points=0.25, title="accepts plain numbers and single precision", kind="dtype")
def test_score_step_number_types(candidate: Candidate) -> None:
    """Plain numbers or single precision give a different value."""
    assert_close(candidate.score_step(-4, 0.25), -3.0, scalar=True)
    points = np.array([[4.0, -2.0]], dtype=np.float32)
    assert_close(candidate.score_step(points, 0.25), np.array([[3.0, -1.5]], dtype=np.float32))


@check("score_step", points=0.5, title="changes nothing but its result", kind="purity")
def test_score_step_pure(candidate: Candidate) -> None:
    """The call changes its input or draws noise."""
    leaves_everything_alone(candidate.score_step, X, 0.2)


# -- langevin_step -----------------------------------------------------------------------------------------------


@check("langevin_step", points=2.0, title="draws from the Gaussian that the step prescribes")
@given(case=CHAINS)
def test_langevin_step_matches_quantiles(candidate: Candidate, case: Chain) -> None:
    """The new position is not the quantile of N(x + eta score, 2 eta) at which the noise lies in N(0, 1)."""
    mean, std = case.x + case.eta * case.score, math.sqrt(2 * case.eta)
    expected = stats.norm.ppf(stats.norm.cdf(case.noise), loc=mean, scale=std)
    assert_close(candidate.langevin_step(case.x, case.score, case.eta, case.noise), expected)


@check("langevin_step", points=0.75, title="balances drift and noise", kind="law")
def test_langevin_step_stationary_variance(candidate: Candidate) -> None:
    """For the standard normal the variance that the chain settles at is not 1 / (1 - eta / 2)."""
    one, zero = np.ones(1), np.zeros(1)
    for eta in (0.02, 0.5, 0.9):
        kept = float(candidate.langevin_step(one, -one, eta, zero)[0])
        spread = float(candidate.langevin_step(zero, zero, eta, one)[0])
        assert_true(abs(kept) < 1, "the chain does not settle")
        assert_close(spread**2 / (1 - kept**2), 1 / (1 - eta / 2))


@check("langevin_step", points=0.5, title="uses the score that it is given", kind="law")
def test_langevin_step_uses_the_score(candidate: Candidate) -> None:
    """Without a step the points move, or a change of the score does not move them by eta times that change."""
    assert_close(candidate.langevin_step(X, SCORE, 0.0, NOISE), X)
    moved = candidate.langevin_step(X, SCORE, 0.2, NOISE)
    assert_close(candidate.langevin_step(X, SCORE + 1.5, 0.2, NOISE), moved + 0.3)


@check("langevin_step", points=0.5, title="accepts plain numbers and single precision", kind="dtype")
def test_langevin_step_number_types(candidate: Candidate) -> None:
    """Plain numbers or single precision give a different value."""
    assert_close(candidate.langevin_step(1, -2, 0.5, 3), 3.0, scalar=True)
    x, score, noise = (array.astype(np.float32) for array in (X, SCORE, NOISE))
    expected = (X + 0.125 * SCORE + 0.5 * NOISE).astype(np.float32)
    assert_close(candidate.langevin_step(x, score, 0.125, noise), expected)


@check("langevin_step", points=0.5, title="changes nothing but its result", kind="purity")
def test_langevin_step_pure(candidate: Candidate) -> None:
    """The call changes its inputs or draws noise of its own."""
    leaves_everything_alone(candidate.langevin_step, X, SCORE, 0.2, NOISE)
