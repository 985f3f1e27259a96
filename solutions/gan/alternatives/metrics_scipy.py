"""Right answers for metrics.py with SciPy's matrix square root and with einsum."""

import numpy as np
import torch
from scipy import linalg
from torch import Tensor


def feature_statistics(features: Tensor) -> tuple[Tensor, Tensor]:
    """einsum over the deviations."""
    mean = torch.einsum("nd->d", features) / len(features)
    deviations = features - mean
    return mean, torch.einsum("ni,nj->ij", deviations, deviations).div(len(features) - 1)


def frechet_distance(mu1: Tensor, cov1: Tensor, mu2: Tensor, cov2: Tensor) -> float:
    """The definition in NumPy; rounding can give the root an imaginary part."""
    m1, c1, m2, c2 = (part.double().numpy() for part in (mu1, cov1, mu2, cov2))
    root = linalg.sqrtm(c1 @ c2)
    return float(np.sum((m1 - m2) ** 2) + np.trace(c1) + np.trace(c2) - 2 * np.trace(root).real)


def inception_score(probs: Tensor) -> Tensor:
    """A guard of 1e-16 inside the logarithms."""
    average = probs.mean(0, keepdim=True)
    divergence = (probs * (torch.log(probs + 1e-16) - torch.log(average + 1e-16))).sum(1)
    return torch.exp(torch.mean(divergence))
