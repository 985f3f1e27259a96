"""Wrong beliefs about determinants: logarithms, costs, signs."""

from __future__ import annotations

from autograder.checks import Candidate
from autograder.diagnosis import Record, misconception, probe, record_entries

# -- coupling_log_dets -----------------------------------------------------------------------------------------


@probe("coupling_log_dets")
def observe_coupling_log_dets(candidate: Candidate, record: Record) -> None:
    """Two cases."""
    for s1, s2 in ((0.3, 0.9), (-1.1, 0.4)):
        record_entries(record, f"{s1} {s2}", candidate.coupling_log_dets.answer(s1=s1, s2=s2))


misconception(
    "coupling_log_dets", name="product_of_the_scales", belief="the determinant is the product of the s",
    replace=[("lambda s1, s2: s1 + s2", "lambda s1, s2: s1 * s2"), ("-s1 - s2", "-s1 * s2"), ("math.exp(s1 + s2)", "s1 * s2")],
    hint="Which numbers stand on the diagonal of the Jacobian, and what is the logarithm of their product?",
)  # fmt: skip

misconception(
    "coupling_log_dets", name="determinant_instead_of_its_logarithm", belief="the log-determinant is the determinant",
    replace=[("lambda s1, s2: s1 + s2", "lambda s1, s2: math.exp(s1 + s2)"), ("-s1 - s2", "math.exp(-s1 - s2)")],
    hint="One of your entries is the exponential of the one asked for. Which one is a logarithm?",
)  # fmt: skip

misconception(
    "coupling_log_dets", name="inverse_with_the_same_sign", belief="the inverse has the same log-determinant",
    replace=("-s1 - s2", "s1 + s2"),
    hint="Apply the layer and then its inverse. What is the volume change of both together?",
)  # fmt: skip

misconception(
    "coupling_log_dets", name="reciprocal_of_the_logarithm",
    belief="the log-determinant of the inverse is one over the log-determinant", replace=("-s1 - s2", "1 / (s1 + s2)"),
    hint="The determinant of the inverse is the reciprocal. What does the logarithm make of a reciprocal?",
)  # fmt: skip

misconception(
    "coupling_log_dets", name="mean_of_the_scales", belief="log-determinants are averaged over coordinates",
    replace=[
        ("lambda s1, s2: s1 + s2", "lambda s1, s2: (s1 + s2) / 2"),
        ("-s1 - s2", "-(s1 + s2) / 2"),
        ("math.exp(s1 + s2)", "math.exp((s1 + s2) / 2)"),
    ],
    hint="A box stretched in both directions: are the stretches multiplied, or averaged?",
)  # fmt: skip


# -- determinant_costs -----------------------------------------------------------------------------------------


@probe("determinant_costs")
def observe_determinant_costs(candidate: Candidate, record: Record) -> None:
    """Every entry by itself."""
    record_entries(record, "power", candidate.determinant_costs.answer())


misconception(
    "determinant_costs", name="determinant_as_cheap_as_reading", belief="a determinant costs as much as there are entries",
    replace=('"general": 3', '"general": 2'),
    hint="Gaussian elimination treats each column once. How much work is it to clear one column in all rows below?",
)  # fmt: skip

misconception(
    "determinant_costs", name="triangle_summed_up", belief="a triangular determinant touches half of the matrix",
    replace=('"triangular": 1', '"triangular": 2'),
    hint="Which entries of a triangular matrix enter its determinant?",
)  # fmt: skip

misconception(
    "determinant_costs", name="triangular_determinant_for_free", belief="a triangular determinant needs no work",
    replace=('"triangular": 1', '"triangular": 0'),
    hint="How many factors does the product of the diagonal have?",
)  # fmt: skip

misconception(
    "determinant_costs", name="jacobian_taken_for_a_gradient", belief="a Jacobian has one entry per dimension",
    replace=('"entries": 2', '"entries": 1'),
    hint="How many partial derivatives do D outputs have with respect to D inputs?",
)  # fmt: skip


# -- stacked_scalings ------------------------------------------------------------------------------------------


@probe("stacked_scalings")
def observe_stacked_scalings(candidate: Candidate, record: Record) -> None:
    """Stretching and shrinking, one step and several; a reflection last, which some formulas do not survive."""
    for log_q0, steps, d, scale in ((-1.3, 1, 1, 2.0), (-4.0, 3, 5, 0.7), (0.5, 2, 3, 1.9), (-1.0, 1, 2, -1.5)):
        answer = candidate.stacked_scalings.answer(log_q0=log_q0, steps=steps, d=d, scale=scale)
        record_entries(record, f"{steps} steps in {d}", answer)


misconception(
    "stacked_scalings", name="log_determinants_added", belief="the log-determinants are added in the generating direction, too",
    replace=("log_q0 -", "log_q0 +"),
    hint="Stretching spreads the same mass over more space. Should the density rise or fall when scale is above one?",
)  # fmt: skip

misconception(
    "stacked_scalings", name="dimensions_forgotten", belief="a scaling counts once, however many dimensions it acts on",
    replace=("steps * d", "steps"),
    hint="Your answer is right for d = 1. What is the determinant of a multiple of the identity?",
)  # fmt: skip

misconception(
    "stacked_scalings", name="only_the_last_step_counted", belief="only the last step counts",
    replace=("steps * d * math.log(abs(scale))", "d * math.log(abs(scale)) * (steps > 0)"),
    hint="Your answer does not change with the number of steps. What is the determinant of a product of matrices?",
)  # fmt: skip

misconception(
    "stacked_scalings", name="logarithm_divided_by_the_volume", belief="the log-density is divided by the determinant",
    replace=("log_q0 - steps * d * math.log(abs(scale))", "log_q0 / abs(scale) ** (steps * d)"),
    hint="The density is divided by the determinant. What happens to its logarithm?",
)  # fmt: skip

misconception(
    "stacked_scalings", name="sign_of_the_scale_kept", belief="volumes have signs",
    replace=("math.log(abs(scale))", "(math.log(scale) if scale > 0 else math.nan)"),
    hint="A negative scale turns space around. Does your formula give a number then, and should turning around matter?",
)  # fmt: skip
