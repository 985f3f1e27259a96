"""Visible checks of likelihood.py."""

import math

import torch

from autograder.checks import Candidate, assert_close, check


@check("categorical_log_prob", points=1.25, title="two steps with probabilities 0.5 and 0.25")
def test_categorical_log_prob_known_value(candidate: Candidate) -> None:
    """The sequence (0, 2) has probability 0.5 * 0.25; the sequence (1, 0) has probability 0.3 * 0.6."""
    logits = torch.tensor([[0.5, 0.3, 0.2], [0.6, 0.15, 0.25]]).log().expand(2, 2, 3)
    log_prob = candidate.categorical_log_prob(logits, torch.tensor([[0, 2], [1, 0]]))
    assert_close(log_prob, torch.tensor([math.log(0.125), math.log(0.18)]))


@check("categorical_log_prob", points=1, title="a model that has learned nothing", kind="law")
def test_categorical_log_prob_uniform(candidate: Candidate) -> None:
    """If all K = 4 logits of a step are equal, each of T = 3 steps costs log 4, whatever their size."""
    logits = torch.tensor([0.0, 7.0, -30.0]).reshape(1, 3, 1).expand(5, 3, 4)
    x = torch.tensor([[0, 0, 0], [1, 2, 3], [3, 3, 3], [2, 0, 1], [0, 3, 0]])
    assert_close(candidate.categorical_log_prob(logits, x), torch.full((5,), -3 * math.log(4)))


@check("bernoulli_log_prob", points=1.25, title="four pixels with probabilities 0.8, 0.5, 0.25 and 0.9")
def test_bernoulli_log_prob_known_value(candidate: Candidate) -> None:
    """All four are on with probability 0.09, and all four are off with probability 0.2 * 0.5 * 0.75 * 0.1."""
    p = torch.tensor([0.8, 0.5, 0.25, 0.9])
    logits = (p / (1 - p)).log().expand(2, 4)
    log_prob = candidate.bernoulli_log_prob(logits, torch.tensor([[1.0] * 4, [0.0] * 4]))
    assert_close(log_prob, torch.tensor([math.log(0.09), math.log(0.0075)]))


@check("bernoulli_log_prob", points=0.75, title="fair coins", kind="law")
def test_bernoulli_log_prob_fair_coins(candidate: Candidate) -> None:
    """With logits of zero every binary vector of length 6 has probability 1/64."""
    x = torch.tensor([[0.0, 1, 0, 1, 1, 0], [1, 1, 1, 1, 1, 1], [0, 0, 0, 0, 0, 0]])
    assert_close(candidate.bernoulli_log_prob(torch.zeros(3, 6), x), torch.full((3,), -6 * math.log(2)))


@check("bits_per_dim", points=0.75, title="256 levels cost 8 bits, 16 levels cost 4")
def test_bits_per_dim_levels(candidate: Candidate) -> None:
    """Each of 3072 pixels has probability 1/256 in the first image and 1/16 in the second."""
    log_prob = -3072 * torch.tensor([256.0, 16.0]).log()
    assert_close(candidate.bits_per_dim(log_prob, 3072), torch.tensor([8.0, 4.0]))


@check("bits_per_dim", points=0.5, title="a fair coin costs one bit", kind="law")
def test_bits_per_dim_fair_coins(candidate: Candidate) -> None:
    """Ten coins of which each outcome has probability 1/2: one bit each; a certain outcome costs nothing."""
    log_prob = torch.tensor([10 * math.log(0.5), 0.0])
    assert_close(candidate.bits_per_dim(log_prob, 10), torch.tensor([1.0, 0.0]))
