"""Wrong beliefs about drifts, small steps and the ends of a consistency function."""

from __future__ import annotations

from autograder.checks import Candidate
from autograder.diagnosis import Record, misconception, probe, record_entries

# -- reverse_drifts --------------------------------------------------------------------------------------------


@probe("reverse_drifts")
def observe_reverse_drifts(candidate: Candidate, record: Record) -> None:
    """Two points."""
    for x, score, beta in ((0.7, -1.1, 2.0), (-0.4, 0.9, 0.3)):
        record_entries(record, f"{x} {score}", candidate.reverse_drifts.answer(x=x, score=score, beta=beta))


misconception(
    "reverse_drifts", name="score_added", belief="the score is added in both equations",
    replace=[("- beta * score,", "+ beta * score,"), ("- beta * score / 2", "+ beta * score / 2")],
    hint="Time runs backwards, so dt is negative. Does your drift times dt move towards higher density?",
)  # fmt: skip

misconception(
    "reverse_drifts", name="time_running_forwards", belief="the equations are written for time running forwards",
    replace=[
        ("-beta * x / 2 - beta * score,", "beta * x / 2 + beta * score,"),
        ("-beta * x / 2 - beta * score / 2", "beta * x / 2 + beta * score / 2"),
    ],
    hint="Both of your drifts have the opposite sign. Is dt positive or negative in the question?",
)  # fmt: skip

misconception(
    "reverse_drifts", name="ode_with_the_drift_of_the_sde", belief="the deterministic flow just leaves out the noise",
    replace=("score / 2", "score"),
    hint="The noise of the stochastic equation spreads the samples. What has to change in the drift when it is missing?",
)  # fmt: skip

misconception(
    "reverse_drifts", name="sde_with_the_drift_of_the_ode", belief="both equations contain half of the score",
    replace=("beta * score,", "beta * score / 2,"),
    hint="Your stochastic equation adds noise on its way back. Is half of the score enough to keep the marginals then?",
)  # fmt: skip

misconception(
    "reverse_drifts", name="diffusion_coefficient_not_squared",
    belief="the score is multiplied by the diffusion coefficient, not by its square",
    replace=[("- beta * score,", "- math.sqrt(beta) * score,"), ("- beta * score / 2", "- math.sqrt(beta) * score / 2")],
    hint="Which power of the diffusion coefficient multiplies the score? Check the units of time.",
)  # fmt: skip


# -- small_step_limit ------------------------------------------------------------------------------------------


@probe("small_step_limit")
def observe_small_step_limit(candidate: Candidate, record: Record) -> None:
    """Two rates."""
    for beta, x in ((2.0, 1.3), (0.5, -0.8)):
        record_entries(record, f"{beta} {x}", candidate.small_step_limit.answer(beta=beta, x=x))


misconception(
    "small_step_limit", name="root_expanded_without_one_half", belief="sqrt(1 - u) is 1 - u to first order",
    replace=("x / 2", "x"),
    hint="What is the derivative of a square root at one?",
)  # fmt: skip

misconception(
    "small_step_limit", name="diffusion_given_as_a_variance", belief="the diffusion coefficient is the rate",
    replace=("math.sqrt(beta)", "beta"),
    hint="The variance of one step is beta dt. Is the diffusion coefficient asked for, or its square?",
)  # fmt: skip

misconception(
    "small_step_limit", name="drift_pointing_outwards", belief="the drift points away from zero",
    replace=("-beta * x", "beta * x"),
    hint="Is sqrt(1 - beta dt) x larger or smaller than x?",
)  # fmt: skip

misconception(
    "small_step_limit", name="drift_without_position", belief="the drift is the same everywhere",
    replace=("-beta * x", "-beta"),
    hint="What happens at x = 0? Does your drift know where x is?",
)  # fmt: skip

misconception(
    "small_step_limit", name="diffusion_halved", belief="the diffusion has the same half as the drift",
    replace=("math.sqrt(beta)", "math.sqrt(beta / 2)"),
    hint="The noise of a step is exact, nothing was expanded. Where would a factor come from?",
)  # fmt: skip


# -- consistency_ends ------------------------------------------------------------------------------------------


@probe("consistency_ends")
def observe_consistency_ends(candidate: Candidate, record: Record) -> None:
    """Two widths of the data."""
    for sigma in (0.5, 1.7):
        record_entries(record, f"{sigma}", candidate.consistency_ends.answer(sigma_data=sigma))


misconception(
    "consistency_ends", name="coefficients_swapped_at_the_start", belief="at the start the network decides",
    replace=('"skip_at_start": 1.0, "out_at_start": 0.0', '"skip_at_start": 0.0, "out_at_start": 1.0'),
    hint="Where the trajectory starts the function should return its input. Which coefficient must vanish there?",
)  # fmt: skip

misconception(
    "consistency_ends", name="coefficients_adding_up_to_one", belief="the two coefficients add up to one",
    replace=("lambda sigma_data: sigma_data", "1.0"),
    hint="Far away the network's output is multiplied by c_out. How large should the result be if the data have another width "
    "than one?",
)  # fmt: skip

misconception(
    "consistency_ends", name="output_growing_without_bound", belief="c_out grows with the noise",
    replace=("lambda sigma_data: sigma_data", "math.inf"),
    hint="Numerator and denominator of c_out both grow with t. What is their quotient for large t?",
)  # fmt: skip

misconception(
    "consistency_ends", name="numerator_taken_for_the_quotient", belief="c_skip is sigma_data squared at the start",
    replace=('"skip_at_start": 1.0', '"skip_at_start": lambda sigma_data: sigma_data**2'),
    hint="At t = t_min numerator and denominator of c_skip are equal. What is their quotient?",
)  # fmt: skip

misconception(
    "consistency_ends", name="noisy_input_kept", belief="the input is kept at every noise level",
    replace=('"skip_far_away": 0.0', '"skip_far_away": 1.0'),
    hint="Far away the input is almost pure noise. How much of it should remain in an estimate of the data?",
)  # fmt: skip
