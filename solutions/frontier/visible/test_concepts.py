"""Checks of the form of the answers in concepts.py; whether they are right is checked when your work is graded."""

from __future__ import annotations

from autograder.checks import Candidate, check
from autograder.checks.short_answers import assert_form


@check("latent_savings", points=0.25, title="has three ratios", kind="shape")
def test_latent_savings_form(candidate: Candidate) -> None:
    """The answer should be a dict with the three keys, and every value a number."""
    assert_form(candidate.latent_savings.answer(), numbers=("elements", "positions", "attention"))


@check("constant_rate_marginal", points=0.25, title="has two formulas in beta and t", kind="shape")
def test_constant_rate_marginal_form(candidate: Candidate) -> None:
    """The answer should be a dict with the two keys, and every value a number once beta and t are known."""
    assert_form(candidate.constant_rate_marginal.answer(beta=1.0, t=1.0), numbers=("mean_factor", "variance"))


@check("reverse_drifts", points=0.25, title="has two formulas in x, score and beta", kind="shape")
def test_reverse_drifts_form(candidate: Candidate) -> None:
    """The answer should be a dict with the two keys, and every value a number once all three are known."""
    assert_form(candidate.reverse_drifts.answer(x=1.0, score=1.0, beta=1.0), numbers=("sde", "ode"))


@check("small_step_limit", points=0.25, title="has two formulas in beta and x", kind="shape")
def test_small_step_limit_form(candidate: Candidate) -> None:
    """The answer should be a dict with the two keys, and every value a number once beta and x are known."""
    assert_form(candidate.small_step_limit.answer(beta=1.0, x=1.0), numbers=("drift", "diffusion"))


@check("consistency_ends", points=0.25, title="has its four entries", kind="shape")
def test_consistency_ends_form(candidate: Candidate) -> None:
    """The answer should be a dict with the four keys, and every value a number once sigma_data is known."""
    keys = ("skip_at_start", "out_at_start", "skip_far_away", "out_far_away")
    assert_form(candidate.consistency_ends.answer(sigma_data=1.0), numbers=keys)
