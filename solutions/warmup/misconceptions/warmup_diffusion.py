"""Wrong beliefs about flows, noising and scores, with the behaviour they lead to."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from autograder.candidate import Candidate
from autograder.diagnosis import misconception, probe
from numpy.typing import NDArray

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
    hint="Your density does not integrate to one unless |a| is 1. What happens to the height of a density when its axis is "
    "stretched?",
)
def log_det_left_out(x: Array, a: float, b: float = 0.0) -> Array:
    """Evaluate the base density only."""
    return -0.5 * ((x - b) / a) ** 2 - LOG_SQRT_TWO_PI


@misconception(
    "affine_flow_log_prob",
    belief="the log-determinant of the forward map is added",
    hint="Stretching the axis makes your density higher. Which derivative enters the change of variables: that of x with "
    "respect to z or that of z with respect to x?",
)
def log_det_sign_flipped(x: Array, a: float, b: float = 0.0) -> Array:
    """Add log |a|."""
    return -0.5 * ((x - b) / a) ** 2 - LOG_SQRT_TWO_PI + np.log(np.abs(a))


@misconception(
    "affine_flow_log_prob",
    belief="a scale is always positive",
    hint="Your density is not a number when the flow mirrors the axis. Can stretching by a negative factor change how dense "
    "the points lie, and which part of the derivative counts?",
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
    hint="Your density has the wrong width: scaling z by a, how do the standard deviation and the variance of x change?",
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
    hint="The variance of your noised data is below one for every intermediate alpha_bar. Which is preserved: the sum of the "
    "weights or the sum of their squares?",
)
def roots_left_out(x0: Array, alpha_bar: Array, eps: Array) -> Array:
    """Interpolate linearly."""
    return alpha_bar * x0 + (1 - alpha_bar) * eps


@misconception(
    "q_sample",
    belief="1 - alpha_bar is the standard deviation of the noise",
    hint="Your signal is right and your noise too weak. Is 1 - alpha_bar the variance of the noise or its standard deviation?",
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
    hint="Your weights sum to one, but the variance of the result is not preserved. For independent signal and noise, what "
    "adds up: amplitudes or variances?",
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
    hint="Your loss grows with the number of elements although each error stays the same. What does the M in MSE stand for?",
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
    hint="Your value is the same fraction of the right one everywhere. Is there a factor in the definition of a mean squared "
    "error, as there is in the exponent of a Gaussian?",
)
def mean_square_halved(eps: Array, eps_pred: Array) -> float:
    """Apply a factor that belongs to the Gaussian log-likelihood."""
    return 0.5 * np.mean(np.square(eps - eps_pred))


@misconception(
    "denoising_mse",
    belief="the squared norm of each sample is averaged over the batch",
    hint="For a batch of vectors your loss is too large by the number of coordinates. Over how many elements does the mean run?",
)
def squared_norms_averaged_over_the_batch(eps: Array, eps_pred: Array) -> float:
    """Sum over the features, then average over the samples."""
    squares = np.square(np.subtract(eps, eps_pred))
    return np.mean(squares.reshape(squares.shape[0], -1).sum(axis=1)) if squares.ndim > 1 else np.mean(squares)


# -- score_step ------------------------------------------------------------------------------------------------


@probe("score_step")
def observe_score_step(candidate: Candidate, record: Record) -> None:
    """Two step sizes, and a number."""
    record("small step", candidate.score_step, POINTS, 0.1, batch=2)
    record("large step", candidate.score_step, POINTS, 0.8, batch=2)
    record("number", candidate.score_step, 1.4, 0.3)


@misconception(
    "score_step",
    belief="gradient steps go downhill",
    hint="Your points move away from the mode. Does the score point to higher or to lower density, and which way should the step go?",
)
def step_downhill(x: Array, eta: float) -> Array:
    """Subtract the score."""
    return x + eta * x


@misconception(
    "score_step",
    belief="the function returns the update",
    hint="With a step size of zero your points all land on the origin. Is the result the displacement or the new position?",
)
def displacement_returned(x: Array, eta: float) -> Array:
    """Forget the current position."""
    return -eta * np.asarray(x)


@misconception(
    "score_step",
    belief="the score is the log-density",
    hint="Your points all move in the same direction, wherever they are. Is the score the log-density or its gradient?",
)
def log_density_used_as_score(x: Array, eta: float) -> Array:
    """Use -x**2 / 2."""
    return x - eta * np.square(x) / 2


@misconception(
    "score_step",
    belief="the score is the gradient of the density",
    hint="Far from the mode your points hardly move. Is it the density or its logarithm whose gradient is taken?",
)
def density_gradient_used_as_score(x: Array, eta: float) -> Array:
    """Use p'(x)."""
    return x - eta * x * np.exp(-0.5 * np.square(x)) / np.sqrt(2 * np.pi)


@misconception(
    "score_step",
    belief="the step is eta / 2, as in Langevin dynamics with unit temperature",
    hint="Your points cover only part of the way. Which factor stands before the score in the update that is asked for?",
)
def half_a_step(x: Array, eta: float) -> Array:
    """Use half the step size."""
    return x - 0.5 * eta * x


@misconception(
    "score_step",
    belief="the score is the direction to the mode, of length one",
    hint="All your points move by the same distance. How long is the gradient of the log-density far from the mode, and how long near it?",
)
def unit_length_score(x: Array, eta: float) -> Array:
    """Use the sign of the score."""
    return x - eta * np.sign(x)


# -- langevin_step ---------------------------------------------------------------------------------------------


@probe("langevin_step")
def observe_langevin_step(candidate: Candidate, record: Record) -> None:
    """A general score, a score that is that of the standard normal, and each term alone."""
    record("general", candidate.langevin_step, POINTS, SCORES, 0.1, NOISE, batch=2)
    record("standard normal", candidate.langevin_step, POINTS, -POINTS, 0.3, NOISE, batch=2)
    record("drift", candidate.langevin_step, POINTS, SCORES, 0.6, np.zeros((2, 3)), batch=2)
    record("numbers", candidate.langevin_step, 0.0, 0.0, 0.7, 1.0)


@misconception(
    "langevin_step",
    belief="noise is scaled by sqrt(eta)",
    hint="Run for long, your chain ends up too narrow. Which variance must the noise have for a drift of eta times the score?",
)
def factor_two_left_out_of_the_noise(x: Array, score: Array, eta: float, noise: Array) -> Array:
    """Use sqrt(eta)."""
    return x + eta * score + np.sqrt(eta) * noise


@misconception(
    "langevin_step",
    belief="2 eta is the standard deviation of the noise",
    hint="As the step shrinks, your noise dies out faster than it should. Is 2 eta the variance of the noise or its "
    "standard deviation?",
)
def noise_scaled_without_root(x: Array, score: Array, eta: float, noise: Array) -> Array:
    """Use 2 eta."""
    return x + eta * score + 2 * eta * noise


@misconception(
    "langevin_step",
    belief="the other convention, with eta / 2 and sqrt(eta), is the same formula",
    hint="Both your drift and your noise are those of a step half as long. Which of the two common conventions does the "
    "formula use?",
)
def step_size_halved(x: Array, score: Array, eta: float, noise: Array) -> Array:
    """Use the convention with eta / 2."""
    return x + 0.5 * eta * score + np.sqrt(eta) * noise


@misconception(
    "langevin_step",
    belief="updates subtract a gradient",
    hint="Without noise your points move to lower density. Is this a descent on a loss or a climb in log-density?",
)
def drift_against_the_score(x: Array, score: Array, eta: float, noise: Array) -> Array:
    """Subtract the score."""
    return x - eta * score + np.sqrt(2 * eta) * noise


@misconception(
    "langevin_step",
    belief="a Langevin step is a score step",
    hint="With zero noise you are right, with any other noise your result does not change. What keeps a chain from collapsing onto the mode?",
)
def noise_left_out(x: Array, score: Array, eta: float, noise: Array) -> Array:
    """Drop the noise."""
    return x + eta * score


@misconception(
    "langevin_step",
    belief="the target is always the standard normal",
    hint="Your result does not depend on the argument score. For which distribution is minus x the right score, and is that the only one?",
)
def given_score_ignored(x: Array, score: Array, eta: float, noise: Array) -> Array:
    """Use -x in place of the argument."""
    return x - eta * x + np.sqrt(2 * eta) * noise


@misconception(
    "langevin_step",
    belief="sqrt(2 eta) scales the whole update",
    hint="Your drift is as large as your noise even for tiny steps. Which of the two terms scales with eta, which with its root?",
)
def drift_scaled_like_the_noise(x: Array, score: Array, eta: float, noise: Array) -> Array:
    """Scale drift and noise by the root."""
    return x + np.sqrt(2 * eta) * (score + noise)
