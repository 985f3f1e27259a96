"""How good are samples? Fréchet distance and inception score, from features or class probabilities."""

import torch
from torch import Tensor


def feature_statistics(features: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and covariance of a set of feature vectors.

    Args:
        features: one vector per sample, shape ``(N, D)`` with N >= 2 and D >= 2.

    Returns:
        ``(mean, covariance)``, shapes ``(D,)`` and ``(D, D)``, dtype of ``features``, differentiable. The
        covariance is the unbiased one: sums over samples are divided by N - 1.

    Source: Heusel et al. 2017 (14.24, 14.29).
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def frechet_distance(mu1: Tensor, cov1: Tensor, mu2: Tensor, cov2: Tensor) -> Tensor:
    """The Fréchet distance (FID, squared 2-Wasserstein distance) of two Gaussians.

        ||mu1 - mu2||^2 + trace(cov1 + cov2 - 2 (cov1 cov2)^(1/2))

    (A)^(1/2) is the matrix square root, not the root of each entry. The trace of (cov1 cov2)^(1/2) is the
    sum of the square roots of the eigenvalues of cov1 cov2, which are real and not negative.

    Args:
        mu1: mean of the first Gaussian, shape ``(D,)``.
        cov1: its covariance, shape ``(D, D)``: symmetric, positive semi-definite, possibly singular.
        mu2: mean of the second Gaussian, shape ``(D,)``.
        cov2: its covariance, shape ``(D, D)``.

    Returns:
        The distance: a real number (0-dimensional tensor or Python float), right for singular covariances
        too. No gradient is asked for.

    Source: Dowson and Landau 1982; Heusel et al. 2017 (14.10, 14.24, 14.29).
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def inception_score(probs: Tensor) -> Tensor:
    """Inception score: large when each sample is clearly of one class and all classes occur.

        exp(mean over samples of KL(p_n || p_bar)),    p_bar = mean over samples of p_n,    0 log 0 = 0

    Args:
        probs: class probabilities of N samples, shape ``(N, K)``; each row sums to one, zeros are allowed.

    Returns:
        The score, a 0-dimensional tensor between 1 and K; differentiable where all probabilities are
        positive.

    Source: Salimans et al. 2016, section 4 (14.10).
    """
    # YOUR CODE HERE
    raise NotImplementedError()
