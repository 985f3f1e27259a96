"""Laws of draws: which numbers could be standard normal, and which images could come from standard normal latents."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import torch
from torch import Tensor

from autograder.checks import assert_shape, assert_true
from autograder.checks.strategies import generator


class Gaussian(Protocol):
    """A diagonal Gaussian over two latents, and what decodes them."""

    decode: Callable
    mean: Tensor
    std: Tensor


MANY, FEWER, SMALL = 8, 2, 500
"""Batches of images that are compared in distribution: of small ones, and of those with more pixels, which are dear."""
AT_ONCE = 500


def is_same(images: Tensor, expected: Tensor) -> bool:
    """Images agree far better than they differ from each other."""
    return bool((images - expected).abs().max() < 1e-3 * (expected - expected.mean(0)).abs().max())


def assert_looks_normal(eps: Tensor, summary: str) -> None:
    """Draws `(N, 2)`, N >= 70, could be independent standard normals; false alarms below 1e-6."""
    assert_true(bool((eps - eps[:1]).abs().max() > 0.1) and bool((eps[:, 0] - eps[:, 1]).abs().max() > 0.1), summary)
    degrees, total = eps.numel(), float(eps.square().sum())
    # Chi-square tails after Laurent and Massart (2000), lemma 1, at probability exp(-15) = 3e-7.
    reach = 2 * (degrees * 15) ** 0.5
    assert_true(degrees - reach < total < degrees + reach + 30, summary)
    assert_true(abs(float(eps.sum())) < 5.2 * degrees**0.5, summary)


def assert_images_spread_alike(draw: Callable[[int, int], Tensor], law: Gaussian, summary: str) -> None:
    """`draw(number, seed)` gives images as far from that of the mean as decoded latents mean + std * eps are.

    It takes a thousand draws to tell a temperature of 0.8 from 1, and four thousand for 0.9: none is searched for here, and
    nothing assumed of the decoder.
    """
    centre, drawn, decoded = law.decode(law.mean[None]), [], []
    for number in range(MANY if centre.numel() <= SMALL else FEWER):
        latents = law.mean + law.std * torch.randn(AT_ONCE, 2, generator=generator(700 + number))
        for images, distances in ((draw(AT_ONCE, 800 + number), drawn), (law.decode(latents), decoded)):
            assert_shape(images, (AT_ONCE, *centre.shape[1:]))
            distances.append((images - centre).flatten(1).norm(dim=1))
    assert_same_law(torch.cat(drawn), torch.cat(decoded), summary)


def assert_same_law(one: Tensor, other: Tensor, summary: str) -> None:
    """Two samples of N independent numbers each could have one law, whichever it is; false alarms below 2e-8.

    The sum of ranks is sub-Gaussian with its own variance (the logarithm of sinh(x) / x grows less than x^2 / 6 does), so that
    6.3 deviations are left with probability below 2 exp(-6.3^2 / 2) = 5e-9. Distribution functions are apart by d with
    probability below 2 exp(-N d^2) (Wei and Dudley 2012, from N = 458 on), 4e-9 for N d^2 = 20. The greatest 28 of all numbers
    belong to one sample with probability below 2^-27 = 8e-9.
    """
    count = len(one)
    both, order = torch.cat([one, other]).double().sort(stable=True)
    _, ties, sizes = both.unique_consecutive(return_inverse=True, return_counts=True)
    ranks = (sizes.cumsum(0) - (sizes - 1) / 2)[ties]  # of equal numbers, the average
    excess = float(ranks[order < count].sum()) - count * (2 * count + 1) / 2
    assert_true(abs(excess) < 6.3 * count * ((2 * count + 1) / 12) ** 0.5, summary)
    gap = ((order < count).cumsum(0) - (order >= count).cumsum(0))[sizes.cumsum(0) - 1].abs().max() / count
    assert_true(float(gap) < (20 / count) ** 0.5, summary)
    top = order[-28:] < count
    assert_true(bool(top.any()) and not bool(top.all()), summary)
