"""Hidden checks of metrics.py: feature statistics and inception score."""

import math

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import entr
from torch import Tensor

from autograder.checks import Candidate, assert_close, assert_shape, assert_true, check
from autograder.checks.strategies import DTYPES, made, normal, number, seeds, uniform

SHAPES = ((2, 2), (3, 2), (2, 5), (4, 4), (7, 3), (3, 6))


def features() -> st.SearchStrategy[Tensor]:
    """Correlated features around means of their own; more features than samples occur."""
    return made(make_features, st.sampled_from(SHAPES), seeds(), st.sampled_from(DTYPES))


def make_features(shape: tuple[int, int], seed: int, dtype: torch.dtype = torch.float64) -> Tensor:
    """Draw samples and mix their features."""
    mixed = normal(shape, seed) @ normal((shape[1], shape[1]), seed + 1)
    return (mixed + normal((shape[1],), seed + 2, scale=2.0)).to(dtype)


def class_probabilities() -> st.SearchStrategy[Tensor]:
    """Rows of positive probabilities, from even to decided."""
    return made(make_probabilities, st.sampled_from(SHAPES), seeds(), st.sampled_from(DTYPES))


def make_probabilities(shape: tuple[int, int], seed: int, dtype: torch.dtype = torch.float64) -> Tensor:
    """Draw rows that sum to one."""
    return normal(shape, seed, scale=1.5).softmax(1).to(dtype)


def score(probs: Tensor) -> float:
    """The exponential of how much more uncertain the average is than the samples are on average."""
    table = probs.double().numpy()
    return math.exp(entr(table.mean(0)).sum() - float(entr(table).sum(1).mean()))


# -- feature_statistics ------------------------------------------------------------------------------------


@check("feature_statistics", points=1.0, title="equals NumPy's mean and covariance")
@given(x=features())
def test_feature_statistics_matches_numpy(candidate: Candidate, x: Tensor) -> None:
    """The mean, or some entry of the covariance, is wrong."""
    table = x.double().numpy()
    expected = (torch.from_numpy(table.mean(0)), torch.from_numpy(np.cov(table, rowvar=False)))
    assert_close(candidate.feature_statistics(x), [part.to(x.dtype) for part in expected], what="the pair")


@check(
    "feature_statistics", points=0.25, title="a shift moves the mean and leaves the covariance", kind="law"
)
def test_feature_statistics_shift(candidate: Candidate) -> None:
    """Adding a vector to all samples changes the covariance, or does not move the mean by that vector."""
    x, shift = make_features((5, 3), 1), torch.tensor([100.0, -50.0, 3.0]) + uniform((3,), 8, -2.0, 2.0)
    (mean, covariance), (moved, same) = (
        candidate.feature_statistics(x),
        candidate.feature_statistics(x + shift),
    )
    assert_shape(covariance, (3, 3), what="the covariance")
    assert_true(bool(covariance.diagonal().min() > 1e-6), "some variance is not positive")
    assert_close(moved, mean + shift, what="the mean after the shift")
    assert_close(same, covariance, rtol=1e-6, atol=1e-6, what="the covariance after the shift")


@check(
    "feature_statistics", points=0.25, title="a linear map acts on both sides of the covariance", kind="law"
)
def test_feature_statistics_linear_map(candidate: Candidate) -> None:
    """Features that are mapped by a matrix A do not have the covariance A cov A'."""
    x, a = make_features((6, 3), 2), normal((3, 3), 3)
    (mean, covariance), mapped = candidate.feature_statistics(x), candidate.feature_statistics(x @ a.T)
    assert_shape(covariance, (3, 3), what="the covariance")
    assert_true(bool(covariance.diagonal().min() > 1e-6), "some variance is not positive")
    assert_close(mapped, [a @ mean, a @ covariance @ a.T], rtol=1e-6, what="the pair of the mapped features")


@check("feature_statistics", points=0.5, title="its gradients reach the features", kind="gradient")
def test_feature_statistics_gradient(candidate: Candidate) -> None:
    """The derivatives of mean or covariance with respect to the features are wrong or absent."""
    x, by_mean, by_cov = make_features((4, 3), 4), normal((3,), 5), normal((3, 3), 6)
    (of_mean,) = candidate.feature_statistics.grad(x, wrt=(0,), select=0, cotangent=by_mean)
    (of_cov,) = candidate.feature_statistics.grad(x, wrt=(0,), select=1, cotangent=by_cov)
    assert_close(of_mean, by_mean.expand(4, 3) / 4, rtol=1e-4, what="the gradient of the mean")
    expected = (x - x.mean(0)) @ (by_cov + by_cov.T) / 3
    assert_close(of_cov, expected, rtol=1e-4, what="the gradient of the covariance")


@check("feature_statistics", points=0.25, title="keeps dtype, shapes and its input", kind="purity")
def test_feature_statistics_pure(candidate: Candidate) -> None:
    """The features were modified, randomness used, a global setting changed, or a shape or dtype is wrong."""
    for dtype, shape in zip(DTYPES, ((2, 3), (5, 2)), strict=True):
        x = make_features(shape, 7, dtype)
        seen = candidate.feature_statistics.observe(x)
        assert_close(seen.args[0], x, rtol=0, atol=0, what="the features after the call")
        assert_true(not seen.rng_used, "the global random state was used")
        mean, covariance = seen.value
        assert_shape(mean, (shape[1],), dtype, what="the mean")
        assert_shape(covariance, (shape[1], shape[1]), dtype, what="the covariance")


# -- inception_score ---------------------------------------------------------------------------------------


@check("inception_score", points=1.25, title="equals the exponential of an entropy difference")
@given(probs=class_probabilities())
def test_inception_score_matches_entropies(candidate: Candidate, probs: Tensor) -> None:
    """The score is not exp(mean divergence of the samples' class probabilities from their average)."""
    assert_close(
        candidate.inception_score(probs), score(probs), rtol=1e-4 if probs.dtype is torch.float32 else 1e-6
    )


@check("inception_score", points=0.5, title="class probabilities of zero", kind="extreme")
def test_inception_score_zeros(candidate: Candidate) -> None:
    """Where samples exclude classes, or no sample shows a class, the score is wrong or not finite."""
    one, other = number(9, 0.3, 0.6), number(10, 0.15, 0.4)
    for probs in (
        torch.eye(4, dtype=torch.float64),
        torch.eye(3, dtype=torch.float64)[[0, 0, 1, 0]],
        torch.tensor([[one, 1 - one, 0.0, 0.0], [0.0, other, 1 - other, 0.0]], dtype=torch.float64),
    ):
        assert_close(candidate.inception_score(probs), score(probs), rtol=1e-5)


@check("inception_score", points=0.25, title="between 1 and the number of classes", kind="law")
def test_inception_score_range(candidate: Candidate) -> None:
    """A varied set of samples does not score above 1 and below K, or decided samples do not score more."""
    # Every class has samples that prefer it clearly: only then do decided samples have to score more.
    logits = 2 * torch.eye(4)[[0, 1, 2, 3, 0, 1]] + uniform((6, 4), 11, -0.6, 0.6)
    values = [candidate.inception_score((scale * logits).softmax(1)) for scale in (0.5, 1.0, 3.0)]
    for value in values:
        assert_close(value, float(value), what="the score")
        assert_true(1 < float(value) < 4, "a score is out of range")
    assert_true(
        bool(values[0] < values[1]) and bool(values[1] < values[2]), "decided samples do not score more"
    )


@check("inception_score", points=0.25, title="does not depend on order or on repetition", kind="law")
def test_inception_score_repetition(candidate: Candidate) -> None:
    """Showing every sample twice, or in another order, changes the score, or so does the order of the classes."""
    probs = make_probabilities((4, 5), 12)
    expected = score(probs)
    assert_close(candidate.inception_score(probs.repeat(2, 1).flip(0)), expected, rtol=1e-6)
    assert_close(candidate.inception_score(probs.flip(1)), expected, rtol=1e-6)


@check("inception_score", points=0.5, title="its gradient reaches the probabilities", kind="gradient")
def test_inception_score_gradient(candidate: Candidate) -> None:
    """The derivative with respect to the logits of the class probabilities is wrong or absent."""
    logits = normal((4, 3), 13).requires_grad_()
    probs = logits.softmax(1)
    (by_probs,) = candidate.inception_score.grad(probs.detach(), wrt=(0,))
    assert_true(by_probs is not None, "the score is cut off from its input")
    (actual,) = torch.autograd.grad(probs, logits, by_probs, retain_graph=True)
    ratio = probs / probs.mean(0)
    (expected,) = torch.autograd.grad((probs * ratio.log()).sum(1).mean().exp(), logits)
    assert_close(actual, expected, rtol=1e-4, what="the gradient through a softmax")


@check("inception_score", points=0.25, title="returns a number and leaves its input alone", kind="purity")
def test_inception_score_pure(candidate: Candidate) -> None:
    """The probabilities were modified, randomness was used, a global setting changed, or the result is not a single number."""
    for dtype, shape in zip(DTYPES, ((3, 4), (1, 2)), strict=True):
        probs = make_probabilities(shape, 14, dtype)
        seen = candidate.inception_score.observe(probs)
        assert_close(seen.args[0], probs, rtol=0, atol=0, what="the probabilities after the call")
        assert_true(not seen.rng_used, "the global random state was used")
        assert_close(seen.value, score(probs), rtol=1e-3)
