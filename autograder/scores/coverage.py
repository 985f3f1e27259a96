"""How much of the data has a sample near it."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from autograder.scores.batches import all_finite


@torch.no_grad()
def coverage(features: Tensor, reference: Tensor, k: int = 5) -> float:
    r"""The share of real points in whose neighbourhood a sample lies.

    $$\frac1m \sum_{j=1}^m 1\Big[\min_i \|x_i - y_j\| < \mathrm{NND}_k(y_j)\Big]$$

    where the radius is the distance of a real point y to its k-th nearest real neighbour, itself not counted. Two samples of
    one distribution with n = m have about 1 - 2^-k.

    Args:
        features: of the samples, ``(n, d)``, float, n >= 1.
        reference: of real images, ``(m, d)``, m > k. Levels hold for the n and m that they were measured with.
        k: the neighbour whose distance is the radius.

    Returns:
        A share in [0, 1]; nan if any feature is not finite, or a sample is too small.

    Source:
        Naeem et al., *Reliable fidelity and diversity metrics for generative models* (2020), equation 8.
    """
    x, y = features.double(), reference.double()
    if len(x) < 1 or len(y) <= k or not all_finite(x, y):
        return math.nan
    radius = torch.cdist(y, y).kthvalue(k + 1, dim=1).values
    return (torch.cdist(y, x).amin(dim=1) < radius).double().mean().item()
