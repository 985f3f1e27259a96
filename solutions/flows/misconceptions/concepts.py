"""Wrong beliefs about changes of variables."""

from __future__ import annotations

import math
from collections.abc import Callable

from autograder.checks import Candidate
from autograder.diagnosis import Record, misconception, probe, record_entries, reference

Formula = Callable[..., float]
Rows = Callable[..., list[list[float]]]
concepts = reference("flows", "concepts")


def normal(z: float) -> float:
    """Log-density of the standard normal."""
    return -0.5 * z**2 - 0.5 * math.log(2 * math.pi)


# -- exponential_log_density -----------------------------------------------------------------------------------


@probe("exponential_log_density")
def observe_exponential_log_density(candidate: Candidate, record: Record) -> None:
    """Below, at and above one."""
    for x in (0.3, 1.0, 2.5):
        record_entries(record, f"x={x}", candidate.exponential_log_density.answer(x=x))


@misconception(
    "exponential_log_density",
    belief="a density is carried along by the map like a function",
    hint="Integrate your density over x > 0. What has the map done to lengths?",
)
def volume_change_forgotten() -> Formula:
    """No Jacobian."""
    return lambda x: normal(math.log(x))


@misconception(
    "exponential_log_density",
    belief="the log-determinant is added",
    hint="Where exp stretches, does the density rise or fall? Compare with the sign of your correction.",
)
def log_derivative_added() -> Formula:
    """The wrong sign."""
    return lambda x: normal(math.log(x)) + math.log(x)


@misconception(
    "exponential_log_density",
    belief="the base density is evaluated at x",
    hint="The base density knows z only. Which z belongs to a given x?",
)
def base_density_evaluated_at_x() -> Formula:
    """Insert x."""
    return lambda x: normal(x) - math.log(x)


@misconception(
    "exponential_log_density",
    belief="the derivative is exp(x)",
    hint="At which point does the derivative of exp have to be taken, and what is it in terms of x?",
)
def derivative_taken_at_x() -> Formula:
    """Subtract x."""
    return lambda x: normal(math.log(x)) - x


@misconception(
    "exponential_log_density",
    belief="constants can be left out of a log-density",
    hint="Your log-density is off by the same amount everywhere. Does the density integrate to one?",
)
def normalising_constant_dropped() -> Formula:
    """No log 2 pi."""
    return lambda x: -0.5 * math.log(x) ** 2 - math.log(x)


# -- coupling_jacobian -----------------------------------------------------------------------------------------


@probe("coupling_jacobian")
def observe_coupling_jacobian(candidate: Candidate, record: Record) -> None:
    """Every entry by itself."""
    for index, (x_a, x_b, k, c) in enumerate(((0.4, -1.3, 0.8, 0.5), (-0.7, 0.6, 1.4, -2.0))):
        rows = candidate.coupling_jacobian.answer(x_a=x_a, x_b=x_b, k=k, c=c)
        flat = {f"{i} {j}": rows[i][j] for i in range(2) for j in range(2)}
        record_entries(record, f"case {index}", flat)


def changed(row: int, column: int, formula: Formula) -> Rows:
    """The right Jacobian with one entry replaced."""

    def jacobian(**given: float) -> list[list[float]]:
        rows = concepts.coupling_jacobian()(**given)
        rows[row][column] = formula(**given)
        return rows

    return jacobian


@misconception(
    "coupling_jacobian",
    belief="the Jacobian of a coupling layer is diagonal",
    hint="Change x_a a little and keep x_b. Does y_b change?",
)
def dependence_on_the_condition_forgotten() -> Rows:
    """Zero below the diagonal."""
    return changed(1, 0, lambda x_a, x_b, k, c: 0.0)


@misconception(
    "coupling_jacobian",
    belief="only the shift depends on x_a",
    hint="Two terms of y_b contain x_a. Did both leave a trace in your derivative?",
)
def scale_taken_for_constant() -> Rows:
    """Differentiate the shift only."""
    return changed(1, 0, lambda x_a, x_b, k, c: c)


@misconception(
    "coupling_jacobian",
    belief="the derivative of exp(k x) is exp(k x)",
    hint="One factor is missing where the chain rule applies. What is the derivative of s?",
)
def inner_derivative_forgotten() -> Rows:
    """No factor k."""
    return changed(1, 0, lambda x_a, x_b, k, c: x_b * math.exp(k * x_a) + c)


@misconception(
    "coupling_jacobian",
    belief="the diagonal holds s itself",
    hint="By which factor does y_b change with x_b: by s, or by something computed from s?",
)
def exponential_forgotten() -> Rows:
    """s instead of exp(s)."""
    return changed(1, 1, lambda x_a, x_b, k, c: k * x_a)


@misconception(
    "coupling_jacobian",
    belief="rows are inputs and columns are outputs",
    hint="Your matrix is the transpose of the right one. What belongs to a row: an output or an input?",
)
def jacobian_transposed() -> Rows:
    """Transpose."""

    def jacobian(**given: float) -> list[list[float]]:
        (a, b), (c, d) = concepts.coupling_jacobian()(**given)
        return [[a, c], [b, d]]

    return jacobian
