"""The energy distance between two samples."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from autograder.scores.batches import all_finite

_ROWS = 1000


@torch.no_grad()
def energy_distance(first: Tensor, second: Tensor, unbiased: bool = True) -> float:
    r"""The energy distance of two samples, in the unit of their coordinates.

    $$2\, E\|X - Y\| - E\|X - X'\| - E\|Y - Y'\|$$

    The expectations are means over pairs. With ``unbiased`` a point makes no pair with itself (U-statistic): the mean over
    samples of the same distribution is zero, whatever their sizes, and single values may be negative. Without it (V-statistic)
    pairs of a point with itself count: never negative, and zero for equal samples, but larger for smaller samples. Levels are
    for the first one. It is the squared form: SciPy's one-dimensional ``energy_distance`` is the root of the second one.

    Args:
        first: ``(n, ...)``, float; n >= 2 if unbiased.
        second: ``(m, ...)``, with the same number of elements in a row; m >= 2 if unbiased.
        unbiased: which of the two.

    Returns:
        nan if any number is not finite, or a sample is too small.

    Source:
        Székely and Rizzo, *Energy statistics* (2013), equations 5 and 6.
    """
    x, y = first.flatten(1).double(), second.flatten(1).double()
    if min(len(x), len(y)) < (2 if unbiased else 1) or not all_finite(x, y):
        return math.nan
    itself = 1 if unbiased else 0
    between = _sum_of_distances(x, y) / (len(x) * len(y))
    within = [_sum_of_distances(z, z) / (len(z) * (len(z) - itself)) for z in (x, y)]
    return (2 * between - within[0] - within[1]).item()


def _sum_of_distances(x: Tensor, y: Tensor) -> Tensor:
    """Without the shortcut by products, which loses the small ones."""
    direct = "donot_use_mm_for_euclid_dist" if x.shape[1] <= 16 else "use_mm_for_euclid_dist_if_necessary"
    return torch.stack([torch.cdist(some, y, compute_mode=direct).sum() for some in x.split(_ROWS)]).sum()
