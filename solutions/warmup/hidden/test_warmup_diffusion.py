"""Hidden checks of warmup.py: the change of variables, noising, denoising and scores."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from autograder.checks import Candidate, assert_close, assert_true, check, load_beside
from autograder.checks.strategies import made, number, numpy_generator, seeds, whole

Array = NDArray[np.float64]

rows = load_beside(__file__, "rows")
SHAPES = rows.SHAPES
some_x = rows.some_x
some_noise = rows.some_noise
leaves_everything_alone = rows.leaves_everything_alone


def single(*arrays: Array) -> tuple[NDArray[np.float32], ...]:
    """The arrays in single precision."""
    return tuple(array.astype(np.float32) for array in arrays)


class Points(NamedTuple):
    """Three independent arrays of normal values of one shape, and two numbers in (0, 1)."""

    x: Array
    y: Array
    noise: Array
    first: float
    second: float


def draw_points(shape: tuple[int, ...], seed: int) -> Points:
    """Values rounded to two decimals."""
    random = numpy_generator(seed)
    fractions = random.uniform(0.05, 0.95, 2).round(2).tolist()
    return Points(*random.normal(size=(3, *shape)).round(2), *fractions)


POINTS = made(draw_points, st.sampled_from(SHAPES), seeds())


# -- affine_flow_log_prob ----------------------------------------------------------------------------------------


@check("affine_flow_log_prob", points=2.25, title="equals the log-density of scipy's normal distribution")
@given(case=POINTS)
def test_affine_flow_log_prob_matches_normal(candidate: Candidate, case: Points) -> None:
    """The value differs from the log-density of the normal distribution that a z + b has."""
    a, b = 0.3 + 3 * case.first, 4 * case.second - 2
    a = -a if case.x.flat[0] > 0 else a
    assert_close(candidate.affine_flow_log_prob(3 * case.x, a, b), stats.norm.logpdf(3 * case.x, b, abs(a)))


@check("affine_flow_log_prob", points=0.75, title="integrates to one", kind="law")
def test_affine_flow_log_prob_integrates_to_one(candidate: Candidate) -> None:
    """The density does not integrate to one, however narrow it is."""
    for a, b in ((number(3, 0.4, 0.6), 1.0), (-number(4, 1.2, 1.8), 0.0), (3.0, -number(5, 1, 3))):
        grid, step = np.linspace(b - 12 * abs(a), b + 12 * abs(a), 241, retstep=True)
        total = float(np.exp(candidate.affine_flow_log_prob(grid, a, b)).sum() * step)
        assert_close(total, 1.0, rtol=1e-6)
    narrow = number(6, 0.001, 0.009)
    peak = -0.5 * math.log(2 * math.pi) - math.log(narrow)
    assert_close(candidate.affine_flow_log_prob(1.0 + narrow, narrow, 1.0), peak - 0.5, rtol=1e-6, scalar=True)


@check("affine_flow_log_prob", points=0.5, title="is the same for a and -a", kind="law")
def test_affine_flow_log_prob_mirrored(candidate: Candidate) -> None:
    """Mirroring the flow changes the density, although the standard normal is symmetric."""
    x, a, b = some_x(), number(6, 1.3, 1.9), number(7, 0.5, 1)
    assert_close(candidate.affine_flow_log_prob(x, -a, b), candidate.affine_flow_log_prob(x, a, b))


@check("affine_flow_log_prob", points=0.25, title="has no shift by default", kind="law")
def test_affine_flow_log_prob_default_shift(candidate: Candidate) -> None:
    """Leaving b out is not the same as b = 0, or b does not move the density."""
    x, a, b = some_x(), number(8, 0.6, 0.9), number(9, 1, 2)
    unshifted = candidate.affine_flow_log_prob(x, a)
    assert_close(unshifted, candidate.affine_flow_log_prob(x, a, b=0.0))
    assert_close(candidate.affine_flow_log_prob(x + b, a, b=b), unshifted)


@check("affine_flow_log_prob", points=0.25, title="treats every point on its own", kind="purity")
def test_affine_flow_log_prob_pointwise(candidate: Candidate) -> None:
    """The value of a point depends on the other points."""
    alone = [float(candidate.affine_flow_log_prob(np.array([value]), 1.4, 0.3)[0]) for value in some_x()[0]]
    assert_close(candidate.affine_flow_log_prob(some_x()[0], 1.4, 0.3), np.array(alone))


@check("affine_flow_log_prob", points=0.5, title="accepts plain numbers and single precision", kind="dtype")
def test_affine_flow_log_prob_number_types(candidate: Candidate) -> None:
    """Plain numbers or single precision give a different value."""
    scale, mode = whole(10, 2, 5), whole(11, 1, 9)
    at_the_mode = -0.5 * math.log(2 * math.pi) - math.log(scale)
    assert_close(candidate.affine_flow_log_prob(mode, -scale, mode), at_the_mode, scalar=True)
    (points,) = single(some_x())
    expected = stats.norm.logpdf(some_x(), -0.5, 1.5).astype(np.float32)
    assert_close(candidate.affine_flow_log_prob(points, 1.5, -0.5), expected)


@check("affine_flow_log_prob", points=0.5, title="changes nothing but its result", kind="purity")
def test_affine_flow_log_prob_pure(candidate: Candidate) -> None:
    """The call changes its inputs or the global random state."""
    leaves_everything_alone(candidate.affine_flow_log_prob, some_x(), -1.5, 0.5)


# -- q_sample ----------------------------------------------------------------------------------------------------


@check("q_sample", points=2.0, title="is what many small noising steps amount to")
@given(case=POINTS)
def test_q_sample_matches_many_steps(candidate: Candidate, case: Points) -> None:
    """The result differs from that of adding the noise in many steps of variance beta."""
    signal, variance, alpha_bar = 1.0, 0.0, 1.0
    for beta in np.linspace(0.01, case.first / 2, 8):
        signal, variance = math.sqrt(1 - beta) * signal, (1 - beta) * variance + beta
        alpha_bar *= 1 - beta
    expected = signal * case.x + math.sqrt(variance) * case.noise
    assert_close(candidate.q_sample(case.x, float(alpha_bar), case.noise), expected)


@check("q_sample", points=0.5, title="preserves unit variance", kind="law")
def test_q_sample_preserves_variance(candidate: Candidate) -> None:
    """The squares of the weights of signal and noise do not add up to one."""
    for alpha_bar in (number(12, 0.03, 0.1), number(13, 0.3, 0.45), number(14, 0.85, 0.95)):
        signal = float(candidate.q_sample(np.ones(1), alpha_bar, np.zeros(1))[0])
        noise = float(candidate.q_sample(np.zeros(1), alpha_bar, np.ones(1))[0])
        assert_close(signal**2 + noise**2, 1.0)
        assert_true(signal > 0.01 and noise > 0.01, "signal or noise does not reach the result")


@check("q_sample", points=0.5, title="goes from clean data to pure noise", kind="law")
def test_q_sample_ends(candidate: Candidate) -> None:
    """At alpha_bar = 1 the result is not the data, or at alpha_bar = 0 it is not the noise."""
    assert_close(candidate.q_sample(some_x(), 1.0, some_noise()), some_x())
    assert_close(candidate.q_sample(some_x(), 0.0, some_noise()), some_noise())


@check("q_sample", points=0.5, title="broadcasts alpha_bar against the data", kind="shape")
def test_q_sample_broadcasts(candidate: Candidate) -> None:
    """One alpha_bar per sample does not give what every sample gives alone."""
    x, eps = some_x(), some_noise()
    images, noise = np.stack([x, -x, x + 1]), np.stack([eps, eps - 1, -eps])
    levels = (number(15, 0.85, 0.95), number(16, 0.4, 0.6), number(17, 0.03, 0.1))
    rows = [candidate.q_sample(image, level, eps) for image, level, eps in zip(images, levels, noise, strict=True)]
    assert_close(candidate.q_sample(images, np.array(levels).reshape(3, 1, 1), noise), np.stack(rows))
    everywhere = np.broadcast_to(np.array(levels).reshape(3, 1, 1), images.shape).copy()
    assert_close(candidate.q_sample(images, everywhere, noise), np.stack(rows))


@check("q_sample", points=0.25, title="accepts plain numbers and single precision", kind="dtype")
def test_q_sample_number_types(candidate: Candidate) -> None:
    """Plain numbers or single precision give a different value."""
    clean, drawn = whole(18, 2, 9), -whole(19, 2, 9)
    assert_close(candidate.q_sample(clean, 0.36, drawn), 0.6 * clean + 0.8 * drawn, scalar=True)
    x0, eps, expected = single(some_x(), some_noise(), 0.6 * some_x() + 0.8 * some_noise())
    assert_close(candidate.q_sample(x0, np.full((2, 1), 0.36, dtype=np.float32), eps), expected)


@check("q_sample", points=0.5, title="changes nothing but its result", kind="purity")
def test_q_sample_pure(candidate: Candidate) -> None:
    """The call changes its inputs or draws noise of its own."""
    leaves_everything_alone(candidate.q_sample, some_x(), np.array([[0.7], [0.2]]), some_noise())


# -- denoising_mse -----------------------------------------------------------------------------------------------


@check("denoising_mse", points=1.75, title="is the squared length of the error per element")
@given(case=POINTS)
def test_denoising_mse_matches_norm(candidate: Candidate, case: Points) -> None:
    """The value differs from the squared Euclidean norm of the error, divided by the number of elements."""
    expected = np.linalg.norm((case.x - case.y).ravel()) ** 2 / case.x.size
    assert_close(candidate.denoising_mse(case.x, case.y), float(expected), scalar=True)


@check("denoising_mse", points=0.75, title="is zero at equality, symmetric and quadratic", kind="law")
def test_denoising_mse_laws(candidate: Candidate) -> None:
    """A perfect prediction has an error, or exchanging the arguments or doubling the error has the wrong effect."""
    assert_close(candidate.denoising_mse(some_x(), some_x()), 0.0, scalar=True)
    error = float(candidate.denoising_mse(some_x(), some_noise()))
    assert_true(error > 0.1, "a wrong prediction has no error")
    assert_close(candidate.denoising_mse(some_noise(), some_x()), error, scalar=True)
    assert_close(candidate.denoising_mse(2 * some_x(), 2 * some_noise()), 4 * error, scalar=True)


@check("denoising_mse", points=0.25, title="does not change when the batch is repeated", kind="law")
def test_denoising_mse_repeated(candidate: Candidate) -> None:
    """Giving every sample several times changes the error."""
    repeated = candidate.denoising_mse(np.tile(some_x(), (3, 2)), np.tile(some_noise(), (3, 2)))
    assert_close(repeated, float(candidate.denoising_mse(some_x(), some_noise())), scalar=True)


@check("denoising_mse", points=0.25, title="accepts plain numbers and single precision", kind="dtype")
def test_denoising_mse_number_types(candidate: Candidate) -> None:
    """Plain numbers or single precision give a different value."""
    first, second = whole(20, 1, 9), -whole(21, 1, 9)
    assert_close(candidate.denoising_mse(first, second), float((first - second) ** 2), scalar=True)
    eps, predicted = single(some_x(), some_noise())
    expected = np.linalg.norm(some_x() - some_noise()) ** 2 / 6
    assert_close(candidate.denoising_mse(eps, predicted), np.float32(expected), rtol=1e-4, scalar=True)


@check("denoising_mse", points=0.5, title="changes nothing but its result", kind="purity")
def test_denoising_mse_pure(candidate: Candidate) -> None:
    """The call changes its inputs or the global random state."""
    leaves_everything_alone(candidate.denoising_mse, some_x(), some_noise())
