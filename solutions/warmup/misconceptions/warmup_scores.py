"""Wrong beliefs about steps along a score, with the behaviour they lead to."""

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
    hint="Your points move away from the mode. Does the score point to higher or to lower density, and which way "
    "should the step go?",
)
def step_downhill(x: Array, eta: float) -> Array:
    """Subtract the score."""
    return x + eta * x


@misconception(
    "score_step",
    belief="the function returns the update",
    hint="With a step size of zero your points all land on the origin. Is the result the displacement or the new "
    "position?",
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
    hint="Your points cover only part of the way. Which factor stands before the score in the update that is "
    "asked for?",
)
def half_a_step(x: Array, eta: float) -> Array:
    """Use half the step size."""
    return x - 0.5 * eta * x


@misconception(
    "score_step",
    belief="the score is the direction to the mode, of length one",
    hint="All your points move by the same distance. How long is the gradient of the log-density far from the "
    "mode, and how long near it?",
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
    hint="Run for long, your chain ends up too narrow. Which variance must the noise have for a drift of eta "
    "times the score?",
)
def factor_two_left_out_of_the_noise(x: Array, score: Array, eta: float, noise: Array) -> Array:
    """Use sqrt(eta)."""
    return x + eta * score + np.sqrt(eta) * noise


@misconception(
    "langevin_step",
    belief="2 eta is the standard deviation of the noise",
    hint="As the step shrinks, your noise dies out faster than it should. Is 2 eta the variance of the noise or "
    "its standard deviation?",
)
def noise_scaled_without_root(x: Array, score: Array, eta: float, noise: Array) -> Array:
    """Use 2 eta."""
    return x + eta * score + 2 * eta * noise


@misconception(
    "langevin_step",
    belief="the other convention, with eta / 2 and sqrt(eta), is the same formula",
    hint="Both your drift and your noise are those of a step half as long. Which of the two common conventions "
    "does the formula use?",
)
def step_size_halved(x: Array, score: Array, eta: float, noise: Array) -> Array:
    """Use the convention with eta / 2."""
    return x + 0.5 * eta * score + np.sqrt(eta) * noise


@misconception(
    "langevin_step",
    belief="updates subtract a gradient",
    hint="Without noise your points move to lower density. Is this a descent on a loss or a climb in log- density?",
)
def drift_against_the_score(x: Array, score: Array, eta: float, noise: Array) -> Array:
    """Subtract the score."""
    return x - eta * score + np.sqrt(2 * eta) * noise


@misconception(
    "langevin_step",
    belief="a Langevin step is a score step",
    hint="With zero noise you are right, with any other noise your result does not change. What keeps a chain "
    "from collapsing onto the mode?",
)
def noise_left_out(x: Array, score: Array, eta: float, noise: Array) -> Array:
    """Drop the noise."""
    return x + eta * score


@misconception(
    "langevin_step",
    belief="the target is always the standard normal",
    hint="Your result does not depend on the argument score. For which distribution is minus x the right score, "
    "and is that the only one?",
)
def given_score_ignored(x: Array, score: Array, eta: float, noise: Array) -> Array:
    """Use -x in place of the argument."""
    return x - eta * x + np.sqrt(2 * eta) * noise


@misconception(
    "langevin_step",
    belief="sqrt(2 eta) scales the whole update",
    hint="Your drift is as large as your noise even for tiny steps. Which of the two terms scales with eta, "
    "which with its root?",
)
def drift_scaled_like_the_noise(x: Array, score: Array, eta: float, noise: Array) -> Array:
    """Scale drift and noise by the root."""
    return x + np.sqrt(2 * eta) * (score + noise)
