"""Wrong beliefs about drifts, small steps and the ends of a consistency function."""

from __future__ import annotations

import math
from collections.abc import Callable

from autograder.checks import Candidate
from autograder.diagnosis import Record, misconception, probe, record_entries, reference

Table = dict[str, Callable[..., float] | float]
concepts = reference("frontier", "concepts")


# -- reverse_drifts --------------------------------------------------------------------------------------------


@probe("reverse_drifts")
def observe_reverse_drifts(candidate: Candidate, record: Record) -> None:
    """Two points."""
    for x, score, beta in ((0.7, -1.1, 2.0), (-0.4, 0.9, 0.3)):
        record_entries(record, f"{x} {score}", candidate.reverse_drifts.answer(x=x, score=score, beta=beta))


@misconception(
    "reverse_drifts",
    belief="the score is added in both equations",
    hint="Time runs backwards, so dt is negative. Does your drift times dt move towards higher density?",
)
def score_added() -> Table:
    """Plus."""
    return {
        "sde": lambda x, score, beta: -beta * x / 2 + beta * score,
        "ode": lambda x, score, beta: -beta * x / 2 + beta * score / 2,
    }


@misconception(
    "reverse_drifts",
    belief="the equations are written for time running forwards",
    hint="Both of your drifts have the opposite sign. Is dt positive or negative in the question?",
)
def time_running_forwards() -> Table:
    """Both signs flipped."""
    return {
        "sde": lambda x, score, beta: beta * x / 2 + beta * score,
        "ode": lambda x, score, beta: beta * x / 2 + beta * score / 2,
    }


@misconception(
    "reverse_drifts",
    belief="the deterministic flow just leaves out the noise",
    hint="The noise of the stochastic equation spreads the samples. What has to change in the drift when it is "
    "missing?",
)
def ode_with_the_drift_of_the_sde() -> Table:
    """Full score in the ODE."""
    return concepts.reverse_drifts() | {"ode": lambda x, score, beta: -beta * x / 2 - beta * score}


@misconception(
    "reverse_drifts",
    belief="both equations contain half of the score",
    hint="Your stochastic equation adds noise on its way back. Is half of the score enough to keep the marginals "
    "then?",
)
def sde_with_the_drift_of_the_ode() -> Table:
    """Half the score in the SDE."""
    return concepts.reverse_drifts() | {"sde": lambda x, score, beta: -beta * x / 2 - beta * score / 2}


@misconception(
    "reverse_drifts",
    belief="the score is multiplied by the diffusion coefficient, not by its square",
    hint="Which power of the diffusion coefficient multiplies the score? Check the units of time.",
)
def diffusion_coefficient_not_squared() -> Table:
    """Root of beta."""
    return {
        "sde": lambda x, score, beta: -beta * x / 2 - math.sqrt(beta) * score,
        "ode": lambda x, score, beta: -beta * x / 2 - math.sqrt(beta) * score / 2,
    }


# -- small_step_limit ------------------------------------------------------------------------------------------


@probe("small_step_limit")
def observe_small_step_limit(candidate: Candidate, record: Record) -> None:
    """Two rates."""
    for beta, x in ((2.0, 1.3), (0.5, -0.8)):
        record_entries(record, f"{beta} {x}", candidate.small_step_limit.answer(beta=beta, x=x))


@misconception(
    "small_step_limit",
    belief="sqrt(1 - u) is 1 - u to first order",
    hint="What is the derivative of a square root at one?",
)
def root_expanded_without_one_half() -> Table:
    """No half."""
    return concepts.small_step_limit() | {"drift": lambda beta, x: -beta * x}


@misconception(
    "small_step_limit",
    belief="the diffusion coefficient is the rate",
    hint="The variance of one step is beta dt. Is the diffusion coefficient asked for, or its square?",
)
def diffusion_given_as_a_variance() -> Table:
    """beta."""
    return concepts.small_step_limit() | {"diffusion": lambda beta, x: beta}


@misconception(
    "small_step_limit",
    belief="the drift points away from zero",
    hint="Is sqrt(1 - beta dt) x larger or smaller than x?",
)
def drift_pointing_outwards() -> Table:
    """Plus."""
    return concepts.small_step_limit() | {"drift": lambda beta, x: beta * x / 2}


@misconception(
    "small_step_limit",
    belief="the drift is the same everywhere",
    hint="What happens at x = 0? Does your drift know where x is?",
)
def drift_without_position() -> Table:
    """No x."""
    return concepts.small_step_limit() | {"drift": lambda beta, x: -beta / 2}


@misconception(
    "small_step_limit",
    belief="the diffusion has the same half as the drift",
    hint="The noise of a step is exact, nothing was expanded. Where would a factor come from?",
)
def diffusion_halved() -> Table:
    """Root of half."""
    return concepts.small_step_limit() | {"diffusion": lambda beta, x: math.sqrt(beta / 2)}


# -- consistency_ends ------------------------------------------------------------------------------------------


@probe("consistency_ends")
def observe_consistency_ends(candidate: Candidate, record: Record) -> None:
    """Two widths of the data."""
    for sigma in (0.5, 1.7):
        record_entries(record, f"{sigma}", candidate.consistency_ends.answer(sigma_data=sigma))


@misconception(
    "consistency_ends",
    belief="at the start the network decides",
    hint="Where the trajectory starts the function should return its input. Which coefficient must vanish there?",
)
def coefficients_swapped_at_the_start() -> Table:
    """Swap at the start."""
    return concepts.consistency_ends() | {"skip_at_start": 0.0, "out_at_start": 1.0}


@misconception(
    "consistency_ends",
    belief="the two coefficients add up to one",
    hint="Far away the network's output is multiplied by c_out. How large should the result be if the data have "
    "another width than one?",
)
def coefficients_adding_up_to_one() -> Table:
    """One far away."""
    return concepts.consistency_ends() | {"out_far_away": 1.0}


@misconception(
    "consistency_ends",
    belief="c_out grows with the noise",
    hint="Numerator and denominator of c_out both grow with t. What is their quotient for large t?",
)
def output_growing_without_bound() -> Table:
    """Infinity."""
    return concepts.consistency_ends() | {"out_far_away": math.inf}


@misconception(
    "consistency_ends",
    belief="c_skip is sigma_data squared at the start",
    hint="At t = t_min numerator and denominator of c_skip are equal. What is their quotient?",
)
def numerator_taken_for_the_quotient() -> Table:
    """sigma_data squared."""
    return concepts.consistency_ends() | {"skip_at_start": lambda sigma_data: sigma_data**2}


@misconception(
    "consistency_ends",
    belief="the input is kept at every noise level",
    hint="Far away the input is almost pure noise. How much of it should remain in an estimate of the data?",
)
def noisy_input_kept() -> Table:
    """Skip one far away."""
    return concepts.consistency_ends() | {"skip_far_away": 1.0}
