"""Visible checks of metrics.py."""

import math

import torch

from autograder.checks import Candidate, assert_close, check


@check("feature_statistics", points=0.75, title="three vectors of two features")
def test_feature_statistics_known_values(candidate: Candidate) -> None:
    """(0, 1), (2, 1) and (4, 7) have mean (2, 3), variances 8 / 2 and 24 / 2, and covariance 12 / 2."""
    mean, covariance = candidate.feature_statistics(torch.tensor([[0.0, 1.0], [2.0, 1.0], [4.0, 7.0]]))
    assert_close(mean, torch.tensor([2.0, 3.0]), what="the mean")
    assert_close(covariance, torch.tensor([[4.0, 6.0], [6.0, 12.0]]), what="the covariance")


@check("frechet_distance", points=0.75, title="diagonal covariances")
def test_frechet_distance_known_value(candidate: Candidate) -> None:
    """0.5^2 + 0.25^2 + (1 + 1.2 - 2 sqrt(1.2)) + (1 + 0.8 - 2 sqrt(0.8)) = 0.3328."""
    mu1, mu2 = torch.tensor([0.0, 0.0]), torch.tensor([0.5, -0.25])
    cov1, cov2 = torch.eye(2), torch.tensor([[1.2, 0.0], [0.0, 0.8]])
    expected = 0.3125 + (1 + 1.2 - 2 * math.sqrt(1.2)) + (1 + 0.8 - 2 * math.sqrt(0.8))
    assert_close(candidate.frechet_distance(mu1, cov1, mu2, cov2), expected, atol=1e-4)


@check("frechet_distance", points=0.5, title="covariances with a known root")
def test_frechet_distance_full_covariances(candidate: Candidate) -> None:
    """cov2 is the square of [[2, 1], [1, 2]]: against the unit matrix the distance is 2 + 10 - 2 * 4 = 4."""
    zero, cov2 = torch.zeros(2), torch.tensor([[5.0, 4.0], [4.0, 5.0]])
    assert_close(candidate.frechet_distance(zero, torch.eye(2), zero, cov2), 4.0, atol=1e-3)


@check("frechet_distance", points=0.25, title="no distance from itself", kind="law")
def test_frechet_distance_of_equals(candidate: Candidate) -> None:
    """The distance of a Gaussian from itself is 0, and 25 after a shift by (3, 4)."""
    mu, cov = torch.tensor([1.0, 2.0]), torch.tensor([[2.0, 0.5], [0.5, 1.0]])
    assert_close(candidate.frechet_distance(mu, cov, mu, cov), 0.0, atol=2e-3)
    assert_close(candidate.frechet_distance(mu, cov, mu + torch.tensor([3.0, 4.0]), cov), 25.0, atol=2e-3)


@check("inception_score", points=0.75, title="two samples that disagree")
def test_inception_score_known_value(candidate: Candidate) -> None:
    """(0.9, 0.1) and (0.1, 0.9): both divergences from (0.5, 0.5) are 0.9 log 1.8 + 0.1 log 0.2 = 0.3681."""
    expected = math.exp(0.9 * math.log(1.8) + 0.1 * math.log(0.2))
    assert_close(candidate.inception_score(torch.tensor([[0.9, 0.1], [0.1, 0.9]])), expected, rtol=1e-4)


@check("inception_score", points=0.25, title="samples that all look the same", kind="law")
def test_inception_score_of_equals(candidate: Candidate) -> None:
    """If all samples have the same class probabilities, the score is 1: its minimum."""
    assert_close(candidate.inception_score(torch.tensor([[0.7, 0.2, 0.1]] * 4)), 1.0, rtol=1e-4)
