"""Two moons against scikit-learn's, and their density against what densities must do."""

from __future__ import annotations

import math

import pytest
import torch
from scipy import integrate
from sklearn.datasets import make_moons

from autograder.data.two_moons import ENTROPY, NOISE, two_moons, two_moons_log_density


def density_at(x: float, y: float, noise: float) -> float:
    """The density by scipy's adaptive quadrature."""

    def arc(angle: float, lower: bool) -> float:
        a, b = (1 - math.cos(angle), 0.5 - math.sin(angle)) if lower else (math.cos(angle), math.sin(angle))
        squared = (x - a) ** 2 + (y - b) ** 2
        return math.exp(-squared / (2 * noise**2)) / (2 * math.pi * noise**2) / (2 * math.pi)

    return sum(integrate.quad(arc, 0, math.pi, args=(lower,), epsabs=0, epsrel=1e-11, limit=400)[0] for lower in (False, True))


@pytest.mark.parametrize("noise", [NOISE, 0.05, 0.4])
@pytest.mark.parametrize("point", [(0.0, 1.0), (1.0, -0.5), (0.5, 0.25), (-1.1, -0.2), (1.6, 1.2), (2.3, 0.6)])
def test_density_against_adaptive_quadrature(point: tuple[float, float], noise: float) -> None:
    """Near and between the moons."""
    ours = two_moons_log_density(torch.tensor([point], dtype=torch.float64), noise)
    assert ours.item() == pytest.approx(math.log(density_at(*point, noise)), abs=1e-8)


def test_density_integrates_to_one_and_has_the_entropy() -> None:
    """On a grid that is finer than the noise."""
    x, y = torch.linspace(-2, 3, 251, dtype=torch.float64), torch.linspace(-1.5, 2, 176, dtype=torch.float64)
    log_density = two_moons_log_density(torch.cartesian_prod(x, y))
    area = (x[1] - x[0]) * (y[1] - y[0])
    mass = log_density.exp() * area
    assert mass.sum().item() == pytest.approx(1, abs=1e-9)
    assert -(mass * log_density).sum().item() == pytest.approx(ENTROPY, abs=1e-4)


def test_points_follow_the_density() -> None:
    """Their mean negative log density is the entropy, and as many fall into each cell as the density says."""
    points = two_moons(40_000, seed=3)
    assert -two_moons_log_density(points).mean().item() == pytest.approx(ENTROPY, abs=0.02)
    scale = torch.tensor(make_moons(40_000, noise=NOISE, random_state=0)[0], dtype=torch.float32)
    for ours, theirs in ((points.mean(0), scale.mean(0)), (points.T.cov(), scale.T.cov())):
        assert torch.allclose(ours, theirs, atol=0.02)
    edges = [torch.linspace(-1.5, 2.5, 9), torch.linspace(-1.0, 1.5, 6)]
    counts = [torch.histogramdd(some, edges).hist for some in (points, scale)]
    assert (counts[0] - counts[1]).abs().max() < 6 * math.sqrt(2 * counts[1].max())


def test_seeds() -> None:
    """The same seed gives the same points, another one others, and a longer draw is allowed to differ."""
    assert torch.equal(two_moons(100, 1), two_moons(100, 1))
    assert not torch.equal(two_moons(100, 1), two_moons(100, 2))
    before = torch.get_rng_state()
    two_moons(10, 1)
    assert torch.equal(torch.get_rng_state(), before)
    assert two_moons(0, 1).shape == (0, 2)


def test_points_that_are_no_points() -> None:
    """Not finite: nan; far away: a log density that is finite and small; none: none."""
    x = torch.tensor([[math.nan, 0], [math.inf, 0], [0, 1.0], [50, -50]])
    found = two_moons_log_density(x)
    assert found.dtype == torch.float32
    assert torch.isnan(found).tolist() == [True, True, False, False]
    assert -1e6 < found[3] < -1e5
    assert two_moons_log_density(torch.zeros(0, 2)).shape == (0,)


def test_gradients() -> None:
    """The score of the density, which exact teachers need."""
    x = torch.tensor([[0.3, 0.9], [1.4, -0.2]], dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda z: two_moons_log_density(z), x)


def test_devices() -> None:
    """Everything follows the device of its arguments."""
    assert two_moons(5, 0, device="meta").device.type == "meta"
    assert two_moons_log_density(torch.zeros(5, 2, device="meta")).device.type == "meta"
