"""Copies raise the alarm in whatever dress, honest and collapsed samples do not."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from autograder.scores.memorisation import score_memorisation

SIZE = 16


def drawn(count: int, seed: int) -> Tensor:
    """Images of two soft strokes each at random places, ``(count, 1, 16, 16)`` in [0, 1]."""
    generator = torch.Generator().manual_seed(seed)
    ends = torch.rand(count, 2, 2, 2, generator=generator) * 9 + 3.5  # image, stroke, end, axis
    along = torch.linspace(0, 1, 10).view(1, 1, -1, 1)
    dots = (ends[:, :, :1] * (1 - along) + ends[:, :, 1:] * along).flatten(1, 2)
    axis = torch.arange(SIZE)
    pixels = torch.stack(torch.meshgrid(axis, axis, indexing="ij"), dim=-1).view(1, -1, 1, 2)
    distance = (pixels - dots.unsqueeze(1)).square().sum(dim=-1).amin(dim=-1)
    return (-distance / 2).exp().view(count, 1, SIZE, SIZE)


GIVEN, HELD = drawn(600, 1), drawn(400, 2)
COUNT = 100


def noise(strength: float) -> Tensor:
    """Gaussian noise for as many images."""
    return strength * torch.randn(COUNT, 1, SIZE, SIZE, generator=torch.Generator().manual_seed(3))


def by_brute_force(samples: Tensor, given: Tensor, held: Tensor, shift: int) -> float:
    """The median ratio, by loops over samples and shifts."""
    ratios = []
    for sample in samples:
        best = [math.inf, math.inf]
        for down in range(-shift, shift + 1):
            for across in range(-shift, shift + 1):
                moved = torch.zeros_like(sample)
                for row in range(SIZE):
                    for column in range(SIZE):
                        if 0 <= row - down < SIZE and 0 <= column - across < SIZE:
                            moved[0, row, column] = sample[0, row - down, column - across]
                for k, images in enumerate((given, held)):
                    best[k] = min(best[k], (images - moved).flatten(1).norm(dim=1).min().item())
        ratios.append(best[0] / best[1])
    return torch.tensor(ratios).median().item()


def test_the_ratio_is_that_of_brute_force() -> None:
    """Over all shifts, sample by sample; samples as they are are all different ones."""
    samples = drawn(5, 4)
    score = score_memorisation(samples, GIVEN[:40], HELD[:40], shift=1)
    assert score.distinct == 5
    assert score.ratio == pytest.approx(by_brute_force(samples, GIVEN[:40], HELD[:40], 1), rel=1e-4)


@pytest.mark.parametrize("seed", range(5, 9))
def test_honest_samples_raise_no_alarm(seed: int) -> None:
    """New images of the same kind, also blurred ones."""
    samples = drawn(COUNT, seed)
    for honest in (samples, torch.nn.functional.avg_pool2d(samples, 3, 1, 1)):
        score = score_memorisation(honest, GIVEN, HELD)
        assert score.diverse
        assert not score.alarm
        assert score.ratio == pytest.approx(1, abs=0.05)
        assert score.nearer_to_given == pytest.approx(0.5, abs=0.2)


@pytest.mark.parametrize(
    "dress",
    [
        lambda copies: copies,
        lambda copies: copies + noise(0.05),
        lambda copies: (copies + noise(0.1)).clamp(0, 1),
        lambda copies: torch.roll(copies, 2, -1),
        lambda copies: torch.roll(copies, (-2, 1), (-2, -1)),
        lambda copies: 0.8 * copies + 0.2 * copies.flip(0),
        lambda copies: copies[:20].repeat(5, 1, 1, 1),
        lambda copies: copies[:50].repeat(2, 1, 1, 1),
    ],
    ids=["plain", "noisy", "noisier", "shifted", "shifted both ways", "mixed", "20 repeated", "50 repeated"],
)
@pytest.mark.parametrize("first", [0, 500], ids=["from the beginning", "from the end"])
def test_copies_of_given_images_raise_the_alarm(dress: Callable[[Tensor], Tensor], first: int) -> None:
    """Wherever they stand among the given ones; the same of held images raises none."""
    assert score_memorisation(dress(GIVEN[first : first + COUNT]), GIVEN, HELD).alarm
    score = score_memorisation(dress(HELD[:COUNT]), GIVEN, HELD)
    assert not score.alarm
    assert score.ratio > 1


@pytest.mark.parametrize("what", [GIVEN[:1], GIVEN[:5], GIVEN.mean(dim=0, keepdim=True), torch.zeros(1, 1, SIZE, SIZE)])
def test_collapsed_samples_are_not_judged(what: Tensor) -> None:
    """A few images tell nothing, whoever's they are."""
    score = score_memorisation(what.repeat(COUNT // len(what), 1, 1, 1), GIVEN, HELD)
    assert not score.diverse
    assert not score.alarm
    assert score.distinct == len(what)


def test_samples_that_hardly_differ_are_not_judged() -> None:
    """They may be different from each other beyond doubt."""
    score = score_memorisation(0.5 + 0.05 * drawn(COUNT, 9), GIVEN, HELD)
    assert not score.diverse


def test_more_held_than_given_images_are_left_out() -> None:
    """A larger set would have a nearer image."""
    samples = drawn(COUNT, 10)
    assert score_memorisation(samples, GIVEN[:200], HELD) == score_memorisation(samples, GIVEN[:200], HELD[:200])


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_samples_that_are_not_finite_have_no_ratio(bad: float) -> None:
    """Nor has a single one, and no alarm is raised."""
    samples = GIVEN[:COUNT].clone()
    samples[3, 0, 1, 1] = bad
    for few in (samples, GIVEN[:1], GIVEN[:0]):
        score = score_memorisation(few, GIVEN, HELD)
        assert math.isnan(score.ratio)
        assert not score.alarm
        assert not score.diverse
