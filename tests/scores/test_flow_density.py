"""The integral of a density and its negative log-likelihood."""

from __future__ import annotations

import math

import pytest
import torch
from scipy.stats import multivariate_normal
from torch import Tensor

from autograder.scores.flows.density import score_density


def seeded(seed: int) -> torch.Generator:
    """A generator with a seed."""
    return torch.Generator().manual_seed(seed)


def gaussian(mean: tuple[float, float] = (0.0, 0.0), deviation: float = 1.0, constant: bool = True) -> object:
    """The log-density of a round Gaussian, or the same without its constant."""
    centre = torch.tensor(mean)

    def log_prob(x: Tensor) -> Tensor:
        exponent = -0.5 * ((x - centre) / deviation).square().sum(dim=1)
        return exponent - math.log(2 * math.pi * deviation**2) * constant

    return log_prob


HIDDEN = torch.randn(500, 2, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize(
    ("log_prob", "integral"),
    [
        (gaussian(), 1.0),
        (gaussian(constant=False), 2 * math.pi),
        (gaussian((1.0, -2.0), 0.3), 1.0),
        (gaussian((6.0, 0.0), 0.5), 0.5),
        (gaussian((6.0, 6.0), 0.5), 0.25),
        (lambda x: torch.full((len(x),), -math.log(144.0)), 1.0),
        (lambda x: torch.where(x[:, 0] > 0, 0.0, -math.inf), 72.0),
    ],
)
def test_the_integral_over_the_square(log_prob: object, integral: float) -> None:
    """Closed forms, within five standard errors of the estimate's own."""
    score = score_density(log_prob, HIDDEN, seeded(1))  # type: ignore[arg-type]
    assert abs(score.integral - integral) <= 5 * score.integral_error + 1e-5 * integral
    assert score.integral_error < 0.01 * integral


def test_the_standard_error_says_how_far_off_the_integral_is() -> None:
    """Over several seeds, deviations are about as large as the errors."""
    scores = [score_density(gaussian(deviation=0.4), HIDDEN, seeded(seed)) for seed in range(24)]  # type: ignore[arg-type]
    deviations = torch.tensor([(score.integral - 1) / score.integral_error for score in scores])
    assert 0.6 < deviations.square().mean().sqrt() < 1.5


def test_a_sharp_density_gets_more_points() -> None:
    """As many as the error needs; the result is still right."""
    asked: list[int] = []

    def counted(deviation: float) -> object:
        asked.append(0)

        def log_prob(x: Tensor) -> Tensor:
            asked[-1] += len(x)
            return gaussian((0.5, 0.5), deviation)(x)  # type: ignore[operator]

        return log_prob

    scores = [score_density(counted(deviation), HIDDEN, seeded(2)) for deviation in (0.5, 0.05)]  # type: ignore[arg-type]
    assert asked[1] > 2 * asked[0]
    assert all(abs(score.integral - 1) < 5 * score.integral_error for score in scores)


def test_hidden_points_get_their_own_density() -> None:
    """The mean negative log-density of SciPy, whatever order they were asked for in."""
    score = score_density(gaussian((0.3, -0.2), 0.8), HIDDEN, seeded(3))  # type: ignore[arg-type]
    expected = -multivariate_normal([0.3, -0.2], 0.64).logpdf(HIDDEN.double().numpy()).mean()
    assert score.nll == pytest.approx(expected, rel=1e-5)


def test_hidden_points_cannot_be_told_from_those_of_the_integral() -> None:
    """They lie anywhere in the requests, and points of the square are on no grid."""
    requests: list[Tensor] = []

    def log_prob(x: Tensor) -> Tensor:
        requests.append(x)
        return -x.square().sum(dim=1)

    score_density(log_prob, HIDDEN, seeded(4))
    points = torch.cat(requests)
    is_hidden = (points[:, None, :] == HIDDEN[None, :50]).all(dim=2).any(dim=1)
    places = is_hidden.nonzero().flatten().double() / len(points)
    assert len(places) == 50
    assert places.min() < 0.25
    assert places.max() > 0.75
    assert len(requests) < 10
    assert points.min() >= -6
    assert points.max() <= 6
    assert len(points[:, 0].unique()) > 0.8 * len(points)


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_what_is_not_finite_is_answered_by_what_is_not_finite(bad: float) -> None:
    """No exception."""
    score = score_density(lambda x: x[:, 0] * 0 + bad, HIDDEN, seeded(5))
    assert not math.isfinite(score.integral)
    assert not math.isfinite(score.nll)


def test_zero_density_on_a_hidden_point_is_infinite_surprise() -> None:
    """And not an error."""
    assert score_density(lambda x: x[:, 0] * 0 - math.inf, HIDDEN, seeded(6)).nll == math.inf
