"""Hidden checks of concepts.py, against scipy.stats and finite differences."""

from __future__ import annotations

import math

import numpy as np
from scipy.stats import lognorm

from autograder.checks import Candidate, check
from autograder.checks.short_answers import assert_matrix, assert_number, assert_numbers
from autograder.checks.strategies import number, whole


def layer(point: np.ndarray, k: float, c: float) -> np.ndarray:
    """The coupling layer of the question."""
    return np.array([point[0], point[1] * math.exp(k * point[0]) + c * point[0]])


@check("exponential_log_density", points=0.75, title="is the density of a log-normal variable")
def test_exponential_log_density_value(candidate: Candidate) -> None:
    """The log-density differs from that of the exponential of a normal variable."""
    for x in (number(1, 0.1, 0.4), 1.0, number(2, 2, 3), number(3, 6, 12)):
        assert_number(candidate.exponential_log_density.answer(x=x), float(lognorm(1.0).logpdf(x)))


@check("coupling_jacobian", points=1.0, title="agrees with finite differences")
def test_coupling_jacobian_value(candidate: Candidate) -> None:
    """An entry differs from the derivative that finite differences give."""
    step = 1e-6 * np.eye(2)
    cases = (
        (number(4, 0.3, 0.6), -number(5, 1, 2), number(6, 0.6, 1), number(7, 0.4, 0.8)),
        (-number(8, 0.5, 1), number(9, 0.4, 0.8), number(10, 1.2, 1.6), -number(11, 1, 3)),
    )
    for x_a, x_b, k, c in cases:
        point = np.array([x_a, x_b])
        columns = [(layer(point + h, k, c) - layer(point - h, k, c)) / 2e-6 for h in step]
        assert_matrix(candidate.coupling_jacobian.answer(x_a=x_a, x_b=x_b, k=k, c=c), np.stack(columns, axis=1))


@check("coupling_log_dets", points=0.75, title="knows the logarithm of both determinants, and the volume")
def test_coupling_log_dets_value(candidate: Candidate) -> None:
    """One of the three differs from what the diagonal of the Jacobian gives."""
    for s1, s2 in ((number(12, 0.2, 0.5), number(13, 0.6, 1.2)), (-number(14, 0.8, 1.5), number(15, 0.3, 0.6))):
        volume = float(np.linalg.det(np.diag(np.exp([0.0, s1, s2]))))
        expected = {"forward": math.log(volume), "inverse": math.log(1 / volume), "volume": volume}
        assert_numbers(candidate.coupling_log_dets.answer(s1=s1, s2=s2), expected)


@check("determinant_costs", points=0.5, title="knows all three powers")
def test_determinant_costs_value(candidate: Candidate) -> None:
    """At least one power is another one."""
    assert_numbers(candidate.determinant_costs.answer(), {"general": 3, "triangular": 1, "entries": 2})


@check("stacked_scalings", points=0.5, title="spreads the same mass over a larger volume")
def test_stacked_scalings_value(candidate: Candidate) -> None:
    """The density after the last step does not integrate to one, or the sign of the scale matters."""
    cases = (
        (-number(16, 1, 2), 1, 1, number(17, 1.5, 2.5)),
        (-number(18, 3, 5), whole(19, 3, 5), whole(20, 4, 6), number(21, 0.5, 0.8)),
        (number(22, 0.1, 0.5), whole(23, 2, 4), 3, -number(24, 1.5, 2.5)),
    )
    for log_q0, steps, d, scale in cases:
        volume = abs(float(np.linalg.det(np.linalg.matrix_power(scale * np.eye(d), steps))))
        answer = candidate.stacked_scalings.answer(log_q0=log_q0, steps=steps, d=d, scale=scale)
        assert_number(answer, log_q0 - math.log(volume))


@check("stacked_scalings", points=0.25, title="changes nothing where nothing happens", kind="law")
def test_stacked_scalings_identity(candidate: Candidate) -> None:
    """No step, or a step that multiplies by one, should leave the density as it was."""
    log_q0, d = -number(25, 1, 4), whole(26, 2, 6)
    assert_number(candidate.stacked_scalings.answer(log_q0=log_q0, steps=0, d=d, scale=number(27, 2, 4)), log_q0)
    assert_number(candidate.stacked_scalings.answer(log_q0=log_q0, steps=whole(28, 3, 9), d=d, scale=1.0), log_q0)
