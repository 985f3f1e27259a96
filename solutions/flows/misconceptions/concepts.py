"""Wrong beliefs about changes of variables."""

from __future__ import annotations

from autograder.checks import Candidate
from autograder.diagnosis import Record, misconception, probe, record_entries

# -- exponential_log_density -----------------------------------------------------------------------------------


@probe("exponential_log_density")
def observe_exponential_log_density(candidate: Candidate, record: Record) -> None:
    """Below, at and above one."""
    for x in (0.3, 1.0, 2.5):
        record_entries(record, f"x={x}", candidate.exponential_log_density.answer(x=x))


misconception(
    "exponential_log_density", name="volume_change_forgotten", belief="a density is carried along by the map like a function",
    replace=("math.log(2 * math.pi) - math.log(x)", "math.log(2 * math.pi)"),
    hint="Integrate your density over x > 0. What has the map done to lengths?",
)  # fmt: skip

misconception(
    "exponential_log_density", name="log_derivative_added", belief="the log-determinant is added",
    replace=("math.log(2 * math.pi) - math.log(x)", "math.log(2 * math.pi) + math.log(x)"),
    hint="Where exp stretches, does the density rise or fall? Compare with the sign of your correction.",
)  # fmt: skip

misconception(
    "exponential_log_density", name="base_density_evaluated_at_x", belief="the base density is evaluated at x",
    replace=("math.log(x) ** 2", "x**2"),
    hint="The base density knows z only. Which z belongs to a given x?",
)  # fmt: skip

misconception(
    "exponential_log_density", name="derivative_taken_at_x", belief="the derivative is exp(x)",
    replace=("math.pi) - math.log(x)", "math.pi) - x"),
    hint="At which point does the derivative of exp have to be taken, and what is it in terms of x?",
)  # fmt: skip

misconception(
    "exponential_log_density", name="normalising_constant_dropped", belief="constants can be left out of a log-density",
    replace=(" - 0.5 * math.log(2 * math.pi)", ""),
    hint="Your log-density is off by the same amount everywhere. Does the density integrate to one?",
)  # fmt: skip


# -- coupling_jacobian -----------------------------------------------------------------------------------------


@probe("coupling_jacobian")
def observe_coupling_jacobian(candidate: Candidate, record: Record) -> None:
    """Every entry by itself."""
    for index, (x_a, x_b, k, c) in enumerate(((0.4, -1.3, 0.8, 0.5), (-0.7, 0.6, 1.4, -2.0))):
        rows = candidate.coupling_jacobian.answer(x_a=x_a, x_b=x_b, k=k, c=c)
        flat = {f"{i} {j}": rows[i][j] for i in range(2) for j in range(2)}
        record_entries(record, f"case {index}", flat)


misconception(
    "coupling_jacobian", name="dependence_on_the_condition_forgotten", belief="the Jacobian of a coupling layer is diagonal",
    replace=("x_b * k * scale + c", "0.0"),
    hint="Change x_a a little and keep x_b. Does y_b change?",
)  # fmt: skip

misconception(
    "coupling_jacobian", name="scale_taken_for_constant", belief="only the shift depends on x_a",
    replace=("x_b * k * scale + c", "c"),
    hint="Two terms of y_b contain x_a. Did both leave a trace in your derivative?",
)  # fmt: skip

misconception(
    "coupling_jacobian", name="inner_derivative_forgotten", belief="the derivative of exp(k x) is exp(k x)",
    replace=("x_b * k * scale", "x_b * scale"),
    hint="One factor is missing where the chain rule applies. What is the derivative of s?",
)  # fmt: skip

misconception(
    "coupling_jacobian", name="exponential_forgotten", belief="the diagonal holds s itself",
    replace=("c, scale]", "c, k * x_a]"),
    hint="By which factor does y_b change with x_b: by s, or by something computed from s?",
)  # fmt: skip

misconception(
    "coupling_jacobian", name="jacobian_transposed", belief="rows are inputs and columns are outputs",
    replace=("[1.0, 0.0], [x_b * k * scale + c, scale]", "[1.0, x_b * k * scale + c], [0.0, scale]"),
    hint="Your matrix is the transpose of the right one. What belongs to a row: an output or an input?",
)  # fmt: skip
