"""The denoising error, against predictors whose error is known."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from autograder.scores.denoising import score_denoising

STEPS = (2, 40, 10)
BETAS = torch.linspace(1e-3, 0.1, 50, dtype=torch.float64)
ALPHA_BAR = torch.tensor([math.prod((1 - BETAS[: t + 1]).tolist()) for t in range(50)])


def seeded(seed: int) -> torch.Generator:
    """A generator with a seed."""
    return torch.Generator().manual_seed(seed)


def images_of(count: int) -> Tensor:
    """Images whose pixels are independent standard normal numbers, for which the best predictor is known."""
    return torch.randn(count, 1, 8, 8, generator=seeded(0))


def best(x_t: Tensor, t: Tensor, y: Tensor | None) -> Tensor:
    """E[noise | x_t] of such images."""
    return (1 - ALPHA_BAR[t]).sqrt().view(-1, 1, 1, 1) * x_t


def test_errors_of_known_predictors() -> None:
    """The best one's is alpha_bar, that of zero is 1, that of x_t itself follows."""
    images = images_of(1500)
    expected = {
        best: [ALPHA_BAR[t] for t in STEPS],
        lambda x, t, y: torch.zeros_like(x): [1.0 for t in STEPS],
        lambda x, t, y: x: [2 - 2 * math.sqrt(1 - ALPHA_BAR[t]) for t in STEPS],
    }
    for predictor, errors in expected.items():
        score = score_denoising(predictor, images, ALPHA_BAR, STEPS, seeded(1))
        assert score.by_timestep == pytest.approx([float(error) for error in errors], rel=0.03)
        assert score.error == pytest.approx(sum(score.by_timestep) / 3)
        assert math.isnan(score.label_gain)
        assert math.isnan(score.error_without_label)


def test_who_knows_the_image_finds_the_noise() -> None:
    """The noised image is sqrt(alpha_bar) x + sqrt(1 - alpha_bar) noise, with standard normal noise."""
    images = images_of(300)

    def predict(x_t: Tensor, t: Tensor, y: Tensor | None) -> Tensor:
        a = ALPHA_BAR[t].view(-1, 1, 1, 1)
        noise = (x_t - a.sqrt() * images) / (1 - a).sqrt()
        assert noise.mean() == pytest.approx(0, abs=0.05)
        assert noise.std() == pytest.approx(1, abs=0.05)
        return noise

    assert score_denoising(predict, images, ALPHA_BAR, STEPS, seeded(2)).error < 1e-9


def test_the_gain_of_labels_is_for_the_same_noise() -> None:
    """It is the difference of the errors for equal noise; a predictor that ignores labels gains nothing."""
    images, labels = images_of(200), torch.arange(200) % 10

    def predict(x_t: Tensor, t: Tensor, y: Tensor | None) -> Tensor:
        assert y is not None
        return torch.where((y == 10).view(-1, 1, 1, 1), 0.0, best(x_t, t, y))

    score = score_denoising(predict, images, ALPHA_BAR, STEPS, seeded(3), labels, null_label=10)
    alone = score_denoising(best, images, ALPHA_BAR, STEPS, seeded(3))
    zero = score_denoising(lambda x, t, y: torch.zeros_like(x), images, ALPHA_BAR, STEPS, seeded(3))
    assert score.error == pytest.approx(alone.error)
    assert score.error_without_label == pytest.approx(zero.error)
    assert score.label_gain == pytest.approx(zero.error - alone.error)
    assert score_denoising(best, images, ALPHA_BAR, STEPS, seeded(3), labels, null_label=10).label_gain == 0


def test_clearer_images_are_asked_for_later_and_each_once_in_a_request() -> None:
    """A request has one time step, at most 1000 images, the labels of its images, and both kinds of labels see the same x_t."""
    images, labels, asked = images_of(1200), torch.arange(1200), []

    def predict(x_t: Tensor, t: Tensor, y: Tensor | None) -> Tensor:
        asked.append((x_t, t, y))
        return x_t

    score_denoising(predict, images, ALPHA_BAR, STEPS, seeded(4), labels, null_label=-1)
    assert [t[0].item() for _, t, _ in asked] == [40] * 4 + [10] * 4 + [2] * 4
    assert all(len(t.unique()) == 1 and t.dtype == torch.int64 and len(x) == len(t) <= 1000 for x, t, _ in asked)
    for k in (0, 4, 8):
        assert torch.equal(torch.cat([y for _, _, y in asked[k : k + 2]]), labels)
        assert set(torch.cat([y for _, _, y in asked[k + 2 : k + 4]]).tolist()) == {-1}
        assert torch.equal(asked[k][0], asked[k + 2][0])


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_what_is_not_finite_is_answered_by_what_is_not_finite(bad: float) -> None:
    """No exception."""
    score = score_denoising(lambda x, t, y: x * bad, images_of(10), ALPHA_BAR, STEPS, seeded(5))
    assert not math.isfinite(score.error)
