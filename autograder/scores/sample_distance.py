"""How far samples lie from each other."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from autograder.scores.batches import all_finite

SAME = 1e-5
"""Up to which rows of unit norm are the same: features of one image differ by 1e-7 with its place in a batch."""


@dataclass(frozen=True, slots=True)
class SampleDistance:
    """Euclidean distances among samples, and how they compare with those among as many real ones.

    Attributes:
        mean_pair: mean distance of two different samples.
        nearest: median distance of a sample to the nearest other one.
        mean_pair_ratio: the first, divided by that of the reference; near zero if all samples are alike.
        nearest_ratio: the second, divided by that of the reference; near zero if samples repeat, however many different ones
            there are.
    """

    mean_pair: float
    nearest: float
    mean_pair_ratio: float
    nearest_ratio: float


@torch.no_grad()
def sample_distance(samples: Tensor, reference: Tensor) -> SampleDistance:
    r"""Distances among samples, absolute and relative to real ones.

    $$\frac1{n(n-1)} \sum_{i \ne j} \|x_i - x_j\|, \qquad \mathrm{median}_i \min_{j \ne i} \|x_i - x_j\|$$

    Args:
        samples: ``(n, ...)``, float, n >= 2; pixels or features.
        reference: ``(m, ...)``, rows of the same size, m >= 2. The distance to the nearest depends on how many there are, so of
            the larger set only as many are used as the other has.

    Returns:
        All nan if any sample is not finite or there are too few; ratios are inf or nan where the reference's distances are
        zero.

    Source:
        no standard score: mean distance as diversity in Zhu et al. 2017 (with LPIPS for pixels), section 5.
    """
    n = min(len(samples), len(reference))
    if n < 2 or not all_finite(samples, reference):
        return SampleDistance(math.nan, math.nan, math.nan, math.nan)
    (mean, nearest), (real_mean, real_nearest) = _distances(samples[:n]), _distances(reference[:n])
    ratios = (mean / real_mean).item(), (nearest / real_nearest).item()
    return SampleDistance(mean.item(), nearest.item(), *ratios)


@torch.no_grad()
def within_class_distance(features: Tensor, labels: Tensor) -> float:
    r"""The mean distance of two different samples of the same label, after each row was divided by its norm.

    $$\mathrm{mean}_{i \ne j,\; y_i = y_j} \Big\| \frac{f_i}{\|f_i\|} - \frac{f_j}{\|f_j\|} \Big\|$$

    Guidance makes it fall, where distances of pixels, which grow with contrast, do not.

    Args:
        features: ``(n, d)``, float; a row of zeros stays zero.
        labels: ``(n,)``, int64: the labels asked for.

    Returns:
        A number in [0, 2]; nan if a feature is not finite, or no two samples share a label. A distance below 1e-5 counts as
        none: so far apart may a network's float32 put features of one and the same image, by its place in the batch.
    """
    if not all_finite(features):
        return math.nan
    rows = torch.nn.functional.normalize(features.double(), dim=1)
    pairs = (labels.unsqueeze(0) == labels.unsqueeze(1)).double()
    pairs.fill_diagonal_(0)
    distances = _pair_distances(rows)
    return ((distances.where(distances > SAME, 0) * pairs).sum() / pairs.sum()).item()


def _pair_distances(rows: Tensor) -> Tensor:
    """All distances of rows, ``(n, n)``: computed directly, since by products two equal rows are some 1e-8 apart."""
    return torch.cdist(rows, rows, compute_mode="donot_use_mm_for_euclid_dist")


def _distances(samples: Tensor) -> tuple[Tensor, Tensor]:
    rows = samples.flatten(1).double()
    distances = _pair_distances(rows)
    distances.fill_diagonal_(0)
    mean = distances.sum() / (len(rows) * (len(rows) - 1))
    return mean, distances.fill_diagonal_(math.inf).amin(dim=1).median()
