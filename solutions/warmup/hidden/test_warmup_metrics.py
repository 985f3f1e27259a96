"""Hidden checks of warmup.py: Fréchet distances and the variance of samples."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import linalg
from scipy.spatial import distance

from autograder.checks import Candidate, RemoteFunction, assert_close, assert_true, check
from autograder.checks.strategies import arrays, made, number, numpy_generator, seeds, uniform

Array = NDArray[np.float64]



def leaves_everything_alone(function: RemoteFunction, *inputs: Array) -> None:
    """A call neither changes its inputs nor draws global random numbers."""
    observed = function.observe(*inputs)
    assert_close(list(observed.args), list(inputs), what="the inputs after the call")
    assert_true(not observed.rng_used, "the call draws from the global random state")


class Gaussians(NamedTuple):
    """Means and variances of two diagonal Gaussians, each ``(D,)``."""

    mu1: Array
    var1: Array
    mu2: Array
    var2: Array


def draw_gaussians(dim: int, seed: int) -> Gaussians:
    """Values rounded to two decimals."""
    random = numpy_generator(seed)
    means, variances = random.normal(size=(2, dim)), random.uniform(0.05, 4.0, (2, dim))
    return Gaussians(means[0].round(2), variances[0].round(2), means[1].round(2), variances[1].round(2))


def two_gaussians() -> Gaussians:
    """Two that differ in every mean and every variance."""
    means = [np.array(centre) + near(seed, 0.2) for seed, centre in ((1, [0.5, -1.0, 2.0]), (2, [1.7, 0.4, 1.5]))]
    variances = [np.array(size) * (1 + near(seed, 0.2)) for seed, size in ((3, [1.0, 0.25, 3.0]), (4, [0.6, 2.0, 1.5]))]
    return Gaussians(means[0], variances[0], means[1], variances[1])


def near(seed: int, reach: float, *shape: int) -> Array:
    """Values around zero, three of them when no shape is given."""
    return uniform(shape or (3,), seed, -reach, reach).numpy()


def some_samples() -> Array:
    """Four samples, far apart in every coordinate."""
    corners = np.array([[1.0, -2.0, 0.5], [3.5, 0.5, 0.25], [0.0, 4.0, -1.0], [2.0, 1.0, 2.5]])
    return corners + near(5, 0.3, 4, 3)


NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(4)  # solved for once, not for every example
GAUSSIANS = made(draw_gaussians, st.sampled_from((1, 2, 3, 8)), seeds())


# -- fid_mean_term -----------------------------------------------------------------------------------------------


@check("fid_mean_term", points=1.75, title="equals scipy's squared Euclidean distance")
@given(case=GAUSSIANS)
def test_fid_mean_term_matches_scipy(candidate: Candidate, case: Gaussians) -> None:
    """The value differs from the squared Euclidean distance."""
    expected = float(distance.sqeuclidean(case.mu1, case.mu2))
    assert_close(candidate.fid_mean_term(case.mu1, case.mu2), expected, scalar=True)


@check("fid_mean_term", points=0.5, title="is zero at equality, symmetric and blind to a common shift", kind="law")
def test_fid_mean_term_laws(candidate: Candidate) -> None:
    """Equal means have a distance, or exchanging or shifting both means changes it."""
    mu1, _, mu2, _ = two_gaussians()
    assert_close(candidate.fid_mean_term(mu1, mu1), 0.0, scalar=True)
    gap = float(candidate.fid_mean_term(mu1, mu2))
    assert_true(gap > 0.1, "different means have no distance")
    assert_close(candidate.fid_mean_term(mu2, mu1), gap, scalar=True)
    assert_close(candidate.fid_mean_term(mu1 + 2.5, mu2 + 2.5), gap, scalar=True)


@check("fid_mean_term", points=0.5, title="adds up over features", kind="law")
def test_fid_mean_term_additive(candidate: Candidate) -> None:
    """The distances of single features do not add up to that of all."""
    mu1, _, mu2, _ = two_gaussians()
    parts = [float(candidate.fid_mean_term(mu1[i : i + 1], mu2[i : i + 1])) for i in range(3)]
    assert_close(candidate.fid_mean_term(mu1, mu2), sum(parts), scalar=True)


@check("fid_mean_term", points=0.25, title="accepts single precision", kind="dtype")
def test_fid_mean_term_single_precision(candidate: Candidate) -> None:
    """Single precision gives a different value."""
    mu1, _, mu2, _ = two_gaussians()
    value = candidate.fid_mean_term(mu1.astype(np.float32), mu2.astype(np.float32))
    assert_close(value, float(distance.sqeuclidean(mu1, mu2)), rtol=1e-4, scalar=True)


@check("fid_mean_term", points=0.5, title="changes nothing but its result", kind="purity")
def test_fid_mean_term_pure(candidate: Candidate) -> None:
    """The call changes its inputs or the global random state."""
    mu1, _, mu2, _ = two_gaussians()
    leaves_everything_alone(candidate.fid_mean_term, mu1, mu2)


# -- fid_diagonal ------------------------------------------------------------------------------------------------


@check("fid_diagonal", points=2.5, title="is the cost of moving one Gaussian onto the other")
@given(case=GAUSSIANS)
def test_fid_diagonal_matches_transport(candidate: Candidate, case: Gaussians) -> None:
    """The value differs from the mean squared distance between points of equal quantile, summed over features."""
    from_points = case.mu1[:, None] + np.sqrt(case.var1)[:, None] * NODES
    to_points = case.mu2[:, None] + np.sqrt(case.var2)[:, None] * NODES
    expected = float(((from_points - to_points) ** 2 @ WEIGHTS).sum() / WEIGHTS.sum())
    assert_close(candidate.fid_diagonal(*case), expected, atol=1e-7, scalar=True)


@check("fid_diagonal", points=0.5, title="agrees with the formula for full covariances")
def test_fid_diagonal_matches_full_formula(candidate: Candidate) -> None:
    """The value differs from the Fréchet distance computed with a matrix square root."""
    mu1, var1, mu2, var2 = two_gaussians()
    root = linalg.sqrtm(np.diag(var1) @ np.diag(var2))
    expected = np.sum((mu1 - mu2) ** 2) + np.trace(np.diag(var1) + np.diag(var2) - 2 * np.real(root))
    assert_close(candidate.fid_diagonal(mu1, var1, mu2, var2), float(expected), scalar=True)


@check("fid_diagonal", points=0.75, title="is zero for equal Gaussians, symmetric and positive", kind="law")
def test_fid_diagonal_laws(candidate: Candidate) -> None:
    """A Gaussian has a distance from itself, exchanging both changes it, or a difference goes unnoticed."""
    mu1, var1, mu2, var2 = two_gaussians()
    assert_close(candidate.fid_diagonal(mu1, var1, mu1, var1), 0.0, atol=1e-7, scalar=True)
    gap = float(candidate.fid_diagonal(mu1, var1, mu2, var2))
    assert_close(candidate.fid_diagonal(mu2, var2, mu1, var1), gap, scalar=True)
    for other in ((mu2, var1), (mu1, var2), (mu1, 0.5 * var1)):
        assert_true(float(candidate.fid_diagonal(mu1, var1, *other)) > 1e-3, "a different Gaussian has no distance")


@check("fid_diagonal", points=0.25, title="adds up over features", kind="law")
def test_fid_diagonal_additive(candidate: Candidate) -> None:
    """The distances of single features do not add up to that of all."""
    mu1, var1, mu2, var2 = two_gaussians()
    features = [slice(i, i + 1) for i in range(3)]
    parts = [float(candidate.fid_diagonal(mu1[i], var1[i], mu2[i], var2[i])) for i in features]
    assert_close(candidate.fid_diagonal(mu1, var1, mu2, var2), sum(parts), scalar=True)


@check("fid_diagonal", points=0.5, title="handles a collapsed Gaussian", kind="extreme")
def test_fid_diagonal_zero_variance(candidate: Candidate) -> None:
    """Where a variance is zero the distance is wrong."""
    mu1, *_ = two_gaussians()
    first, second = number(8, 2, 4), number(9, 1, 3)
    value = candidate.fid_diagonal(mu1, np.array([0.0, 0.0, first]), mu1, np.array([second, 0.0, 0.0]))
    assert_close(value, first + second, scalar=True)


@check("fid_diagonal", points=0.25, title="accepts single precision", kind="dtype")
def test_fid_diagonal_single_precision(candidate: Candidate) -> None:
    """Single precision gives a different value."""
    mu1, var1, mu2, _ = two_gaussians()
    value = candidate.fid_diagonal(*(array.astype(np.float32) for array in (mu1, var1, mu2, 4 * var1)))
    expected = distance.sqeuclidean(mu1, mu2) + var1.sum()
    assert_close(value, float(expected), rtol=1e-4, scalar=True)


@check("fid_diagonal", points=0.5, title="changes nothing but its result", kind="purity")
def test_fid_diagonal_pure(candidate: Candidate) -> None:
    """The call changes its inputs or the global random state."""
    mu1, var1, mu2, var2 = two_gaussians()
    leaves_everything_alone(candidate.fid_diagonal, mu1, var1, mu2, var2)


# -- sample_variance ---------------------------------------------------------------------------------------------


@check("sample_variance", points=2.0, title="is half the mean squared distance between samples")
@given(samples=arrays(((1, 2), (2, 3), (2, 2), (3, 4), (5, 2), (12, 3))))
def test_sample_variance_matches_pairs(candidate: Candidate, samples: Array) -> None:
    """The value differs from half the mean squared difference over all pairs of samples."""
    differences = samples[:, None] - samples[None, :]
    assert_close(candidate.sample_variance(samples), 0.5 * (differences**2).mean(axis=(0, 1)))


@check("sample_variance", points=0.75, title="ignores a shift and squares a scale", kind="law")
def test_sample_variance_shift_and_scale(candidate: Candidate) -> None:
    """Shifting all samples changes the variance, or scaling a coordinate does not square the factor."""
    samples, shift = some_samples(), np.array([3.0, -1.5, 0.5]) + near(10, 0.3)
    variance = candidate.sample_variance(samples)
    assert_close(candidate.sample_variance(samples + shift), variance)
    scale = np.array([2.0, -3.0, 0.5]) + near(11, 0.3)
    assert_close(candidate.sample_variance(samples * scale), variance * scale**2)


@check("sample_variance", points=0.25, title="vanishes for a collapsed generator", kind="extreme")
def test_sample_variance_collapsed(candidate: Candidate) -> None:
    """Equal samples, or a single one, have a variance."""
    assert_close(candidate.sample_variance(np.tile(some_samples()[0], (7, 1))), np.zeros(3))
    assert_close(candidate.sample_variance(some_samples()[:1]), np.zeros(3))


@check("sample_variance", points=0.25, title="does not change when the samples are repeated", kind="law")
def test_sample_variance_repeated(candidate: Candidate) -> None:
    """Giving every sample twice changes the variance."""
    assert_close(candidate.sample_variance(np.tile(some_samples(), (2, 1))), candidate.sample_variance(some_samples()))


@check("sample_variance", points=0.25, title="treats every coordinate on its own", kind="purity")
def test_sample_variance_columns(candidate: Candidate) -> None:
    """The variance of a coordinate depends on the other coordinates."""
    alone = [float(candidate.sample_variance(some_samples()[:, i : i + 1])[0]) for i in range(3)]
    assert_close(candidate.sample_variance(some_samples()), np.array(alone))


@check("sample_variance", points=0.25, title="accepts single precision", kind="dtype")
def test_sample_variance_single_precision(candidate: Candidate) -> None:
    """Single precision gives a different value."""
    samples = some_samples()[:3]
    expected = 0.5 * ((samples[:, None] - samples[None, :]) ** 2).mean(axis=(0, 1))
    assert_close(candidate.sample_variance(samples.astype(np.float32)), expected.astype(np.float32))


@check("sample_variance", points=0.5, title="changes nothing but its result", kind="purity")
def test_sample_variance_pure(candidate: Candidate) -> None:
    """The call changes its input or the global random state."""
    leaves_everything_alone(candidate.sample_variance, some_samples())
