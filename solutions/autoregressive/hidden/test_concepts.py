"""Hidden checks of concepts.py: constant answers earn nothing."""

from __future__ import annotations

import itertools

from autograder.checks import Candidate, check
from autograder.checks.short_answers import assert_numbers, assert_words
from autograder.checks.strategies import whole

KINDS = {
    "PixelCNN": "explicit", "RealNVP": "explicit", "VAE": "explicit", "DDPM": "explicit",
    "energy-based model": "explicit", "GAN": "implicit",
}  # fmt: skip
ACCESS = {
    "PixelCNN": "exact", "RealNVP": "exact", "VAE": "bound", "DDPM": "bound", "GAN": "none",
    "energy-based model": "unnormalised",
}  # fmt: skip


@check("density_kinds", points=1.0, title="places all six models where they belong")
def test_density_kinds_of_all(candidate: Candidate) -> None:
    """At least one model is on the wrong side of the line between a formula for p(x) and a procedure that samples."""
    assert_words(candidate.density_kinds.answer(), KINDS)


@check("density_kinds", points=0.25, title="places the flow, the VAE and the GAN where they belong")
def test_density_kinds_of_the_classics(candidate: Candidate) -> None:
    """Among the flow, the VAE and the GAN, at least one is on the wrong side."""
    assert_words(candidate.density_kinds.answer(), {name: KINDS[name] for name in ("RealNVP", "VAE", "GAN")})


@check("likelihood_access", points=0.75, title="knows what an evaluation of each of the six models gives")
def test_likelihood_access_of_all(candidate: Candidate) -> None:
    """At least one model gives more, or less, about log p(x) than you say."""
    assert_words(candidate.likelihood_access.answer(), ACCESS)


@check("likelihood_access", points=0.5, title="tells exact likelihoods from a bound and from none")
def test_likelihood_access_of_four(candidate: Candidate) -> None:
    """Among PixelCNN, RealNVP, the VAE and the GAN, at least one gives something else than you say."""
    four = ("PixelCNN", "RealNVP", "VAE", "GAN")
    assert_words(candidate.likelihood_access.answer(), {name: ACCESS[name] for name in four})


@check("table_sizes", points=0.75, title="counts the free numbers of a joint distribution of n bits")
def test_table_sizes_of_counted_tables(candidate: Candidate) -> None:
    """The numbers of free entries differ from those that one gets by counting."""
    for n in (1, whole(1, 2, 5), whole(2, 6, 12), whole(5, 4, 12)):
        tables = [len(list(itertools.product((0, 1), repeat=before))) for before in range(n)]
        for i in {1, n, whole(6, 1, n)}:
            assert_numbers(candidate.table_sizes.answer(i=i, n=n), {"conditional": tables[i - 1], "all": sum(tables)})


@check("network_passes", points=0.75, title="counts evaluations for a likelihood and for samples")
def test_network_passes_of_several_sizes(candidate: Candidate) -> None:
    """The number of evaluations is wrong for the log-probability, for sampling, or for both."""
    for size in (2, whole(3, 5, 12), whole(4, 300, 900)):
        assert_numbers(candidate.network_passes.answer(num_inputs=size), {"log_prob": 1, "sample": size})
