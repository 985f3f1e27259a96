"""Checks of warmup.py: noising, denoising, scores, and the diagnostics.

Run them with ``pytest test_warmup_diagnostics.py`` beside your file. Grading uses these and others.
"""

from __future__ import annotations

import numpy as np

from autograder.checks import Candidate, assert_close, assert_finite, assert_true, check

GENERIC = np.array([[[0.9, -0.35, 0.6], [0.2, 1.75, -0.5]]])


def assert_result_shape(result: object, shape: tuple[int, ...]) -> None:
    """The result is numeric and has the given shape; () stands for a single number."""
    assert_finite(result)
    got = np.shape(result)  # type: ignore[call-overload]
    assert_true(got == shape, f"the result has the wrong shape; expected {shape}", f"shape {got}; expected {shape}")


@check("q_sample", points=1.25, title="gives the known values of two noised inputs")
def test_q_sample_known_values(candidate: Candidate) -> None:
    """The noised data differ from their known values."""
    assert_close(candidate.q_sample(1.0, 0.64, -0.5), 0.5)
    eps = np.array([0.6404226504432821, 0.10490011715303971, -0.535669373161111])
    x_t = candidate.q_sample(np.array([1.0, -0.5, 0.25]), 0.7, eps)
    assert_close(x_t, np.array([1.1874339585191072, -0.3608738528173833, -0.08423319241147403]))


@check("q_sample", points=0.5, title="keeps the shape of the data", kind="shape")
def test_q_sample_shape(candidate: Candidate) -> None:
    """The noised data should have the shape of the clean data, with one alpha_bar for all or one per sample."""
    assert_result_shape(candidate.q_sample(GENERIC[0], 0.3, GENERIC[0]), (2, 3))
    assert_result_shape(candidate.q_sample(GENERIC[0], np.array([[0.3], [0.8]]), GENERIC[0]), (2, 3))


@check("denoising_mse", points=1.25, title="gives the known values of two predictions")
def test_denoising_mse_known_values(candidate: Candidate) -> None:
    """The error of a small prediction differs from its known value."""
    assert_close(candidate.denoising_mse(np.array([1.0, 0.0]), np.array([0.8, 0.2])), 0.04, scalar=True)
    eps = np.array([0.64, 0.1, -0.54])
    assert_close(candidate.denoising_mse(eps, eps + np.array([0.1, -0.2, 0.05])), 0.0175, scalar=True)


@check("denoising_mse", points=0.25, title="returns one number for a batch of any shape", kind="shape")
def test_denoising_mse_shape(candidate: Candidate) -> None:
    """The error of a batch should be a single number."""
    assert_result_shape(candidate.denoising_mse(GENERIC, -GENERIC), ())


@check("score_step", points=1.0, title="gives the known value of one step")
def test_score_step_known_values(candidate: Candidate) -> None:
    """The position after one step differs from its known value."""
    assert_close(candidate.score_step(np.array([2.0]), 0.1), np.array([1.8]))
    assert_close(candidate.score_step(np.array([-0.5, 3.0]), 0.25), np.array([-0.375, 2.25]))


@check("score_step", points=0.25, title="moves every element", kind="shape")
def test_score_step_shape(candidate: Candidate) -> None:
    """The result should have the shape of the points."""
    assert_result_shape(candidate.score_step(GENERIC, 0.1), (1, 2, 3))


@check("langevin_step", points=1.25, title="gives the known values of one step")
def test_langevin_step_known_values(candidate: Candidate) -> None:
    """The position after one step differs from its known value."""
    x, noise = np.array([2.0, -1.0]), np.array([0.36159505490948474, 1.3040000451301372])
    moved = candidate.langevin_step(x, -x, 0.1, noise)
    assert_close(moved, np.array([1.9617102246210754, -0.316833451285244]))


@check("langevin_step", points=0.5, title="moves every element", kind="shape")
def test_langevin_step_shape(candidate: Candidate) -> None:
    """The result should have the shape of the points."""
    assert_result_shape(candidate.langevin_step(GENERIC, -GENERIC, 0.1, 2 * GENERIC), (1, 2, 3))


@check("fid_mean_term", points=1.25, title="gives the known values of two pairs of means")
def test_fid_mean_term_known_values(candidate: Candidate) -> None:
    """The distance of two small vectors differs from its known value."""
    assert_close(candidate.fid_mean_term(np.array([0.0, 1.0]), np.array([1.0, 3.0])), 5.0, scalar=True)
    assert_close(candidate.fid_mean_term(np.array([0.0, 0.0]), np.array([0.5, -0.25])), 0.3125, scalar=True)


@check("fid_mean_term", points=0.25, title="returns one number", kind="shape")
def test_fid_mean_term_shape(candidate: Candidate) -> None:
    """The distance of two vectors should be a single number."""
    assert_result_shape(candidate.fid_mean_term(GENERIC[0, 0], GENERIC[0, 1]), ())


@check("fid_diagonal", points=1.5, title="gives the known value of two Gaussians in the plane")
def test_fid_diagonal_known_value(candidate: Candidate) -> None:
    """The distance of two Gaussians in the plane differs from its known value."""
    mu_real, mu_generated = np.array([0.0, 0.0]), np.array([0.5, -0.25])
    distance = candidate.fid_diagonal(mu_real, np.array([1.0, 1.0]), mu_generated, np.array([1.2, 0.8]))
    assert_close(distance, 0.33275538797950377, scalar=True)


@check("fid_diagonal", points=0.25, title="returns one number", kind="shape")
def test_fid_diagonal_shape(candidate: Candidate) -> None:
    """The distance of two Gaussians should be a single number."""
    variances = np.array([0.5, 1.0, 2.0])
    assert_result_shape(candidate.fid_diagonal(GENERIC[0, 0], variances, GENERIC[0, 1], variances[::-1].copy()), ())


@check("sample_variance", points=1.25, title="gives the known values of a small and of a collapsed set")
def test_sample_variance_known_values(candidate: Candidate) -> None:
    """The variance of a small set of samples differs from its known value."""
    samples = np.array([[0.0, 1.0, -1.0], [2.0, 5.0, 0.5]])
    assert_close(candidate.sample_variance(samples), np.array([1.0, 4.0, 0.5625]))
    collapsed = np.repeat(samples[:1], 100, axis=0)
    assert_close(candidate.sample_variance(collapsed), np.zeros(3))


@check("sample_variance", points=0.5, title="gives one variance per coordinate", kind="shape")
def test_sample_variance_shape(candidate: Candidate) -> None:
    """The result should have one entry per coordinate."""
    assert_result_shape(candidate.sample_variance(GENERIC[0]), (3,))


@check("loss_by_timestep", points=0.75, title="gives the known means where every timestep occurs")
def test_loss_by_timestep_known_values(candidate: Candidate) -> None:
    """The mean losses differ from their known values."""
    means = candidate.loss_by_timestep(np.array([1.0, 4.0, 2.0, 3.0]), np.array([0, 1, 0, 0]), 2)
    assert_close(means, np.array([2.0, 4.0]))
    timesteps = np.arange(20)
    curve = 0.1 + 0.02 * timesteps + 0.05 * np.sin(timesteps / 2)
    assert_close(candidate.loss_by_timestep(curve[::-1].copy(), timesteps[::-1].copy(), 20), curve)


@check("loss_by_timestep", points=0.5, title="marks timesteps without a loss")
def test_loss_by_timestep_known_gaps(candidate: Candidate) -> None:
    """Where some timesteps never occur, the result differs from its known values."""
    means = candidate.loss_by_timestep(np.array([1.0, 4.0, 2.0]), np.array([0, 2, 0]), 4)
    assert_close(means, np.array([1.5, np.nan, 4.0, np.nan]), equal_nan=True)


@check("loss_by_timestep", points=0.5, title="gives one entry per timestep", kind="shape")
def test_loss_by_timestep_shape(candidate: Candidate) -> None:
    """The result should have one entry per timestep, also when the last ones never occur."""
    means = candidate.loss_by_timestep(np.array([1.0, 2.0]), np.array([0, 1]), 5)
    assert_true(np.shape(means) == (5,), "the result has the wrong shape; expected (5,)")
