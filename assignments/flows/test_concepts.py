"""Checks of the form of the answers in concepts.py; whether they are right is checked when your work is graded."""

from __future__ import annotations

from autograder.checks import Candidate, check
from autograder.checks.short_answers import assert_form, assert_is_number, assert_matrix_form


@check("exponential_log_density", points=0.25, title="is a number once x is known", kind="shape")
def test_exponential_log_density_form(candidate: Candidate) -> None:
    """The answer should be a formula in x."""
    assert_is_number(candidate.exponential_log_density.answer(x=2.0))


@check("coupling_jacobian", points=0.25, title="has two rows of two entries", kind="shape")
def test_coupling_jacobian_form(candidate: Candidate) -> None:
    """The answer should be two rows of two numbers once x_a, x_b, k and c are known."""
    assert_matrix_form(candidate.coupling_jacobian.answer(x_a=1.0, x_b=1.0, k=1.0, c=1.0), (2, 2))


@check("coupling_log_dets", points=0.25, title="has three formulas in s1 and s2", kind="shape")
def test_coupling_log_dets_form(candidate: Candidate) -> None:
    """The answer should be a dict with the three keys, and every value a number once s1 and s2 are known."""
    assert_form(candidate.coupling_log_dets.answer(s1=1.0, s2=1.0), numbers=("forward", "inverse", "volume"))


@check("determinant_costs", points=0.25, title="has three powers", kind="shape")
def test_determinant_costs_form(candidate: Candidate) -> None:
    """The answer should be a dict with the three keys, and every value a number."""
    assert_form(candidate.determinant_costs.answer(), numbers=("general", "triangular", "entries"))


@check("stacked_scalings", points=0.25, title="is a number once its four quantities are known", kind="shape")
def test_stacked_scalings_form(candidate: Candidate) -> None:
    """The answer should be a formula in log_q0, steps, d and scale."""
    assert_is_number(candidate.stacked_scalings.answer(log_q0=-1.0, steps=2, d=3, scale=1.5))
