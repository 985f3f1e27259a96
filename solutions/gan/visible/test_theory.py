"""Visible checks of theory.py."""

import math

import torch

from autograder.checks import Candidate, assert_close, check

FAIR = torch.tensor([0.5, 0.5])
TO_THE_LEFT = torch.tensor([0.75, 0.25])
TO_THE_RIGHT = torch.tensor([0.25, 0.75])


@check("optimal_discriminator", points=0.5, title="three outcomes")
def test_optimal_discriminator_known_values(candidate: Candidate) -> None:
    """0.5 / (0.5 + 0.25) = 2/3; an outcome that data never show gets 0, one that the generator never makes gets 1."""
    p_data, p_g = torch.tensor([0.5, 0.0, 0.5]), torch.tensor([0.25, 0.75, 0.0])
    assert_close(candidate.optimal_discriminator(p_data, p_g), torch.tensor([2 / 3, 0.0, 1.0]))


@check("optimal_discriminator", points=0.25, title="a perfect generator", kind="law")
def test_optimal_discriminator_perfect_generator(candidate: Candidate) -> None:
    """If both distributions are equal, the best discriminator answers 1/2 everywhere."""
    p = torch.tensor([[0.5, 0.25, 0.25], [0.1, 0.2, 0.7]])
    assert_close(candidate.optimal_discriminator(p, p), torch.full((2, 3), 0.5))


@check("js_divergence", points=0.75, title="(3/4, 1/4) and (1/4, 3/4)")
def test_js_divergence_known_value(candidate: Candidate) -> None:
    """With m = (1/2, 1/2) both halves are 3/4 log(3/2) + 1/4 log(1/2) = 0.1308."""
    expected = 0.75 * math.log(1.5) + 0.25 * math.log(0.5)
    assert_close(candidate.js_divergence(TO_THE_LEFT, TO_THE_RIGHT), torch.tensor(expected))


@check("js_divergence", points=0.25, title="equal and disjoint distributions", kind="law")
def test_js_divergence_ends(candidate: Candidate) -> None:
    """The divergence is 0 between equal distributions and log 2 between those that share no outcome."""
    p = torch.tensor([[0.25, 0.75], [1.0, 0.0]])
    q = torch.tensor([[0.25, 0.75], [0.0, 1.0]])
    assert_close(candidate.js_divergence(p, q), torch.tensor([0.0, math.log(2)]), atol=1e-6)


@check("gan_value", points=0.75, title="(3/4, 1/4) and (1/4, 3/4)")
def test_gan_value_known_value(candidate: Candidate) -> None:
    """D* is (3/4, 1/4) and the value 2 (3/4 log(3/4) + 1/4 log(1/4)) = -1.1247."""
    expected = 2 * (0.75 * math.log(0.75) + 0.25 * math.log(0.25))
    assert_close(candidate.gan_value(TO_THE_LEFT, TO_THE_RIGHT), torch.tensor(expected))


@check("gan_value", points=0.25, title="a perfect generator", kind="law")
def test_gan_value_perfect_generator(candidate: Candidate) -> None:
    """If both distributions are equal, the value of the game is -2 log 2: its minimum."""
    assert_close(candidate.gan_value(FAIR, FAIR), torch.tensor(-2 * math.log(2)))
