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


@misconception(
    "affine_flow_log_prob",
    belief="the density of x is the density of the z it came from",
    hint="Your density does not integrate to one unless |a| is 1. What happens to the height of a density when "
    "its axis is stretched?",
)
def log_det_left_out(x: Array, a: float, b: float = 0.0) -> Array:
    """Evaluate the base density only."""
    return -0.5 * ((x - b) / a) ** 2 - LOG_SQRT_TWO_PI


@misconception(
    "affine_flow_log_prob",
    belief="the log-determinant of the forward map is added",
    hint="Stretching the axis makes your density higher. Which derivative enters the change of variables: that "
    "of x with respect to z or that of z with respect to x?",
)
def log_det_sign_flipped(x: Array, a: float, b: float = 0.0) -> Array:
    """Add log |a|."""
    return -0.5 * ((x - b) / a) ** 2 - LOG_SQRT_TWO_PI + np.log(np.abs(a))


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


@misconception(
    "affine_flow_log_prob",
    belief="the base density is evaluated at the flow's output",
    hint="Where is your density highest, and where should it be? Given x, which z did the flow start from?",
)
def flow_not_inverted(x: Array, a: float, b: float = 0.0) -> Array:
    """Apply the flow in the forward direction."""
    return -0.5 * (a * x + b) ** 2 - LOG_SQRT_TWO_PI - np.log(np.abs(a))


@misconception(
    "affine_flow_log_prob",
    belief="the shift comes off after the scale",
    hint="Without a shift your value is right. Undoing two steps, which one do you undo first?",
)
def shift_undone_after_the_scale(x: Array, a: float, b: float = 0.0) -> Array:
    """Undo the two steps in the wrong order."""
    return -0.5 * (x / a - b) ** 2 - LOG_SQRT_TWO_PI - np.log(np.abs(a))


@misconception(
    "affine_flow_log_prob",
    belief="the constant of the Gaussian can be dropped",
    hint="Your log-density is off by the same amount everywhere. What does the exponential of it integrate to?",
)
def gaussian_constant_dropped(x: Array, a: float, b: float = 0.0) -> Array:
    """Leave log sqrt(2 pi) out."""
    return -0.5 * ((x - b) / a) ** 2 - np.log(np.abs(a))


@misconception(
    "affine_flow_log_prob",
    belief="a is a variance",
    hint="Your density has the wrong width: scaling z by a, how do the standard deviation and the variance of x "
    "change?",
)
def scale_read_as_variance(x: Array, a: float, b: float = 0.0) -> Array:
    """Use |a| as the variance."""
    return -0.5 * (x - b) ** 2 / np.abs(a) - LOG_SQRT_TWO_PI - 0.5 * np.log(np.abs(a))


# -- q_sample --------------------------------------------------------------------------------------------------


@probe("q_sample")
def observe_q_sample(candidate: Candidate, record: Record) -> None:
    """One alpha_bar for all, one per sample, and the signal and the noise alone."""
    record("shared", candidate.q_sample, POINTS, 0.7, NOISE, batch=2)
    record("per sample", candidate.q_sample, POINTS, np.array([[0.95], [0.1]]), NOISE, batch=2)
    record("signal", candidate.q_sample, 1.0, 0.3, 0.0)
    record("noise", candidate.q_sample, 0.0, 0.3, 1.0)


@misconception(
    "q_sample",
    belief="alpha_bar and 1 - alpha_bar are the two weights themselves",
    hint="The variance of your noised data is below one for every intermediate alpha_bar. Which is preserved: "
    "the sum of the weights or the sum of their squares?",
)
def roots_left_out(x0: Array, alpha_bar: Array, eps: Array) -> Array:
    """Interpolate linearly."""
    return alpha_bar * x0 + (1 - alpha_bar) * eps


@misconception(
    "q_sample",
    belief="1 - alpha_bar is the standard deviation of the noise",
    hint="Your signal is right and your noise too weak. Is 1 - alpha_bar the variance of the noise or its "
    "standard deviation?",
)
def noise_scaled_by_its_variance(x0: Array, alpha_bar: Array, eps: Array) -> Array:
    """Take only the first root."""
    return np.sqrt(alpha_bar) * x0 + (1 - alpha_bar) * eps


@misconception(
    "q_sample",
    belief="alpha_bar measures how much noise there is",
    hint="With alpha_bar near 1 your output is nearly pure noise. Does alpha_bar grow or shrink as t increases?",
)
def signal_and_noise_swapped(x0: Array, alpha_bar: Array, eps: Array) -> Array:
    """Exchange the two weights."""
    return np.sqrt(1 - alpha_bar) * x0 + np.sqrt(alpha_bar) * eps


@misconception(
    "q_sample",
    belief="noise is added on top of unscaled data",
    hint="The variance of your noised data exceeds one. What happens to the signal while noise is mixed in?",
)
def signal_not_attenuated(x0: Array, alpha_bar: Array, eps: Array) -> Array:
    """Keep the clean data at full strength."""
    return x0 + np.sqrt(1 - alpha_bar) * eps


@misconception(
    "q_sample",
    belief="the two weights add up to one",
    hint="Your weights sum to one, but the variance of the result is not preserved. For independent signal and "
    "noise, what adds up: amplitudes or variances?",
)
def amplitudes_made_to_sum_to_one(x0: Array, alpha_bar: Array, eps: Array) -> Array:
    """Use 1 - sqrt(alpha_bar) for the noise."""
    return np.sqrt(alpha_bar) * x0 + (1 - np.sqrt(alpha_bar)) * eps


@misconception(
    "q_sample",
    belief="the noise is taken away, as in a denoising step",
    hint="Your output moves against the noise that you were given. Is this the forward process or the reverse one?",
)
def noise_subtracted(x0: Array, alpha_bar: Array, eps: Array) -> Array:
    """Flip the sign of the noise."""
    return np.sqrt(alpha_bar) * x0 - np.sqrt(1 - alpha_bar) * eps


# -- denoising_mse ---------------------------------------------------------------------------------------------


@probe("denoising_mse")
def observe_denoising_mse(candidate: Candidate, record: Record) -> None:
    """A vector, a batch, numbers."""
    record("vector", candidate.denoising_mse, NOISE[0], SCORES[0])
    record("batch", candidate.denoising_mse, NOISE, SCORES)
    record("numbers", candidate.denoising_mse, 0.5, -1.2)


@misconception(
    "denoising_mse",
    belief="squared errors are summed",
    hint="Your loss grows with the number of elements although each error stays the same. What does the M in MSE "
    "stand for?",
)
def squared_errors_summed(eps: Array, eps_pred: Array) -> float:
    """Sum in place of mean."""
    return np.sum(np.square(eps - eps_pred))


@misconception(
    "denoising_mse",
    belief="the error is reported in the units of the noise",
    hint="Doubling every error should make the loss four times as large. By how much does yours grow?",
)
def root_of_the_mean_square(eps: Array, eps_pred: Array) -> float:
    """Return the root mean square."""
    return np.sqrt(np.mean(np.square(eps - eps_pred)))


@misconception(
    "denoising_mse",
    belief="the size of the error counts, not its square",
    hint="Your loss weighs one large error like two of half the size. What does squaring do to large errors?",
)
def absolute_errors_averaged(eps: Array, eps_pred: Array) -> float:
    """Return the mean absolute error."""
    return np.mean(np.abs(eps - eps_pred))


@misconception(
    "denoising_mse",
    belief="the mean is squared",
    hint="Errors of opposite sign cancel in your loss. At which point do you square: before or after averaging?",
)
def square_of_the_mean_error(eps: Array, eps_pred: Array) -> float:
    """Average first, then square."""
    return np.square(np.mean(eps - eps_pred))


@misconception(
    "denoising_mse",
    belief="a squared loss comes with the factor one half",
    hint="Your value is the same fraction of the right one everywhere. Is there a factor in the definition of a "
    "mean squared error, as there is in the exponent of a Gaussian?",
)
def mean_square_halved(eps: Array, eps_pred: Array) -> float:
    """Apply a factor that belongs to the Gaussian log-likelihood."""
    return 0.5 * np.mean(np.square(eps - eps_pred))


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
