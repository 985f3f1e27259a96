"""Wrong beliefs about steps along a score, with the behaviour they lead to."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from autograder.checks import Candidate
from autograder.diagnosis import misconception, probe

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


misconception(
    "score_step", name="step_downhill", belief="gradient steps go downhill", replace=("(-x)", "x"),
    hint="Your points move away from the mode. Does the score point to higher or to lower density, and which way should the "
    "step go?",
)  # fmt: skip

misconception(
    "score_step", name="displacement_returned", belief="the function returns the update",
    replace=("x + eta * (-x)", "-eta * np.asarray(x)"),
    hint="With a step size of zero your points all land on the origin. Is the result the displacement or the new position?",
)  # fmt: skip

misconception(
    "score_step", name="log_density_used_as_score", belief="the score is the log-density",
    replace=("(-x)", "(-np.square(x) / 2)"),
    hint="Your points all move in the same direction, wherever they are. Is the score the log-density or its gradient?",
)  # fmt: skip

misconception(
    "score_step", name="density_gradient_used_as_score", belief="the score is the gradient of the density",
    replace=("(-x)", "(-x) * np.exp(-0.5 * np.square(x)) / np.sqrt(2 * np.pi)"),
    hint="Far from the mode your points hardly move. Is it the density or its logarithm whose gradient is taken?",
)  # fmt: skip

misconception(
    "score_step", name="half_a_step", belief="the step is eta / 2, as in Langevin dynamics with unit temperature",
    replace=("eta *", "0.5 * eta *"),
    hint="Your points cover only part of the way. Which factor stands before the score in the update that is asked for?",
)  # fmt: skip

misconception(
    "score_step", name="unit_length_score", belief="the score is the direction to the mode, of length one",
    replace=("(-x)", "np.sign(-x)"),
    hint="All your points move by the same distance. How long is the gradient of the log-density far from the mode, and how "
    "long near it?",
)  # fmt: skip


# -- langevin_step ---------------------------------------------------------------------------------------------


@probe("langevin_step")
def observe_langevin_step(candidate: Candidate, record: Record) -> None:
    """A general score, a score that is that of the standard normal, and each term alone."""
    record("general", candidate.langevin_step, POINTS, SCORES, 0.1, NOISE, batch=2)
    record("standard normal", candidate.langevin_step, POINTS, -POINTS, 0.3, NOISE, batch=2)
    record("drift", candidate.langevin_step, POINTS, SCORES, 0.6, np.zeros((2, 3)), batch=2)
    record("numbers", candidate.langevin_step, 0.0, 0.0, 0.7, 1.0)


misconception(
    "langevin_step", name="factor_two_left_out_of_the_noise", belief="noise is scaled by sqrt(eta)",
    replace=("2.0 * eta", "eta"),
    hint="Run for long, your chain ends up too narrow. Which variance must the noise have for a drift of eta times the score?",
)  # fmt: skip

misconception(
    "langevin_step", name="noise_scaled_without_root", belief="2 eta is the standard deviation of the noise",
    replace=("np.sqrt(2.0 * eta)", "2.0 * eta"),
    hint="As the step shrinks, your noise dies out faster than it should. Is 2 eta the variance of the noise or its standard "
    "deviation?",
)  # fmt: skip

misconception(
    "langevin_step", name="step_size_halved", belief="the other convention, with eta / 2 and sqrt(eta), is the same formula",
    replace=[("x + eta", "x + 0.5 * eta"), ("2.0 * eta", "eta")],
    hint="Both your drift and your noise are those of a step half as long. Which of the two common conventions does the "
    "formula use?",
)  # fmt: skip

misconception(
    "langevin_step", name="drift_against_the_score", belief="updates subtract a gradient", replace=("x +", "x -"),
    hint="Without noise your points move to lower density. Is this a descent on a loss or a climb in log- density?",
)  # fmt: skip

misconception(
    "langevin_step", name="noise_left_out", belief="a Langevin step is a score step",
    replace=(" + np.sqrt(2.0 * eta) * noise", ""),
    hint="With zero noise you are right, with any other noise your result does not change. What keeps a chain from collapsing "
    "onto the mode?",
)  # fmt: skip

misconception(
    "langevin_step", name="given_score_ignored", belief="the target is always the standard normal",
    replace=("x + eta * score", "x - eta * x"),
    hint="Your result does not depend on the argument score. For which distribution is minus x the right score, and is that "
    "the only one?",
)  # fmt: skip

misconception(
    "langevin_step", name="drift_scaled_like_the_noise", belief="sqrt(2 eta) scales the whole update",
    replace=("eta * score + np.sqrt(2.0 * eta) * noise", "np.sqrt(2.0 * eta) * (score + noise)"),
    hint="Your drift is as large as your noise even for tiny steps. Which of the two terms scales with eta, which with its "
    "root?",
)  # fmt: skip

misconception(
    "langevin_step", name="noise_scaled_by_the_step", belief="noise and drift are scaled alike",
    replace=("np.sqrt(2.0 * eta)", "eta"),
    hint="Halve eta and take two steps: how does the variance of your noise change, and how should it?",
)  # fmt: skip

misconception(
    "langevin_step", name="step_outside_the_root", belief="only the two stands under the root",
    replace=("np.sqrt(2.0 * eta)", "np.sqrt(2.0) * eta"),
    hint="With eta = 1 your noise is right; for small steps it is too small. How far does the root reach?",
)  # fmt: skip
