"""The kernel distance between two samples of features."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from autograder.scores.batches import all_finite


@torch.no_grad()
def kernel_distance(features: Tensor, reference: Tensor, scaled: bool = True) -> float:
    r"""The squared maximum mean discrepancy of two samples under the cubic polynomial kernel (KID), unbiased.

    $$\frac{\sum_{i \ne j} k(x_i, x_j)}{n(n-1)} + \frac{\sum_{i \ne j} k(y_i, y_j)}{m(m-1)} - \frac{2 \sum_{i,j} k(x_i,
    y_j)}{nm},
      \qquad k(x, y) = \Big(\frac{x \cdot y}{d} + 1\Big)^3$$

    All pairs are used, instead of a mean over random subsets. Its mean does not depend on the sizes of the samples, unlike that
    of the Fréchet distance; for samples of one distribution it is zero, and single values may be negative.

    The kernel has a scale: where products of features are far above d, cubes of the largest ones decide. With ``scaled`` all
    features are divided by the root mean square of the reference's, so that the kernel of a typical one with itself is 8.

    Args:
        features: ``(n, d)``, float, n >= 2.
        reference: ``(m, d)``, m >= 2.
        scaled: whether to divide; without it this is the published score of features as they are.

    Returns:
        A number without a unit; nan if any feature is not finite, a sample is too small, or the reference is
        zero throughout and scaled.

    Source:
        Bińkowski et al. 2018, section 4, equations 2 and 4 and the kernel of its section 4.
    """
    x, y = features.double(), reference.double()
    if min(len(x), len(y)) < 2 or not all_finite(x, y):
        return math.nan
    if scaled:
        scale = y.square().mean().sqrt()
        x, y = x / scale, y / scale
    within = [(_kernel(z, z).sum() - _kernel_of_itself(z).sum()) / (len(z) * (len(z) - 1)) for z in (x, y)]
    return (within[0] + within[1] - 2 * _kernel(x, y).mean()).item()


def _kernel(x: Tensor, y: Tensor) -> Tensor:
    return (x @ y.mT / x.shape[1] + 1) ** 3


def _kernel_of_itself(x: Tensor) -> Tensor:
    return (x.square().sum(dim=1) / x.shape[1] + 1) ** 3
