"""The Fréchet distance between Gaussians that are fitted to features."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from autograder.scores.batches import all_finite


@torch.no_grad()
def frechet_distance(features: Tensor, reference: Tensor) -> float:
    r"""The squared Fréchet distance between the Gaussians with the means and covariances of two samples of features.

    $$\|m_1 - m_2\|^2 + \mathrm{tr}\big(C_1 + C_2 - 2\, (C_1^{1/2} C_2\, C_1^{1/2})^{1/2}\big)$$

    Covariances are divided by n - 1 and may be singular, as when there are fewer images than features. The estimate is biased
    upward for few images: compare values of equal n only.

    Args:
        features: ``(n, d)``, float, n >= 2.
        reference: ``(m, d)``, m >= 2.

    Returns:
        A number >= 0 in the squared unit of the features; nan if any is not finite, or a sample is too small.

    Source:
        Heusel et al. 2017, equation 6; Dowson and Landau 1982.
    """
    if min(len(features), len(reference)) < 2 or not all_finite(features, reference):
        return math.nan
    return frechet_distance_of_gaussians(*_moments(features), *_moments(reference))


@torch.no_grad()
def frechet_distance_of_gaussians(mean1: Tensor, covariance1: Tensor, mean2: Tensor, covariance2: Tensor) -> float:
    """The squared Fréchet distance between two Gaussians, as above.

    Means are ``(d,)``, covariances ``(d, d)``, symmetric and positive semidefinite, all finite. Computed in float64. Both roots
    come from eigenvalues of symmetric matrices, and what rounding makes negative counts as zero.
    """
    mean1, mean2, covariance1, covariance2 = (part.double() for part in (mean1, mean2, covariance1, covariance2))
    values, vectors = torch.linalg.eigh(covariance1)
    root = (vectors * values.clamp_min(0).sqrt()) @ vectors.mT
    product = root @ covariance2 @ root
    overlap = torch.linalg.eigvalsh((product + product.mT) / 2).clamp_min(0).sqrt().sum()
    distance = (mean1 - mean2).square().sum() + covariance1.trace() + covariance2.trace() - 2 * overlap
    return distance.clamp_min(0).item()


def _moments(features: Tensor) -> tuple[Tensor, Tensor]:
    rows = features.double()
    mean = rows.mean(dim=0)
    centred = rows - mean
    return mean, centred.mT @ centred / (len(rows) - 1)
