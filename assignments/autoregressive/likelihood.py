"""Log-likelihoods of discrete data: the chain rule, from logits."""

import math

import torch.nn.functional as F
from torch import Tensor


def categorical_log_prob(logits: Tensor, x: Tensor) -> Tensor:
    """The log-probability of whole sequences by the chain rule.

        log p(x) = sum over t of log p(x_t | x_1, ..., x_{t-1}),
        p(x_t = k | x_1, ..., x_{t-1}) = softmax(logits[t])[k]

    The logits at step t already belong to x_t: the model that made them has seen the earlier steps.

    Args:
        logits: shape ``(B, T, K)``, any real numbers (not normalised), up to 1e4 in size.
        x: the observed categories, shape ``(B, T)``, int64 in ``0 ... K - 1``.

    Returns:
        Log-probabilities in nats, shape ``(B,)``, dtype of ``logits``; finite, and differentiable in
        ``logits``.

    Source: the chain rule (E1, T1, H1).
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def bernoulli_log_prob(logits: Tensor, x: Tensor) -> Tensor:
    """The log-probability of binary vectors.

        log p(x) = sum over d of [x_d log p_d + (1 - x_d) log(1 - p_d)],    p_d = sigmoid(logits_d)

    Args:
        logits: shape ``(B, D)``, any real numbers up to 1e4 in size.
        x: values 0 and 1, shape ``(B, D)``, dtype of ``logits``.

    Returns:
        Log-probabilities in nats, shape ``(B,)``, dtype of ``logits``; finite, and differentiable in
        ``logits``.

    Source: Germain et al. 2015, equation 2 (E1, H1).
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def bits_per_dim(log_prob: Tensor, num_dims: int) -> Tensor:
    """The negative log-likelihood in bits, per dimension.

    This is the average number of bits that an ideal code built from the model spends on one dimension:
    smaller is better.

    Args:
        log_prob: log-probabilities in nats, shape ``(B,)``, at most 0.
        num_dims: number of dimensions (pixels times channels) of one data point, at least 1.

    Returns:
        Bits per dimension, shape ``(B,)``, dtype of ``log_prob``; differentiable in ``log_prob``.

    Source: van den Oord et al. 2016, section 5.1 (H1).
    """
    # YOUR CODE HERE
    raise NotImplementedError()
