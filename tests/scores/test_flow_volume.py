"""Whether a density follows from a map by the change of variables."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from autograder.scores.flows.volume import volume_residual

POINTS = torch.randn(600, 2, generator=torch.Generator().manual_seed(0))


def sheared(x: Tensor) -> Tensor:
    """A bijection that bends: scales and shifts the second coordinate by the first one."""
    return torch.stack([x[:, 0] * 1.5, x[:, 1] * x[:, 0].tanh().exp() + x[:, 0].sin()], dim=1)


def log_volume(x: Tensor) -> Tensor:
    """Its logarithmic change of volume."""
    return math.log(1.5) + x[:, 0].tanh()


def log_density(x: Tensor, constant: float = math.log(math.tau), width: float = 0.5, volume: float = 1.0) -> Tensor:
    """The density that it makes of a normal one, and mistakes."""
    return -width * sheared(x).square().sum(1) - constant + volume * log_volume(x)


def residual(forward: object, density: Tensor) -> float:
    """With a seed."""
    return volume_residual(forward, POINTS, density, torch.Generator().manual_seed(1))  # type: ignore[arg-type]


@pytest.mark.parametrize("mistake", [{}, {"constant": 0.0}, {"width": 1.0}])
def test_a_flow_has_no_residual_whatever_its_base(mistake: dict[str, float]) -> None:
    """Constants and widths of the base density are for the integral to judge."""
    assert residual(sheared, log_density(POINTS, **mistake)) < 2e-3


def test_other_densities_have_one() -> None:
    """A volume that is not counted, a mixture beside a map, a map beside a density."""
    assert residual(sheared, log_density(POINTS, volume=0.5)) > 0.1
    assert residual(lambda x: x, log_density(POINTS)) > 0.1
    mixture = torch.logsumexp(torch.stack([-2 * (POINTS - centre).square().sum(1) for centre in (-1.0, 1.0)]), 0)
    assert residual(sheared, mixture) > 0.1


def test_what_cannot_be_judged_is_no_flow() -> None:
    """A flat map, one that is not finite, and a density that is not."""
    density = log_density(POINTS)
    assert residual(lambda x: 0 * x, density) == math.inf
    assert residual(lambda x: x / 0, density) == math.inf
    assert residual(sheared, density.where(POINTS[:, 0] > 0, math.nan)) == math.inf


def test_a_few_points_that_overflow_do_not_matter() -> None:
    """Scales without a bound overflow somewhere."""
    density = log_density(POINTS).where(POINTS[:, 0] < 2, -math.inf)
    assert residual(sheared, density) < 2e-3
