"""Checks of the form of the answers in concepts.py; whether they are right is checked when your work is graded."""

from __future__ import annotations

from autograder.checks import Candidate, check
from autograder.checks.short_answers import assert_form

FAMILIES = ("autoregressive", "flow", "vae", "gan", "ddpm")


@check("training_objectives", points=0.25, title="names one of the four objectives for every model", kind="shape")
def test_training_objectives_form(candidate: Candidate) -> None:
    """The answer should be a dict with the five keys, and every value one of the four words."""
    offered = ("likelihood", "elbo", "adversarial", "denoising")
    assert_form(candidate.training_objectives.answer(), words=dict.fromkeys(FAMILIES, offered))


@check("reported_likelihoods", points=0.25, title="says one of the three words for every model", kind="shape")
def test_reported_likelihoods_form(candidate: Candidate) -> None:
    """The answer should be a dict with the five keys, and every value one of the three words."""
    assert_form(candidate.reported_likelihoods.answer(), words=dict.fromkeys(FAMILIES, ("exact", "bound", "none")))
