"""Wrong beliefs about determinants: logarithms, costs, signs."""

from __future__ import annotations

import math
from collections.abc import Callable

from autograder.checks import Candidate
from autograder.diagnosis import Record, misconception, probe, record_entries, reference

Formula = Callable[..., float]
concepts = reference("flows", "concepts")


# -- coupling_log_dets -----------------------------------------------------------------------------------------


@probe("coupling_log_dets")
def observe_coupling_log_dets(candidate: Candidate, record: Record) -> None:
    """Two cases."""
    for s1, s2 in ((0.3, 0.9), (-1.1, 0.4)):
        record_entries(record, f"{s1} {s2}", candidate.coupling_log_dets.answer(s1=s1, s2=s2))


@misconception(
    "coupling_log_dets",
    belief="the determinant is the product of the s",
    hint="Which numbers stand on the diagonal of the Jacobian, and what is the logarithm of their product?",
)
def product_of_the_scales() -> dict[str, Formula]:
    """Multiply s."""
    return {"forward": lambda s1, s2: s1 * s2, "inverse": lambda s1, s2: -s1 * s2, "volume": lambda s1, s2: s1 * s2}


@misconception(
    "coupling_log_dets",
    belief="the log-determinant is the determinant",
    hint="One of your entries is the exponential of the one asked for. Which one is a logarithm?",
)
def determinant_instead_of_its_logarithm() -> dict[str, Formula]:
    """Volumes instead of logarithms."""
    return {
        "forward": lambda s1, s2: math.exp(s1 + s2),
        "inverse": lambda s1, s2: math.exp(-s1 - s2),
        "volume": lambda s1, s2: math.exp(s1 + s2),
    }


@misconception(
    "coupling_log_dets",
    belief="the inverse has the same log-determinant",
    hint="Apply the layer and then its inverse. What is the volume change of both together?",
)
def inverse_with_the_same_sign() -> dict[str, Formula]:
    """No minus."""
    return concepts.coupling_log_dets() | {"inverse": lambda s1, s2: s1 + s2}


@misconception(
    "coupling_log_dets",
    belief="the log-determinant of the inverse is one over the log-determinant",
    hint="The determinant of the inverse is the reciprocal. What does the logarithm make of a reciprocal?",
)
def reciprocal_of_the_logarithm() -> dict[str, Formula]:
    """One over."""
    return concepts.coupling_log_dets() | {"inverse": lambda s1, s2: 1 / (s1 + s2)}


@misconception(
    "coupling_log_dets",
    belief="log-determinants are averaged over coordinates",
    hint="A box stretched in both directions: are the stretches multiplied, or averaged?",
)
def mean_of_the_scales() -> dict[str, Formula]:
    """Mean for sum."""
    return {
        "forward": lambda s1, s2: (s1 + s2) / 2,
        "inverse": lambda s1, s2: -(s1 + s2) / 2,
        "volume": lambda s1, s2: math.exp((s1 + s2) / 2),
    }


# -- determinant_costs -----------------------------------------------------------------------------------------


@probe("determinant_costs")
def observe_determinant_costs(candidate: Candidate, record: Record) -> None:
    """Every entry by itself."""
    record_entries(record, "power", candidate.determinant_costs.answer())


@misconception(
    "determinant_costs",
    belief="a determinant costs as much as there are entries",
    hint="Gaussian elimination treats each column once. How much work is it to clear one column in all rows below?",
)
def determinant_as_cheap_as_reading() -> dict[str, int]:
    """Quadratic."""
    return concepts.determinant_costs() | {"general": 2}


@misconception(
    "determinant_costs",
    belief="a triangular determinant touches half of the matrix",
    hint="Which entries of a triangular matrix enter its determinant?",
)
def triangle_summed_up() -> dict[str, int]:
    """Quadratic for a triangle."""
    return concepts.determinant_costs() | {"triangular": 2}


@misconception(
    "determinant_costs",
    belief="a triangular determinant needs no work",
    hint="How many factors does the product of the diagonal have?",
)
def triangular_determinant_for_free() -> dict[str, int]:
    """Constant."""
    return concepts.determinant_costs() | {"triangular": 0}


@misconception(
    "determinant_costs",
    belief="a Jacobian has one entry per dimension",
    hint="How many partial derivatives do D outputs have with respect to D inputs?",
)
def jacobian_taken_for_a_gradient() -> dict[str, int]:
    """Linear storage."""
    return concepts.determinant_costs() | {"entries": 1}


# -- stacked_scalings ------------------------------------------------------------------------------------------


@probe("stacked_scalings")
def observe_stacked_scalings(candidate: Candidate, record: Record) -> None:
    """Stretching and shrinking, one step and several; a reflection last, which some formulas do not survive."""
    for log_q0, steps, d, scale in ((-1.3, 1, 1, 2.0), (-4.0, 3, 5, 0.7), (0.5, 2, 3, 1.9), (-1.0, 1, 2, -1.5)):
        answer = candidate.stacked_scalings.answer(log_q0=log_q0, steps=steps, d=d, scale=scale)
        record_entries(record, f"{steps} steps in {d}", answer)


@misconception(
    "stacked_scalings",
    belief="the log-determinants are added in the generating direction, too",
    hint="Stretching spreads the same mass over more space. Should the density rise or fall when scale is above "
    "one?",
)
def log_determinants_added() -> Formula:
    """Plus."""
    return lambda log_q0, steps, d, scale: log_q0 + steps * d * math.log(abs(scale))


@misconception(
    "stacked_scalings",
    belief="a scaling counts once, however many dimensions it acts on",
    hint="Your answer is right for d = 1. What is the determinant of a multiple of the identity?",
)
def dimensions_forgotten() -> Formula:
    """No d."""
    return lambda log_q0, steps, d, scale: log_q0 - steps * math.log(abs(scale))


@misconception(
    "stacked_scalings",
    belief="only the last step counts",
    hint="Your answer does not change with the number of steps. What is the determinant of a product of matrices?",
)
def only_the_last_step_counted() -> Formula:
    """No steps."""
    return lambda log_q0, steps, d, scale: log_q0 - d * math.log(abs(scale)) if steps else log_q0


@misconception(
    "stacked_scalings",
    belief="the log-density is divided by the determinant",
    hint="The density is divided by the determinant. What happens to its logarithm?",
)
def logarithm_divided_by_the_volume() -> Formula:
    """Divide the logarithm."""
    return lambda log_q0, steps, d, scale: log_q0 / abs(scale) ** (steps * d)


@misconception(
    "stacked_scalings",
    belief="volumes have signs",
    hint="A negative scale turns space around. Does your formula give a number then, and should turning around "
    "matter?",
)
def sign_of_the_scale_kept() -> Formula:
    """No absolute value; NaN for reflections."""
    return lambda log_q0, steps, d, scale: (
        log_q0 - steps * d * math.log(scale) if scale > 0 else math.nan
    )
