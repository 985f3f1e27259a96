"""Hidden checks of concepts.py, against the densities themselves."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch.distributions import Normal

from autograder.checks import Candidate, check
from autograder.checks.short_answers import assert_numbers, assert_words
from autograder.checks.strategies import number


def reverse_mean(x_t: float, noise: float, beta: float, alpha_bar: float) -> float:
    """Mean of q(x_{t-1} | x_t, x_0) by the product of two Gaussians in x_{t-1}, at the x_0 that the noise implies."""
    before = alpha_bar / (1 - beta)
    x_0 = (x_t - math.sqrt(1 - alpha_bar) * noise) / math.sqrt(alpha_bar)
    precisions = np.array([1 / (1 - before), (1 - beta) / beta])
    means = np.array([math.sqrt(before) * x_0, x_t / math.sqrt(1 - beta)])
    return float(precisions @ means / precisions.sum())


@check("marginal_coefficients", points=0.5, title="knows the factors of signal and noise")
def test_marginal_coefficients_factors(candidate: Candidate) -> None:
    """The factor of the data or that of the noise is another one."""
    for angle in (number(1, 0.1, 0.3), number(2, 0.6, 1.0), number(3, 1.3, 1.5)):
        expected = {"signal": math.cos(angle), "noise": math.sin(angle)}
        assert_numbers(candidate.marginal_coefficients.answer(alpha_bar=math.cos(angle) ** 2), expected)


@check("marginal_coefficients", points=0.25, title="knows the signal-to-noise ratio")
def test_marginal_coefficients_ratio(candidate: Candidate) -> None:
    """The ratio of signal power and noise variance is another one."""
    for angle in (number(4, 0.1, 0.3), number(5, 1.3, 1.5)):
        expected = {"snr": 1 / math.tan(angle) ** 2}
        assert_numbers(candidate.marginal_coefficients.answer(alpha_bar=math.cos(angle) ** 2), expected)


@check("two_step_marginal", points=0.75, title="combines two steps into one")
def test_two_step_marginal_value(candidate: Candidate) -> None:
    """Mean or variance after two steps differs from what one gets by applying the steps in turn."""
    for beta1, beta2 in ((number(6, 0.05, 0.15), number(7, 0.25, 0.4)), (number(8, 0.5, 0.7), number(9, 0.03, 0.1))):
        mean, variance = 1.0, 0.0
        for beta in (beta1, beta2):
            mean, variance = math.sqrt(1 - beta) * mean, (1 - beta) * variance + beta
        answer = candidate.two_step_marginal.answer(beta1=beta1, beta2=beta2)
        assert_numbers(answer, {"mean_factor": mean, "variance": variance})


@check("reverse_mean_coefficients", points=0.75, title="agrees with the posterior of the forward process")
def test_reverse_mean_coefficients_value(candidate: Candidate) -> None:
    """A coefficient differs from that of the posterior mean at the predicted clean data."""
    for beta, alpha_bar in ((number(10, 0.01, 0.04), number(11, 0.6, 0.8)), (number(12, 0.2, 0.4), number(13, 0.1, 0.2))):
        expected = {
            "x_t": reverse_mean(1.0, 0.0, beta, alpha_bar), "noise": reverse_mean(0.0, 1.0, beta, alpha_bar),
        }  # fmt: skip
        assert_numbers(candidate.reverse_mean_coefficients.answer(beta=beta, alpha_bar=alpha_bar), expected)


@check("score", points=0.5, title="is the derivative of the log-density, and recovers the noise")
def test_score_value(candidate: Candidate) -> None:
    """The derivative of the log-density, or the noise behind a sample, is another one."""
    cases = (
        (number(14, 0.5, 1), number(15, -1.5, -1), number(16, 0.5, 0.7)),
        (number(17, -2, -1), number(18, 0.3, 0.6), number(19, 0.1, 0.2)),
    )
    for x_0, noise, alpha_bar in cases:
        mean, spread = torch.tensor([math.sqrt(alpha_bar) * x_0, math.sqrt(1 - alpha_bar)], dtype=torch.float64)
        law = Normal(mean, spread)
        x_t = (mean + noise * spread).requires_grad_()
        (gradient,) = torch.autograd.grad(law.log_prob(x_t), x_t)
        answer = candidate.score.answer(x_t=x_t.item(), x_0=x_0, alpha_bar=alpha_bar)
        assert_numbers(answer, {"score": gradient.item(), "noise": noise})


@check("guidance_weights", points=0.25, title="extrapolates from the unconditional to the conditional prediction")
def test_guidance_weights_value(candidate: Candidate) -> None:
    """A weight, or the power of the implied classifier, is another one."""
    for w in (0.0, 1.0, number(20, 2, 4), number(21, 6, 9)):
        expected = {"conditional": w, "unconditional": 1 - w, "power": w}
        assert_numbers(candidate.guidance_weights.answer(w=w), expected)


@check("guidance_regimes", points=0.25, title="knows what the three scales sample from")
def test_guidance_regimes_scales(candidate: Candidate) -> None:
    """At least one of the three scales samples from something else."""
    expected = {"w = 0": "unconditional", "w = 1": "conditional", "w = 3": "sharpened"}
    assert_words(candidate.guidance_regimes.answer(), expected)


@check("guidance_regimes", points=0.25, title="knows what is traded for what")
def test_guidance_regimes_trade(candidate: Candidate) -> None:
    """What the scale trades off is something else."""
    expected = {"w = 1": "conditional", "w = 3": "sharpened", "diversity": "falls", "label agreement": "rises"}
    assert_words(candidate.guidance_regimes.answer(), expected)
