"""Hidden checks of warmup.py: steps along a score, without and with noise."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import special, stats

from autograder.checks import Candidate, assert_close, assert_true, check, load_beside
from autograder.checks.strategies import made, number, numpy_generator, seeds, whole

Array = NDArray[np.float64]

rows = load_beside(__file__, "rows")
SHAPES = rows.SHAPES
some_x = rows.some_x
some_noise = rows.some_noise
leaves_everything_alone = rows.leaves_everything_alone
signed = rows.signed


def some_score() -> Array:
    """A score that has nothing to do with them."""
    return signed(3, [[1, -1, 1], [-1, 1, 1]])


class Chain(NamedTuple):
    """Positions, scores and noise of one shape, and a step size."""

    x: Array
    score: Array
    noise: Array
    eta: float


def draw_chain(shape: tuple[int, ...], seed: int) -> Chain:
    """Values rounded to two decimals."""
    random = numpy_generator(seed)
    return Chain(*random.normal(size=(3, *shape)).round(2), eta=round(random.uniform(0.02, 0.9), 2))


CHAINS = made(draw_chain, st.sampled_from(SHAPES), seeds())


# -- score_step --------------------------------------------------------------------------------------------------


@check("score_step", points=1.25, title="follows the slope of the standard normal's log-density")
@given(case=CHAINS)
def test_score_step_matches_slope(candidate: Candidate, case: Chain) -> None:
    """The step differs from eta times the slope of log p, measured from values of the density."""
    x = 3 * case.x
    after, before = stats.norm.logpdf(np.stack((x + 0.5, x - 0.5)))
    rise = after - before  # exact, since log p is quadratic
    assert_close(candidate.score_step(x, case.eta), x + case.eta * rise)


@check("score_step", points=0.5, title="reaches the mode at a constant rate", kind="law")
def test_score_step_contracts(candidate: Candidate) -> None:
    """No step moves the points, a full step misses the mode, or two steps do not shrink twice."""
    x, eta = some_x(), number(4, 0.2, 0.4)
    assert_close(candidate.score_step(x, 0.0), x)
    assert_close(candidate.score_step(x, 1.0), np.zeros_like(x))
    assert_close(candidate.score_step(candidate.score_step(x, eta), eta), (1 - eta) ** 2 * x)


@check("score_step", points=0.25, title="treats every point on its own", kind="purity")
def test_score_step_pointwise(candidate: Candidate) -> None:
    """Where a point goes depends on the other points."""
    alone = [float(candidate.score_step(np.array([value]), 0.2)[0]) for value in some_x()[0]]
    assert_close(candidate.score_step(some_x()[0], 0.2), np.array(alone))


@check("score_step", points=0.25, title="accepts plain numbers and single precision", kind="dtype")
def test_score_step_number_types(candidate: Candidate) -> None:
    """Plain numbers or single precision give a different value."""
    point = -whole(5, 2, 9)
    assert_close(candidate.score_step(point, 0.25), 0.75 * point, scalar=True)
    points = some_x().astype(np.float32)
    assert_close(candidate.score_step(points, 0.25), (0.75 * some_x()).astype(np.float32))


@check("score_step", points=0.5, title="changes nothing but its result", kind="purity")
def test_score_step_pure(candidate: Candidate) -> None:
    """The call changes its input or draws noise."""
    leaves_everything_alone(candidate.score_step, some_x(), 0.2)


# -- langevin_step -----------------------------------------------------------------------------------------------


@check("langevin_step", points=2.0, title="draws from the Gaussian that the step prescribes")
@given(case=CHAINS)
def test_langevin_step_matches_quantiles(candidate: Candidate, case: Chain) -> None:
    """The new position is not the quantile of N(x + eta score, 2 eta) at which the noise lies in N(0, 1)."""
    mean, std = case.x + case.eta * case.score, math.sqrt(2 * case.eta)
    expected = mean + std * special.ndtri(special.ndtr(case.noise))
    assert_close(candidate.langevin_step(case.x, case.score, case.eta, case.noise), expected)


@check("langevin_step", points=0.75, title="balances drift and noise", kind="law")
def test_langevin_step_stationary_variance(candidate: Candidate) -> None:
    """For the standard normal the variance that the chain settles at is not 1 / (1 - eta / 2)."""
    one, zero = np.ones(1), np.zeros(1)
    for eta in (number(6, 0.01, 0.05), number(7, 0.4, 0.6), number(8, 0.8, 0.95)):
        kept = float(candidate.langevin_step(one, -one, eta, zero)[0])
        spread = float(candidate.langevin_step(zero, zero, eta, one)[0])
        assert_true(abs(kept) < 1, "the chain does not settle")
        assert_close(spread**2 / (1 - kept**2), 1 / (1 - eta / 2))


@check("langevin_step", points=0.5, title="uses the score that it is given", kind="law")
def test_langevin_step_uses_the_score(candidate: Candidate) -> None:
    """Without a step the points move, or a change of the score does not move them by eta times that change."""
    x, score, noise, shift = some_x(), some_score(), some_noise(), number(9, 1, 2)
    assert_close(candidate.langevin_step(x, score, 0.0, noise), x)
    moved = candidate.langevin_step(x, score, 0.2, noise)
    assert_close(candidate.langevin_step(x, score + shift, 0.2, noise), moved + 0.2 * shift)


@check("langevin_step", points=0.5, title="accepts plain numbers and single precision", kind="dtype")
def test_langevin_step_number_types(candidate: Candidate) -> None:
    """Plain numbers or single precision give a different value."""
    here, slope, drawn = whole(10, 1, 9), -whole(11, 1, 9), whole(12, 1, 9)
    assert_close(candidate.langevin_step(here, slope, 0.5, drawn), here + 0.5 * slope + drawn, scalar=True)
    x, score, noise = (array.astype(np.float32) for array in (some_x(), some_score(), some_noise()))
    expected = (some_x() + 0.125 * some_score() + 0.5 * some_noise()).astype(np.float32)
    assert_close(candidate.langevin_step(x, score, 0.125, noise), expected)


@check("langevin_step", points=0.5, title="changes nothing but its result", kind="purity")
def test_langevin_step_pure(candidate: Candidate) -> None:
    """The call changes its inputs or draws noise of its own."""
    leaves_everything_alone(candidate.langevin_step, some_x(), some_score(), 0.2, some_noise())
