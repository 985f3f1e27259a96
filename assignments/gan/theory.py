"""The theory of GANs on discrete distributions, where expectations are sums over a last axis.

All arguments hold probabilities, shape ``(..., K)``: non-negative, with sum one over the last axis.
Outcomes of probability zero are allowed, with 0 log 0 = 0. Logarithms are natural. Results keep dtype and
device, and are differentiable where all probabilities are positive.
"""

import math

import torch
from torch import Tensor


def optimal_discriminator(p_data: Tensor, p_g: Tensor) -> Tensor:
    """The discriminator that maximises the value of the game against a fixed generator.

        D*(x) = p_data(x) / (p_data(x) + p_g(x))

    Args:
        p_data: the distribution of the data, shape ``(..., K)``.
        p_g: the distribution of the generator, shaped like ``p_data``.

    Returns:
        D* for every outcome, shape ``(..., K)``, in [0, 1]. Where both probabilities are zero, any value
        will do.

    Source: Goodfellow et al. 2014, proposition 1 (14.4, 14.13).
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def js_divergence(p: Tensor, q: Tensor) -> Tensor:
    """Jensen-Shannon divergence of two discrete distributions.

        JSD(p || q) = 1/2 KL(p || m) + 1/2 KL(q || m),    m = (p + q) / 2
        KL(p || m)  = sum over x of p(x) log(p(x) / m(x)),    0 log 0 = 0

    Args:
        p: a distribution, shape ``(..., K)``.
        q: another one, shaped like ``p``.

    Returns:
        The divergence in nats, shape ``(...)``, between 0 and log 2.

    Source: Lin 1991; Goodfellow et al. 2014, theorem 1 (14.13, 14.20).
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def gan_value(p_data: Tensor, p_g: Tensor) -> Tensor:
    """The value of the GAN game when the discriminator answers the generator optimally.

        V(D*, G) = sum over x of p_data(x) log D*(x) + p_g(x) log(1 - D*(x)),    0 log 0 = 0

    Args:
        p_data: the distribution of the data, shape ``(..., K)``.
        p_g: the distribution of the generator, shaped like ``p_data``.

    Returns:
        The value in nats, shape ``(...)``.

    Source: Goodfellow et al. 2014, equations 1 and 4 (14.13, 14.20).
    """
    # YOUR CODE HERE
    raise NotImplementedError()
