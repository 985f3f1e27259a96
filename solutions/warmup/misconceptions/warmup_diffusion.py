"""Wrong beliefs about flows, noising and denoising, with the behaviour they lead to."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from autograder.checks import Candidate
from autograder.diagnosis import misconception, probe

Array = NDArray[np.float64]
Record = Callable[..., None]

POINTS = np.array([[-1.7, 0.4, 2.2], [0.9, -0.6, 3.1]])
NOISE = np.array([[0.8, -1.3, 0.25], [-0.5, 1.9, 0.7]])
SCORES = np.array([[0.35, -0.9, 1.6], [-2.2, 0.15, 0.6]])
LOG_SQRT_TWO_PI = 0.5 * np.log(2 * np.pi)


# -- affine_flow_log_prob --------------------------------------------------------------------------------------


@probe("affine_flow_log_prob")
def observe_affine_flow_log_prob(candidate: Candidate, record: Record) -> None:
    """Wide, narrow and mirrored flows, with and without a shift."""
    record("wide", candidate.affine_flow_log_prob, POINTS, 2.5, batch=2)
    record("narrow, shifted", candidate.affine_flow_log_prob, POINTS, 0.4, 0.7, batch=2)
    record("mirrored", candidate.affine_flow_log_prob, POINTS, -1.6, -0.3, batch=2)
    record("number", candidate.affine_flow_log_prob, 0.9, 3.0, 1.1)


misconception(
    "affine_flow_log_prob", name="log_det_left_out", belief="the density of x is the density of the z it came from",
    replace=(" - np.log(np.abs(a))", ""),
    hint="Your density does not integrate to one unless |a| is 1. What happens to the height of a density when its axis is "
    "stretched?",
)  # fmt: skip

misconception(
    "affine_flow_log_prob", name="log_det_sign_flipped", belief="the log-determinant of the forward map is added",
    replace=("- np.log(np.abs(a))", "+ np.log(np.abs(a))"),
    hint="Stretching the axis makes your density higher. Which derivative enters the change of variables: that of x with "
    "respect to z or that of z with respect to x?",
)  # fmt: skip


@misconception(
    "affine_flow_log_prob",
    belief="a scale is always positive",
    hint="Your density is not a number when the flow mirrors the axis. Can stretching by a negative factor "
    "change how dense the points lie, and which part of the derivative counts?",
)
def absolute_value_left_out(x: Array, a: float, b: float = 0.0) -> Array:
    """Take the log of a signed number."""
    with np.errstate(invalid="ignore"):
        return -0.5 * ((x - b) / a) ** 2 - LOG_SQRT_TWO_PI - np.log(a)


misconception(
    "affine_flow_log_prob", name="flow_not_inverted", belief="the base density is evaluated at the flow's output",
    replace=("z = (x - b) / a", "z = a * x + b"),
    hint="Where is your density highest, and where should it be? Given x, which z did the flow start from?",
)  # fmt: skip

misconception(
    "affine_flow_log_prob", name="shift_undone_after_the_scale", belief="the shift comes off after the scale",
    replace=("(x - b) / a", "x / a - b"),
    hint="Without a shift your value is right. Undoing two steps, which one do you undo first?",
)  # fmt: skip

misconception(
    "affine_flow_log_prob", name="gaussian_constant_dropped", belief="the constant of the Gaussian can be dropped",
    replace=(" - 0.5 * np.log(2 * np.pi)", ""),
    hint="Your log-density is off by the same amount everywhere. What does the exponential of it integrate to?",
)  # fmt: skip

misconception(
    "affine_flow_log_prob", name="scale_read_as_variance", belief="a is a variance",
    replace=[("(x - b) / a", "(x - b) / np.sqrt(np.abs(a))"), ("- np.log(np.abs(a))", "- 0.5 * np.log(np.abs(a))")],
    hint="Your density has the wrong width: scaling z by a, how do the standard deviation and the variance of x change?",
)  # fmt: skip

misconception(
    "affine_flow_log_prob", name="logarithm_of_the_squared_scale", belief="the volume changes with the square of the scale",
    replace=("np.log(np.abs(a))", "np.log(np.square(a))"),
    hint="Twice as wide means half as dense. What does your volume term make of a = 2?",
)  # fmt: skip


# -- q_sample --------------------------------------------------------------------------------------------------


@probe("q_sample")
def observe_q_sample(candidate: Candidate, record: Record) -> None:
    """One alpha_bar for all, one per sample, and the signal and the noise alone."""
    record("shared", candidate.q_sample, POINTS, 0.7, NOISE, batch=2)
    record("per sample", candidate.q_sample, POINTS, np.array([[0.95], [0.1]]), NOISE, batch=2)
    record("signal", candidate.q_sample, 1.0, 0.3, 0.0)
    record("noise", candidate.q_sample, 0.0, 0.3, 1.0)


misconception(
    "q_sample", name="roots_left_out", belief="alpha_bar and 1 - alpha_bar are the two weights themselves",
    replace=[("np.sqrt(alpha_bar)", "alpha_bar"), ("np.sqrt(1.0 - alpha_bar)", "(1.0 - alpha_bar)")],
    hint="The variance of your noised data is below one for every intermediate alpha_bar. Which is preserved: the sum of the "
    "weights or the sum of their squares?",
)  # fmt: skip

misconception(
    "q_sample", name="noise_scaled_by_its_variance", belief="1 - alpha_bar is the standard deviation of the noise",
    replace=("np.sqrt(1.0 - alpha_bar)", "(1.0 - alpha_bar)"),
    hint="Your signal is right and your noise too weak. Is 1 - alpha_bar the variance of the noise or its standard deviation?",
)  # fmt: skip

misconception(
    "q_sample", name="signal_and_noise_swapped", belief="alpha_bar measures how much noise there is",
    replace=[("np.sqrt(alpha_bar)", "np.sqrt(1.0 - alpha_bar)"), ("np.sqrt(1.0 - alpha_bar)", "np.sqrt(alpha_bar)")],
    hint="With alpha_bar near 1 your output is nearly pure noise. Does alpha_bar grow or shrink as t increases?",
)  # fmt: skip

misconception(
    "q_sample", name="signal_not_attenuated", belief="noise is added on top of unscaled data",
    replace=("np.sqrt(alpha_bar) * x0", "x0"),
    hint="The variance of your noised data exceeds one. What happens to the signal while noise is mixed in?",
)  # fmt: skip

misconception(
    "q_sample", name="amplitudes_made_to_sum_to_one", belief="the two weights add up to one",
    replace=("np.sqrt(1.0 - alpha_bar)", "(1.0 - np.sqrt(alpha_bar))"),
    hint="Your weights sum to one, but the variance of the result is not preserved. For independent signal and noise, what "
    "adds up: amplitudes or variances?",
)  # fmt: skip

misconception(
    "q_sample", name="noise_subtracted", belief="the noise is taken away, as in a denoising step", replace=("x0 +", "x0 -"),
    hint="Your output moves against the noise that you were given. Is this the forward process or the reverse one?",
)  # fmt: skip


# -- denoising_mse ---------------------------------------------------------------------------------------------


@probe("denoising_mse")
def observe_denoising_mse(candidate: Candidate, record: Record) -> None:
    """A vector, a batch, numbers."""
    record("vector", candidate.denoising_mse, NOISE[0], SCORES[0])
    record("batch", candidate.denoising_mse, NOISE, SCORES)
    record("numbers", candidate.denoising_mse, 0.5, -1.2)


misconception(
    "denoising_mse", name="squared_errors_summed", belief="squared errors are summed", replace=("np.mean(", "np.sum("),
    hint="Your loss grows with the number of elements although each error stays the same. What does the M in MSE stand for?",
)  # fmt: skip

misconception(
    "denoising_mse", name="root_of_the_mean_square", belief="the error is reported in the units of the noise",
    replace=("np.mean(np.square(eps - eps_pred))", "np.sqrt(np.mean(np.square(eps - eps_pred)))"),
    hint="Doubling every error should make the loss four times as large. By how much does yours grow?",
)  # fmt: skip

misconception(
    "denoising_mse", name="absolute_errors_averaged", belief="the size of the error counts, not its square",
    replace=("np.square(", "np.abs("),
    hint="Your loss weighs one large error like two of half the size. What does squaring do to large errors?",
)  # fmt: skip

misconception(
    "denoising_mse", name="square_of_the_mean_error", belief="the mean is squared",
    replace=("np.mean(np.square(eps - eps_pred))", "np.square(np.mean(eps - eps_pred))"),
    hint="Errors of opposite sign cancel in your loss. At which point do you square: before or after averaging?",
)  # fmt: skip

misconception(
    "denoising_mse", name="mean_square_halved", belief="a squared loss comes with the factor one half",
    replace=("return np.mean(", "return 0.5 * np.mean("),
    hint="Your value is the same fraction of the right one everywhere. Is there a factor in the definition of a mean squared "
    "error, as there is in the exponent of a Gaussian?",
)  # fmt: skip


@misconception(
    "denoising_mse",
    belief="the squared norm of each sample is averaged over the batch",
    hint="For a batch of vectors your loss is too large by the number of coordinates. Over how many elements "
    "does the mean run?",
)
def squared_norms_averaged_over_the_batch(eps: Array, eps_pred: Array) -> float:
    """Sum over the features, then average over the samples."""
    squares = np.square(np.subtract(eps, eps_pred))
    return np.mean(squares.reshape(squares.shape[0], -1).sum(axis=1)) if squares.ndim > 1 else np.mean(squares)
