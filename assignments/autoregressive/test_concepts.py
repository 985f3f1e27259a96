"""Checks of the form of the answers in concepts.py; whether they are right is checked when your work is graded."""

from __future__ import annotations

from autograder.checks import Candidate, check
from autograder.checks.short_answers import assert_form

MODELS = ("PixelCNN", "RealNVP", "GAN", "VAE", "DDPM", "energy-based model")


@check("density_kinds", points=0.25, title="sorts all six models", kind="shape")
def test_density_kinds_form(candidate: Candidate) -> None:
    """The answer should be a dict with the six keys, and every value "explicit" or "implicit"."""
    assert_form(candidate.density_kinds.answer(), words=dict.fromkeys(MODELS, ("explicit", "implicit")))


@check("likelihood_access", points=0.25, title="says one of the four words for every model", kind="shape")
def test_likelihood_access_form(candidate: Candidate) -> None:
    """The answer should be a dict with the six keys, and every value one of the four words."""
    offered = ("exact", "bound", "unnormalised", "none")
    assert_form(candidate.likelihood_access.answer(), words=dict.fromkeys(MODELS, offered))


@check("table_sizes", points=0.25, title="has two formulas in i and n", kind="shape")
def test_table_sizes_form(candidate: Candidate) -> None:
    """The answer should be a dict with the keys "conditional" and "all"; both become numbers once i and n are known."""
    assert_form(candidate.table_sizes.answer(i=2, n=4), numbers=("conditional", "all"))


@check("network_passes", points=0.25, title="has two entries that are numbers for a given size", kind="shape")
def test_network_passes_form(candidate: Candidate) -> None:
    """The answer should be a dict with the keys "log_prob" and "sample"; both are numbers for a known size."""
    assert_form(candidate.network_passes.answer(num_inputs=5), numbers=("log_prob", "sample"))
