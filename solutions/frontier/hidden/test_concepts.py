"""Hidden checks of concepts.py, against long products, Gaussian marginals and limits taken numerically."""

from __future__ import annotations

import math

from autograder.checks import Candidate, check
from autograder.checks.short_answers import assert_numbers
from autograder.checks.strategies import number


@check("latent_savings", points=0.5, title="knows how many numbers fewer there are")
def test_latent_savings_elements(candidate: Candidate) -> None:
    """The ratio of the numbers of elements is another one."""
    assert_numbers(candidate.latent_savings.answer(), {"elements": math.prod((3, 512, 512)) / math.prod((4, 64, 64))})


@check("latent_savings", points=0.5, title="knows where most of the work is saved")
def test_latent_savings_positions(candidate: Candidate) -> None:
    """The ratio of positions, or of pairs of positions, is another one."""
    ratio = 512**2 / 64**2
    assert_numbers(candidate.latent_savings.answer(), {"positions": ratio, "attention": ratio * ratio})


@check("constant_rate_marginal", points=0.75, title="is the limit of many small DDPM steps")
def test_constant_rate_marginal_value(candidate: Candidate) -> None:
    """Mean or variance differs from that of very many very small steps."""
    steps = 1_000_000
    for beta, t in ((number(1, 0.3, 0.6), number(2, 1, 2)), (number(3, 2, 4), number(4, 0.5, 1))):
        survived = math.exp(steps * math.log1p(-beta * t / steps))
        expected = {"mean_factor": math.sqrt(survived), "variance": 1 - survived}
        assert_numbers(candidate.constant_rate_marginal.answer(beta=beta, t=t), expected)


@check("reverse_drifts", points=0.75, title="keeps the marginals, with noise and without")
def test_reverse_drifts_value(candidate: Candidate) -> None:
    """One of the two drifts does not lead back along the marginals."""
    cases = (
        (number(5, 0.5, 1), -number(6, 1, 1.5), number(7, 1.5, 3)),
        (-number(8, 0.3, 0.6), number(9, 0.7, 1.2), number(10, 0.2, 0.5)),
    )
    for x, score, beta in cases:
        forward, half = -beta * x / 2, beta * score / 2
        answer = candidate.reverse_drifts.answer(x=x, score=score, beta=beta)
        assert_numbers(answer, {"sde": forward - 2 * half, "ode": forward - half})


@check("small_step_limit", points=0.5, title="is the first order of a DDPM step")
def test_small_step_limit_value(candidate: Candidate) -> None:
    """Drift or diffusion differs from what a very small step gives."""
    dt = 1e-7
    for beta, x in ((number(11, 1.5, 3), number(12, 1, 2)), (number(13, 0.4, 0.7), -number(14, 0.5, 1))):
        drift = (math.sqrt(1 - beta * dt) - 1) * x / dt
        expected = {"drift": drift, "diffusion": math.sqrt(beta * dt) / math.sqrt(dt)}
        assert_numbers(candidate.small_step_limit.answer(beta=beta, x=x), expected)


@check("consistency_ends", points=0.75, title="knows both coefficients at both ends")
def test_consistency_ends_value(candidate: Candidate) -> None:
    """A coefficient has another value where the trajectory starts, or another limit far away."""
    for sigma in (number(15, 0.3, 0.7), number(16, 1.3, 2.5)):
        expected = {"skip_at_start": 1.0, "out_at_start": 0.0, "skip_far_away": 0.0, "out_far_away": sigma}
        assert_numbers(candidate.consistency_ends.answer(sigma_data=sigma), expected)
