"""Hidden checks of warmup.py: Fréchet distances, the variance of samples and losses by timestep."""

from __future__ import annotations

import statistics
from typing import NamedTuple

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import linalg
from scipy.spatial import distance

from autograder.candidate import Candidate, RemoteFunction
from autograder.checks import assert_close, assert_true, check
from autograder.strategies import arrays, seeds

Array = NDArray[np.float64]
Integers = NDArray[np.int64]

MU_1, MU_2 = np.array([0.5, -1.0, 2.0]), np.array([1.7, 0.4, 1.5])
VAR_1, VAR_2 = np.array([1.0, 0.25, 3.0]), np.array([0.6, 2.0, 1.5])
SAMPLES = np.array([[1.0, -2.0, 0.5], [3.5, 0.5, 0.25], [0.0, 4.0, -1.0], [2.0, 1.0, 2.5]])
LOSSES = np.array([4.0, 1.5, 0.75, 2.25, 3.0, 5.5])
TIMESTEPS = np.array([3, 1, 3, 0, 1, 3])


def leaves_everything_alone(function: RemoteFunction, *inputs: Array | Integers | int) -> None:
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
    generator = np.random.default_rng(seed)
    means, variances = generator.normal(size=(2, dim)), generator.uniform(0.05, 4.0, (2, dim))
    return Gaussians(means[0].round(2), variances[0].round(2), means[1].round(2), variances[1].round(2))


class TimedLosses(NamedTuple):
    """Losses, the timesteps at which they were measured, and the number of timesteps."""

    losses: Array
    t: Integers
    num_timesteps: int


def draw_losses(number: int, num_timesteps: int, seed: int) -> TimedLosses:
    """Some timesteps occur several times, some not at all."""
    generator = np.random.default_rng(seed)
    return TimedLosses(
        generator.uniform(0.1, 9.0, number).round(2), generator.integers(0, num_timesteps, number), num_timesteps
    )


GAUSSIANS = st.builds(draw_gaussians, st.sampled_from((1, 2, 3, 8)), seeds())
TIMED = st.builds(draw_losses, st.sampled_from((1, 4, 9, 30)), st.sampled_from((1, 2, 6, 11)), seeds())


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
    assert_close(candidate.fid_mean_term(MU_1, MU_1), 0.0, scalar=True)
    gap = float(candidate.fid_mean_term(MU_1, MU_2))
    assert_true(gap > 0.1, "different means have no distance")
    assert_close(candidate.fid_mean_term(MU_2, MU_1), gap, scalar=True)
    assert_close(candidate.fid_mean_term(MU_1 + 2.5, MU_2 + 2.5), gap, scalar=True)


@check("fid_mean_term", points=0.5, title="adds up over features", kind="law")
def test_fid_mean_term_additive(candidate: Candidate) -> None:
    """The distances of single features do not add up to that of all."""
    parts = [float(candidate.fid_mean_term(MU_1[i : i + 1], MU_2[i : i + 1])) for i in range(3)]
    assert_close(candidate.fid_mean_term(MU_1, MU_2), sum(parts), scalar=True)


@check("fid_mean_term", points=0.25, title="accepts single precision", kind="dtype")
def test_fid_mean_term_single_precision(candidate: Candidate) -> None:
    """Single precision gives a different value."""
    value = candidate.fid_mean_term(MU_1.astype(np.float32), MU_2.astype(np.float32))
    assert_close(value, 3.65, rtol=1e-4, scalar=True)


@check("fid_mean_term", points=0.5, title="changes nothing but its result", kind="purity")
def test_fid_mean_term_pure(candidate: Candidate) -> None:
    """The call changes its inputs or the global random state."""
    leaves_everything_alone(candidate.fid_mean_term, MU_1, MU_2)


# -- fid_diagonal ------------------------------------------------------------------------------------------------


@check("fid_diagonal", points=2.5, title="is the cost of moving one Gaussian onto the other")
@given(case=GAUSSIANS)
def test_fid_diagonal_matches_transport(candidate: Candidate, case: Gaussians) -> None:
    """The value differs from the mean squared distance between points of equal quantile, summed over features."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(4)
    from_points = case.mu1[:, None] + np.sqrt(case.var1)[:, None] * nodes
    to_points = case.mu2[:, None] + np.sqrt(case.var2)[:, None] * nodes
    expected = float(((from_points - to_points) ** 2 @ weights).sum() / weights.sum())
    assert_close(candidate.fid_diagonal(*case), expected, atol=1e-7, scalar=True)


@check("fid_diagonal", points=0.5, title="agrees with the formula for full covariances")
def test_fid_diagonal_matches_full_formula(candidate: Candidate) -> None:
    """The value differs from the Fréchet distance computed with a matrix square root."""
    root = linalg.sqrtm(np.diag(VAR_1) @ np.diag(VAR_2))
    expected = np.sum((MU_1 - MU_2) ** 2) + np.trace(np.diag(VAR_1) + np.diag(VAR_2) - 2 * np.real(root))
    assert_close(candidate.fid_diagonal(MU_1, VAR_1, MU_2, VAR_2), float(expected), scalar=True)


@check("fid_diagonal", points=0.75, title="is zero for equal Gaussians, symmetric and positive", kind="law")
def test_fid_diagonal_laws(candidate: Candidate) -> None:
    """A Gaussian has a distance from itself, exchanging both changes it, or a difference goes unnoticed."""
    assert_close(candidate.fid_diagonal(MU_1, VAR_1, MU_1, VAR_1), 0.0, atol=1e-7, scalar=True)
    gap = float(candidate.fid_diagonal(MU_1, VAR_1, MU_2, VAR_2))
    assert_close(candidate.fid_diagonal(MU_2, VAR_2, MU_1, VAR_1), gap, scalar=True)
    for other in ((MU_2, VAR_1), (MU_1, VAR_2), (MU_1, 0.5 * VAR_1)):
        assert_true(float(candidate.fid_diagonal(MU_1, VAR_1, *other)) > 1e-3, "a different Gaussian has no distance")


@check("fid_diagonal", points=0.25, title="adds up over features", kind="law")
def test_fid_diagonal_additive(candidate: Candidate) -> None:
    """The distances of single features do not add up to that of all."""
    features = [slice(i, i + 1) for i in range(3)]
    parts = [float(candidate.fid_diagonal(MU_1[i], VAR_1[i], MU_2[i], VAR_2[i])) for i in features]
    assert_close(candidate.fid_diagonal(MU_1, VAR_1, MU_2, VAR_2), sum(parts), scalar=True)


@check("fid_diagonal", points=0.5, title="handles a collapsed Gaussian", kind="extreme")
def test_fid_diagonal_zero_variance(candidate: Candidate) -> None:
    """Where a variance is zero the distance is wrong."""
    value = candidate.fid_diagonal(MU_1, np.array([0.0, 0.0, 3.0]), MU_1, np.array([2.0, 0.0, 0.0]))
    assert_close(value, 5.0, scalar=True)


@check("fid_diagonal", points=0.25, title="accepts single precision", kind="dtype")
def test_fid_diagonal_single_precision(candidate: Candidate) -> None:
    """Single precision gives a different value."""
    value = candidate.fid_diagonal(*(array.astype(np.float32) for array in (MU_1, VAR_1, MU_2, 4 * VAR_1)))
    assert_close(value, 7.9, rtol=1e-4, scalar=True)


@check("fid_diagonal", points=0.5, title="changes nothing but its result", kind="purity")
def test_fid_diagonal_pure(candidate: Candidate) -> None:
    """The call changes its inputs or the global random state."""
    leaves_everything_alone(candidate.fid_diagonal, MU_1, VAR_1, MU_2, VAR_2)


# -- sample_variance ---------------------------------------------------------------------------------------------


@check("sample_variance", points=2.0, title="is half the mean squared distance between samples")
@given(samples=arrays(((1, 1), (2, 1), (2, 2), (3, 4), (5, 2), (12, 3))))
def test_sample_variance_matches_pairs(candidate: Candidate, samples: Array) -> None:
    """The value differs from half the mean squared difference over all pairs of samples."""
    differences = samples[:, None] - samples[None, :]
    assert_close(candidate.sample_variance(samples), 0.5 * (differences**2).mean(axis=(0, 1)))


@check("sample_variance", points=0.75, title="ignores a shift and squares a scale", kind="law")
def test_sample_variance_shift_and_scale(candidate: Candidate) -> None:
    """Shifting all samples changes the variance, or scaling a coordinate does not square the factor."""
    variance = candidate.sample_variance(SAMPLES)
    assert_close(candidate.sample_variance(SAMPLES + np.array([3.0, -1.5, 0.5])), variance)
    scale = np.array([2.0, -3.0, 0.5])
    assert_close(candidate.sample_variance(SAMPLES * scale), variance * scale**2)


@check("sample_variance", points=0.25, title="vanishes for a collapsed generator", kind="extreme")
def test_sample_variance_collapsed(candidate: Candidate) -> None:
    """Equal samples, or a single one, have a variance."""
    assert_close(candidate.sample_variance(np.tile(SAMPLES[0], (7, 1))), np.zeros(3))
    assert_close(candidate.sample_variance(SAMPLES[:1]), np.zeros(3))


@check("sample_variance", points=0.25, title="does not change when the samples are repeated", kind="law")
def test_sample_variance_repeated(candidate: Candidate) -> None:
    """Giving every sample twice changes the variance."""
    assert_close(candidate.sample_variance(np.tile(SAMPLES, (2, 1))), candidate.sample_variance(SAMPLES))


@check("sample_variance", points=0.25, title="treats every coordinate on its own", kind="purity")
def test_sample_variance_columns(candidate: Candidate) -> None:
    """The variance of a coordinate depends on the other coordinates."""
    alone = [float(candidate.sample_variance(SAMPLES[:, i : i + 1])[0]) for i in range(3)]
    assert_close(candidate.sample_variance(SAMPLES), np.array(alone))


@check("sample_variance", points=0.25, title="accepts single precision", kind="dtype")
def test_sample_variance_single_precision(candidate: Candidate) -> None:
    """Single precision gives a different value."""
    samples = np.array([[0.0, 1.0], [2.0, 4.0], [4.0, 1.0]], dtype=np.float32)
    assert_close(candidate.sample_variance(samples), np.array([8 / 3, 2.0], dtype=np.float32))


@check("sample_variance", points=0.5, title="changes nothing but its result", kind="purity")
def test_sample_variance_pure(candidate: Candidate) -> None:
    """The call changes its input or the global random state."""
    leaves_everything_alone(candidate.sample_variance, SAMPLES)


# -- loss_by_timestep --------------------------------------------------------------------------------------------


@check("loss_by_timestep", points=2.0, title="is the mean of the losses collected at each timestep")
@given(case=TIMED)
def test_loss_by_timestep_matches_lists(candidate: Candidate, case: TimedLosses) -> None:
    """An entry differs from the mean of the losses measured at its timestep."""
    collected: dict[int, list[float]] = {}
    for loss, timestep in zip(case.losses.tolist(), case.t.tolist(), strict=True):
        collected.setdefault(timestep, []).append(loss)
    expected = [statistics.fmean(collected.get(timestep, [np.nan])) for timestep in range(case.num_timesteps)]
    assert_close(candidate.loss_by_timestep(*case), np.array(expected), equal_nan=True)


@check("loss_by_timestep", points=0.5, title="does not depend on the order of the losses", kind="law")
def test_loss_by_timestep_order(candidate: Candidate) -> None:
    """Shuffling losses and timesteps together changes the result."""
    order = np.array([4, 0, 5, 2, 1, 3])
    means = candidate.loss_by_timestep(LOSSES, TIMESTEPS, 5)
    assert_close(candidate.loss_by_timestep(LOSSES[order], TIMESTEPS[order], 5), means, equal_nan=True)


@check("loss_by_timestep", points=0.5, title="is NaN exactly where no loss fell", kind="law")
def test_loss_by_timestep_empty(candidate: Candidate) -> None:
    """A timestep without losses is not NaN, or one with losses is."""
    means = candidate.loss_by_timestep(LOSSES, TIMESTEPS, 7)
    assert_close(np.isnan(means) * 1.0, np.array([0.0, 0.0, 1.0, 0.0, 1.0, 1.0, 1.0]), what="the pattern of NaN")
    zero_losses = candidate.loss_by_timestep(np.zeros(2), np.array([1, 1]), 2)
    assert_close(zero_losses, np.array([np.nan, 0.0]), equal_nan=True)


@check("loss_by_timestep", points=0.25, title="treats every timestep on its own", kind="purity")
def test_loss_by_timestep_independent(candidate: Candidate) -> None:
    """Changing a loss changes the mean of another timestep."""
    t = np.array([0, 1, 2, 1, 2, 0])
    means = candidate.loss_by_timestep(LOSSES, t, 3)
    changed = candidate.loss_by_timestep(LOSSES + 10.0 * (t == 1), t, 3)
    assert_close(changed - means, np.array([0.0, 10.0, 0.0]), atol=1e-6)


@check("loss_by_timestep", points=0.5, title="accepts other integer types and single precision", kind="dtype")
def test_loss_by_timestep_number_types(candidate: Candidate) -> None:
    """Timesteps as 32-bit integers, or losses in single precision, give a different result."""
    expected = np.array([2.25, 2.25, np.nan, 41 / 12], dtype=np.float32)
    narrow = candidate.loss_by_timestep(LOSSES.astype(np.float32), TIMESTEPS.astype(np.int32), 4)
    assert_close(narrow, expected, equal_nan=True)


@check("loss_by_timestep", points=0.5, title="changes nothing but its result", kind="purity")
def test_loss_by_timestep_pure(candidate: Candidate) -> None:
    """The call changes its inputs or the global random state."""
    leaves_everything_alone(candidate.loss_by_timestep, LOSSES, TIMESTEPS, 4)
