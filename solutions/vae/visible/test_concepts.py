"""Checks of the form of the answers in concepts.py; whether they are right is checked when your work is graded."""

from __future__ import annotations

from autograder.checks import Candidate, check
from autograder.checks.short_answers import assert_form, assert_is_number


@check("kl_isotropic", points=0.25, title="is a number once its four quantities are known", kind="shape")
def test_kl_isotropic_form(candidate: Candidate) -> None:
    """The answer should be a formula in distance, sigma1, sigma2 and d."""
    assert_is_number(candidate.kl_isotropic.answer(distance=1.0, sigma1=1.0, sigma2=2.0, d=3))


@check("kl_equal_widths", points=0.25, title="has a value and two limits", kind="shape")
def test_kl_equal_widths_form(candidate: Candidate) -> None:
    """The answer should be a dict of "value", "narrow" and "wide", numbers once distance and sigma are known."""
    assert_form(candidate.kl_equal_widths.answer(distance=1.0, sigma=2.0), numbers=("value", "narrow", "wide"))


@check("elbo_gap", points=0.25, title="is a number once its three quantities are known", kind="shape")
def test_elbo_gap_form(candidate: Candidate) -> None:
    """The answer should be a formula in joint0, joint1 and q1."""
    assert_is_number(candidate.elbo_gap.answer(joint0=0.2, joint1=0.3, q1=0.5))


@check("tight_posterior", points=0.25, title="is a probability once its two quantities are known", kind="shape")
def test_tight_posterior_form(candidate: Candidate) -> None:
    """The answer should be a formula in joint0 and joint1."""
    assert_is_number(candidate.tight_posterior.answer(joint0=0.2, joint1=0.3))


@check("prior_sampling_error", points=0.25, title="has a bias and a standard deviation", kind="shape")
def test_prior_sampling_error_form(candidate: Candidate) -> None:
    """The answer should be a dict of "relative_bias" and "relative_std", numbers once fraction and n are known."""
    answer = candidate.prior_sampling_error.answer(fraction=0.5, n=10)
    assert_form(answer, numbers=("relative_bias", "relative_std"))


@check("collapsed_posterior", points=0.25, title="has three numbers and a decoder", kind="shape")
def test_collapsed_posterior_form(candidate: Candidate) -> None:
    """The answer should be a dict of the numbers "mean", "std" and "kl" and of one of the two decoders."""
    decoders = {"decoder": ("factorised", "autoregressive")}
    assert_form(candidate.collapsed_posterior.answer(), numbers=("mean", "std", "kl"), words=decoders)
