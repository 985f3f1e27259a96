"""Energy, Fréchet and kernel distance and coverage, against loops, closed forms and SciPy."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.linalg
import scipy.stats
import torch
from torch import Tensor

from autograder.scores.coverage import coverage
from autograder.scores.energy_distance import energy_distance
from autograder.scores.frechet import frechet_distance, frechet_distance_of_gaussians
from autograder.scores.kernel_distance import kernel_distance

SCORES = (energy_distance, frechet_distance, kernel_distance, coverage)


def points(n: int, d: int, seed: int, shift: float = 0.0) -> Tensor:
    """Correlated points."""
    generator = torch.Generator().manual_seed(seed)
    mix = torch.eye(d) + 0.3 * torch.randn(d, d, generator=torch.Generator().manual_seed(d))
    return torch.randn(n, d, generator=generator) @ mix + shift


def mean_distance(x: Tensor, y: Tensor, skip_itself: bool) -> float:
    """Slowly, by a loop over pairs."""
    pairs = [(i, j) for i in range(len(x)) for j in range(len(y)) if not (skip_itself and i == j)]
    return sum(math.dist(x[i].tolist(), y[j].tolist()) for i, j in pairs) / len(pairs)


@pytest.mark.parametrize("d", [1, 2, 40])
@pytest.mark.parametrize("unbiased", [True, False])
def test_energy_distance_is_that_of_a_loop(d: int, unbiased: bool) -> None:
    """In any dimension."""
    x, y = points(13, d, 1), points(9, d, 2, shift=0.5)
    expected = 2 * mean_distance(x, y, False) - mean_distance(x, x, unbiased) - mean_distance(y, y, unbiased)
    assert energy_distance(x, y, unbiased) == pytest.approx(expected, rel=1e-6)


def test_biased_energy_distance_is_the_square_of_scipys() -> None:
    """In one dimension; equal samples have none."""
    x, y = points(300, 1, 3), points(1200, 1, 4, shift=0.3)
    expected = scipy.stats.energy_distance(x.flatten().numpy(), y.flatten().numpy()) ** 2
    assert energy_distance(x, y, unbiased=False) == pytest.approx(expected, rel=1e-4)
    assert energy_distance(x, x, unbiased=False) == pytest.approx(0, abs=1e-9)


def test_energy_distance_of_gaussians_is_the_closed_form() -> None:
    """X - Y of one-dimensional Gaussians is Gaussian: E|X - Y| is the mean of a folded normal."""
    x, y = points(4000, 1, 5), points(4000, 1, 6, shift=1.0)
    scale = math.sqrt(2) * x.std().item()
    between = scipy.stats.foldnorm(1.0 / scale, scale=scale).mean()
    within = scipy.stats.foldnorm(0, scale=scale).mean()
    assert energy_distance(x, y) == pytest.approx(2 * between - 2 * within, rel=0.1)


@pytest.mark.parametrize("score", [energy_distance, kernel_distance])
def test_unbiased_distances_are_zero_on_average(score: object) -> None:
    """Over samples of one distribution, of whatever sizes; some are negative."""
    values = np.array([score(points(20, 3, seed), points(35, 3, 1000 + seed)) for seed in range(200)])  # type: ignore[operator]
    assert abs(values.mean()) < 4 * values.std() / math.sqrt(len(values))
    assert values.min() < 0


def test_large_samples_are_compared_in_pieces_with_the_same_result() -> None:
    """More rows than one piece holds."""
    x, y = points(2500, 2, 7), points(300, 2, 8)
    whole = 2 * torch.cdist(x.double(), y.double()).mean() - torch.pdist(x.double()).mean() - torch.pdist(y.double()).mean()
    assert energy_distance(x, y) == pytest.approx(whole.item(), rel=1e-6)


@pytest.mark.parametrize("n", [6, 40, 500])
def test_frechet_distance_is_that_of_scipys_root(n: int) -> None:
    """Also where there are fewer points than dimensions, so that covariances are singular."""
    x, y = points(n, 10, 9).double().numpy(), points(n + 5, 10, 10, shift=0.4).double().numpy()
    first, second = np.cov(x.T), np.cov(y.T)
    with np.errstate(all="ignore"):
        root = np.real(scipy.linalg.sqrtm(first @ second + 1e-12 * np.eye(10)))
    expected = ((x.mean(0) - y.mean(0)) ** 2).sum() + np.trace(first) + np.trace(second) - 2 * np.trace(root)
    assert frechet_distance(torch.from_numpy(x), torch.from_numpy(y)) == pytest.approx(expected, rel=1e-4)


def test_frechet_distance_of_commuting_gaussians_is_the_closed_form() -> None:
    """With axes in common it is the squared distance of means and deviations; points have deviation zero."""
    axes = torch.linalg.qr(torch.randn(6, 6, generator=torch.Generator().manual_seed(11))).Q.double()
    first, second = torch.tensor([3.0, 2, 1, 0.5, 0, 0]).double(), torch.tensor([1.0, 2, 4, 0, 0.3, 0]).double()
    means = torch.zeros(6), torch.arange(6.0) / 5
    covariances = [axes @ torch.diag(deviation**2) @ axes.T for deviation in (first, second)]
    expected = means[1].square().sum() + (first - second).square().sum()
    value = frechet_distance_of_gaussians(means[0], covariances[0], means[1], covariances[1])
    assert value == pytest.approx(expected.item(), rel=1e-6)


def test_frechet_distance_is_zero_only_for_equal_moments() -> None:
    """And symmetric; a constant feature, or one point repeated, is no difficulty."""
    x, y = points(50, 4, 12), points(60, 4, 13)
    assert frechet_distance(x, x) == pytest.approx(0, abs=1e-6)
    assert frechet_distance(x, y) == pytest.approx(frechet_distance(y, x), rel=1e-9)
    repeated = x[:1].expand(30, 4)
    expected = (x[0] - y.mean(0)).square().sum() + y.T.cov().trace()
    assert frechet_distance(repeated, y) == pytest.approx(expected.item(), rel=1e-4)


def published_kid(x: np.ndarray, y: np.ndarray) -> float:
    """Equation 4 of Bińkowski et al. with the kernel (x.y / d + 1)^3, term by term."""

    def kernel(a: np.ndarray, b: np.ndarray) -> float:
        return (float(np.dot(a, b)) / len(a) + 1) ** 3

    n, m = len(x), len(y)
    first = sum(kernel(x[i], x[j]) for i in range(n) for j in range(n) if i != j) / (n * (n - 1))
    second = sum(kernel(y[i], y[j]) for i in range(m) for j in range(m) if i != j) / (m * (m - 1))
    return first + second - 2 * sum(kernel(a, b) for a in x for b in y) / (n * m)


def test_kernel_distance_is_the_published_one() -> None:
    """Of features as they are, and of features in units of the reference's root mean square."""
    x, y = points(12, 5, 14, shift=0.5), points(17, 5, 15)
    unit = y.double().square().mean().sqrt().item()
    expected = published_kid(x.double().numpy(), y.double().numpy())
    assert kernel_distance(x, y, scaled=False) == pytest.approx(expected, rel=1e-6)
    assert kernel_distance(x, y) == pytest.approx(published_kid(x.double().numpy() / unit, y.double().numpy() / unit), rel=1e-6)
    assert kernel_distance(40 * x, 40 * y) == pytest.approx(kernel_distance(x, y), rel=1e-5)


def published_coverage(fake: np.ndarray, real: np.ndarray, k: int) -> float:
    """As the authors' `prdc`: the (k+1)-th smallest entry of each row of real distances, itself included, is the radius."""
    covered = 0
    for point in real:
        radius = sorted(np.linalg.norm(real - point, axis=1))[k]
        covered += np.linalg.norm(fake - point, axis=1).min() < radius
    return covered / len(real)


@pytest.mark.parametrize("k", [1, 5])
def test_coverage_is_the_published_one(k: int) -> None:
    """On samples that cover some."""
    fake, real = points(30, 4, 16, shift=1.0), points(60, 4, 17)
    value = coverage(fake, real, k)
    assert value == pytest.approx(published_coverage(fake.double().numpy(), real.double().numpy(), k))
    assert 0 < value < 1


def test_coverage_of_the_same_distribution() -> None:
    """About 1 - 2^-k for as many samples as real points; all for the real points; a repeated one covers its own neighbours."""
    real = points(1500, 3, 18)
    assert coverage(points(1500, 3, 19), real) == pytest.approx(1 - 2**-5, abs=0.02)
    assert coverage(real, real) == 1
    assert coverage(real[:1].expand(1500, 3), real) < 0.02


@pytest.mark.parametrize("score", SCORES)
@pytest.mark.parametrize("bad", [math.nan, math.inf])
@pytest.mark.parametrize("which", [0, 1])
def test_one_number_that_is_not_finite_makes_the_score_nan(score: object, bad: float, which: int) -> None:
    """In samples or in the reference."""
    samples = [points(20, 3, 20), points(20, 3, 21)]
    samples[which][4, 1] = bad
    assert math.isnan(score(*samples))  # type: ignore[operator]


@pytest.mark.parametrize("score", SCORES)
def test_too_few_points_have_no_distance(score: object) -> None:
    """None, or one where two are needed."""
    assert math.isnan(score(points(0, 3, 22), points(20, 3, 23)))  # type: ignore[operator]
    assert math.isnan(score(points(20, 3, 22), points(1, 3, 23)))  # type: ignore[operator]
