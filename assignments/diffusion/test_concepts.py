"""Checks of the form of the answers in concepts.py; whether they are right is checked when your work is graded."""

from __future__ import annotations

from autograder.checks import Candidate, check
from autograder.checks.short_answers import assert_form


@check("marginal_coefficients", points=0.25, title="has three formulas in alpha_bar", kind="shape")
def test_marginal_coefficients_form(candidate: Candidate) -> None:
    """The answer should be a dict with the three keys, and every value a number once alpha_bar is known."""
    assert_form(candidate.marginal_coefficients.answer(alpha_bar=0.5), numbers=("signal", "noise", "snr"))


@check("two_step_marginal", points=0.25, title="has two formulas in beta1 and beta2", kind="shape")
def test_two_step_marginal_form(candidate: Candidate) -> None:
    """The answer should be a dict with the two keys, and every value a number once beta1 and beta2 are known."""
    assert_form(candidate.two_step_marginal.answer(beta1=0.5, beta2=0.5), numbers=("mean_factor", "variance"))


@check("reverse_mean_coefficients", points=0.25, title="has two formulas in beta and alpha_bar", kind="shape")
def test_reverse_mean_coefficients_form(candidate: Candidate) -> None:
    """The answer should be a dict with the two keys, and every value a number once beta and alpha_bar are known."""
    assert_form(candidate.reverse_mean_coefficients.answer(beta=0.1, alpha_bar=0.5), numbers=("x_t", "noise"))


@check("score", points=0.25, title="has two formulas in x_t, x_0 and alpha_bar", kind="shape")
def test_score_form(candidate: Candidate) -> None:
    """The answer should be a dict with the two keys, and every value a number once all three are known."""
    assert_form(candidate.score.answer(x_t=1.0, x_0=1.0, alpha_bar=0.5), numbers=("score", "noise"))


@check("guidance_weights", points=0.25, title="has three formulas in w", kind="shape")
def test_guidance_weights_form(candidate: Candidate) -> None:
    """The answer should be a dict with the three keys, and every value a number once w is known."""
    assert_form(candidate.guidance_weights.answer(w=2.0), numbers=("conditional", "unconditional", "power"))


@check("guidance_regimes", points=0.25, title="says one of the offered words for every key", kind="shape")
def test_guidance_regimes_form(candidate: Candidate) -> None:
    """The answer should be a dict with the five keys, and every value one of the offered words."""
    regimes = dict.fromkeys(("w = 0", "w = 1", "w = 3"), ("unconditional", "conditional", "sharpened"))
    trends = dict.fromkeys(("diversity", "label agreement"), ("rises", "falls"))
    assert_form(candidate.guidance_regimes.answer(), words=regimes | trends)
