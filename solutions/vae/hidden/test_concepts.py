"""Hidden checks of concepts.py, against torch.distributions and sums over all outcomes."""

from __future__ import annotations

import math

import torch
from torch.distributions import Bernoulli, Normal, kl_divergence

from autograder.checks import Candidate, check
from autograder.checks.short_answers import assert_number, assert_numbers, assert_words
from autograder.checks.strategies import number, whole


def gaussian_divergence(distance: float, sigma1: float, sigma2: float, d: int) -> float:
    """Sum over coordinates, the means apart along the first one."""
    mean = torch.zeros(d, dtype=torch.float64)
    shifted = mean.clone()
    shifted[0] = distance
    scales = torch.ones(d, dtype=torch.float64)
    return float(kl_divergence(Normal(mean, sigma1 * scales), Normal(shifted, sigma2 * scales)).sum())


@check("kl_isotropic", points=0.75, title="equals the divergence of the two Gaussians")
def test_kl_isotropic_value(candidate: Candidate) -> None:
    """The value differs from the divergence of the two Gaussians, first from second."""
    narrow, wide = number(1, 0.6, 1.2), number(2, 1.5, 2.5)
    for quantities in (
        (number(3, 1, 2), narrow, wide, 1),
        (number(4, 0.3, 0.6), wide, narrow, whole(5, 2, 5)),
        (number(6, 4, 8), narrow, wide, whole(7, 10, 20)),
    ):
        named = dict(zip(("distance", "sigma1", "sigma2", "d"), quantities, strict=True))
        assert_number(candidate.kl_isotropic.answer(**named), gaussian_divergence(*quantities))


@check("kl_isotropic", points=0.25, title="vanishes for equal Gaussians, in any number of dimensions", kind="law")
def test_kl_isotropic_vanishes(candidate: Candidate) -> None:
    """The divergence of a Gaussian from itself is not zero."""
    for sigma, d in ((number(8, 0.4, 0.8), 1), (number(9, 2, 4), whole(10, 2, 12))):
        assert_number(candidate.kl_isotropic.answer(distance=0.0, sigma1=sigma, sigma2=sigma, d=d), 0.0)


@check("kl_equal_widths", points=0.5, title="equals the divergence of Gaussians with equal variances")
def test_kl_equal_widths_value(candidate: Candidate) -> None:
    """The value differs from the divergence of the two Gaussians."""
    for distance, sigma in ((number(11, 1, 2), number(12, 0.5, 0.9)), (number(13, 0.3, 0.6), number(14, 1.5, 3))):
        answer = candidate.kl_equal_widths.answer(distance=distance, sigma=sigma)
        assert_numbers(answer, {"value": gaussian_divergence(distance, sigma, sigma, 2)})


@check("kl_equal_widths", points=0.25, title="knows both limits")
def test_kl_equal_widths_limits(candidate: Candidate) -> None:
    """One of the limits, or both, is wrong."""
    answer = candidate.kl_equal_widths.answer(distance=number(15, 1, 2), sigma=number(16, 0.5, 2))
    assert_numbers(answer, {"narrow": math.inf, "wide": 0.0})


def joints() -> list[tuple[float, float]]:
    """Values of p(x, z = 0) and p(x, z = 1): of like size, the first far smaller, more than one together."""
    return [
        (number(20, 0.1, 0.25), number(21, 0.3, 0.5)),
        (number(22, 0.005, 0.02), number(23, 0.3, 0.5)),
        (number(24, 1.5, 2.5), number(25, 0.4, 0.6)),
    ]


@check("elbo_gap", points=0.5, title="equals log p(x) minus the bound")
def test_elbo_gap_value(candidate: Candidate) -> None:
    """The gap differs from what the sum over both values of the latent bit gives."""
    weights = number(26, 0.4, 0.45), number(27, 0.2, 0.4), number(28, 0.8, 0.95)
    for (joint0, joint1), q1 in zip(joints(), weights, strict=True):
        chances = torch.tensor([q1, joint1 / (joint0 + joint1)], dtype=torch.float64)
        q, posterior = Bernoulli(chances[0]), Bernoulli(chances[1])
        expected = float(kl_divergence(q, posterior))
        assert_number(candidate.elbo_gap.answer(joint0=joint0, joint1=joint1, q1=q1), expected)


@check("tight_posterior", points=0.25, title="closes the gap")
def test_tight_posterior_value(candidate: Candidate) -> None:
    """The bound is not tight at the probability that you give."""
    for joint0, joint1 in joints():
        answer = candidate.tight_posterior.answer(joint0=joint0, joint1=joint1)
        assert_number(answer, joint1 / (joint0 + joint1))


@check("prior_sampling_error", points=0.5, title="knows bias and spread of the estimate")
def test_prior_sampling_error_value(candidate: Candidate) -> None:
    """The bias or the standard deviation differs from that of an average of independent draws."""
    for fraction, n in (
        (number(30, 0.3, 0.6), whole(31, 5, 20)),
        (number(32, 1e-3, 5e-3, digits=5), whole(33, 80, 200)),
        (number(34, 0.1, 0.3), 1),
    ):
        hits = torch.distributions.Binomial(n, torch.tensor(fraction, dtype=torch.float64))
        expected = {"relative_bias": 0.0, "relative_std": float(hits.stddev / hits.mean)}
        assert_numbers(candidate.prior_sampling_error.answer(fraction=fraction, n=n), expected)


@check("collapsed_posterior", points=0.5, title="describes a collapsed posterior and the decoder that invites it")
def test_collapsed_posterior_entries(candidate: Candidate) -> None:
    """A collapsed posterior has another mean, width or divergence than you say, or another decoder invites it."""
    answer = candidate.collapsed_posterior.answer()
    assert_numbers(answer, {"mean": 0.0, "std": 1.0, "kl": 0.0})
    assert_words(answer, {"decoder": "autoregressive"})
