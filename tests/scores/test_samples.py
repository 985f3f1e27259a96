"""Classes and accuracy, distances among samples, paired errors."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy.spatial.distance import pdist, squareform

from autograder.scores.class_accuracy import class_shares, classes_present, label_accuracy
from autograder.scores.paired_error import paired_rmse, worst_relative_deviation
from autograder.scores.sample_distance import sample_distance, within_class_distance


def normal(*shape: int, seed: int = 0) -> torch.Tensor:
    """Standard normal numbers."""
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def logits_of(classes: list[int], count: int = 4) -> torch.Tensor:
    """Logits that say these classes."""
    return torch.nn.functional.one_hot(torch.tensor(classes), count).float() * 3 + 0.5 * torch.rand(len(classes), count)


def test_shares_and_present_classes() -> None:
    """A class is present if its share is above the least, not at it."""
    logits = logits_of([0] * 60 + [1] * 36 + [2] * 3 + [3])
    assert class_shares(logits) == pytest.approx((0.6, 0.36, 0.03, 0.01))
    assert classes_present(logits) == 2
    assert classes_present(logits, least=0.005) == 4


def test_accuracy_of_asked_labels() -> None:
    """The share of samples of the class asked for."""
    assert label_accuracy(logits_of([0, 1, 2, 3, 0]), torch.tensor([0, 1, 2, 0, 1])) == pytest.approx(0.6)
    assert math.isnan(label_accuracy(torch.zeros(0, 4), torch.zeros(0, dtype=torch.int64)))


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_belongs_to_no_class(bad: float) -> None:
    """Neither to be present nor to be right."""
    logits = logits_of([0, 0, 1, 1])
    logits[0, 0] = bad
    assert class_shares(logits) == pytest.approx((0.25, 0.5, 0, 0))
    for label in range(4):
        assert label_accuracy(logits[:1], torch.tensor([label])) == 0


def test_distances_among_samples_are_scipys() -> None:
    """Mean over pairs, and median of the nearest; ratios to as many of the reference."""
    samples, reference = normal(21, 1, 3, 4), 2 * normal(50, 1, 3, 4, seed=1)
    score = sample_distance(samples, reference)
    (mean, nearest), (real_mean, real_nearest) = (by_scipy(x.flatten(1).numpy()) for x in (samples, reference[:21]))
    assert (score.mean_pair, score.nearest) == pytest.approx((mean, nearest), rel=1e-5)
    assert (score.mean_pair_ratio, score.nearest_ratio) == pytest.approx((mean / real_mean, nearest / real_nearest), rel=1e-5)


def by_scipy(rows: np.ndarray) -> tuple[float, float]:
    """Mean pair distance; median distance to the nearest other row, of an odd number of rows."""
    square = squareform(pdist(rows.astype(np.float64)))
    return pdist(rows).mean(), float(np.median((square + np.diag([np.inf] * len(rows))).min(axis=1)))


def test_collapse_and_repetition_have_ratios_near_zero() -> None:
    """One image: both. Ten images again and again: the nearest."""
    reference = normal(200, 30)
    one, ten = reference[:1].repeat(200, 1), reference[:10].repeat(20, 1)
    assert sample_distance(one, reference).mean_pair_ratio == pytest.approx(0, abs=1e-6)
    assert sample_distance(ten, reference).mean_pair_ratio > 0.8
    assert sample_distance(ten, reference).nearest_ratio == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_distances_of_what_is_not_finite_are_nan(bad: float) -> None:
    """All of them; so are those of a single sample."""
    samples = normal(10, 3)
    samples[2, 1] = bad
    assert math.isnan(sample_distance(samples, normal(10, 3)).mean_pair_ratio)
    assert math.isnan(sample_distance(normal(1, 3), normal(10, 3)).mean_pair)
    assert math.isnan(within_class_distance(samples, torch.zeros(10, dtype=torch.int64)))


def test_distance_within_classes_is_that_of_a_loop() -> None:
    """Of normalised rows, over pairs of one label; contrast does not matter."""
    features, labels = normal(30, 5).abs(), torch.arange(30) % 4
    rows = [row / row.norm() for row in features]
    pairs = [(i, j) for i in range(30) for j in range(i) if labels[i] == labels[j]]
    expected = sum((rows[i] - rows[j]).norm().item() for i, j in pairs) / len(pairs)
    assert within_class_distance(features, labels) == pytest.approx(expected, rel=1e-5)
    scaled = features * torch.linspace(0.1, 9, 30).unsqueeze(1)
    assert within_class_distance(scaled, labels) == pytest.approx(expected, rel=1e-5)
    assert math.isnan(within_class_distance(features[:4], labels[:4]))


def test_images_that_are_all_the_same_have_no_distance_whatever_rounds() -> None:
    """Not even the smallest one: a ratio of two such would be a score made of nothing."""
    one, labels = normal(1, 64).abs() + 0.1, torch.arange(40) % 4
    alike = one.repeat(40, 1)
    rounded = alike * (1 + 1e-7 * normal(40, 64))
    assert within_class_distance(alike, labels) == within_class_distance(rounded, labels) == 0
    assert sample_distance(alike, normal(40, 64)).mean_pair == 0
    rows = torch.nn.functional.normalize(alike.double(), dim=1)
    assert torch.cdist(rows, rows).sum() > 0, "the witness: by products"


def test_paired_rmse() -> None:
    """Over all elements, as NumPy has it; the wrong pairs count although the distribution is the same."""
    actual, expected = normal(40, 2), normal(40, 2, seed=1)
    assert paired_rmse(actual, expected) == pytest.approx(np.sqrt(np.mean((actual - expected).numpy() ** 2)), rel=1e-5)
    assert paired_rmse(expected, expected) == 0
    assert paired_rmse(expected.flip(0), expected) > 1
    assert math.isnan(paired_rmse(actual * math.nan, expected))
    assert paired_rmse(actual + math.inf, expected) == math.inf


def test_worst_relative_deviation() -> None:
    """One wrong element decides; large ones are measured by their own size, small ones by the root mean square."""
    expected = torch.tensor([3.0, 4.0, 0.0, 100.0])
    scale = math.sqrt((9 + 16 + 10000) / 4)
    assert worst_relative_deviation(expected, expected) == 0
    assert worst_relative_deviation(expected + torch.tensor([0, 0, 0.5, 0]), expected) == pytest.approx(0.5 / scale)
    assert worst_relative_deviation(expected + torch.tensor([0, 0, 0, -10.0]), expected) == pytest.approx(0.1)


def test_worst_relative_deviation_at_its_edges() -> None:
    """Not finite, nothing, or nothing but zeros expected."""
    zeros = torch.zeros(3)
    assert math.isnan(worst_relative_deviation(torch.tensor([1.0, math.nan]), torch.ones(2)))
    assert worst_relative_deviation(torch.tensor([1.0, -math.inf]), torch.ones(2)) == math.inf
    assert math.isnan(worst_relative_deviation(torch.zeros(0), torch.zeros(0)))
    assert worst_relative_deviation(zeros, zeros) == 0
    assert worst_relative_deviation(zeros + torch.tensor([0, 0, 1e-3]), zeros) == math.inf
