"""Densities of transformed variables."""

import math
from collections.abc import Callable

import torch
from torch import Tensor


def affine_log_prob(x: Tensor, a: Tensor, b: Tensor) -> Tensor:
    """The log-density of x = a * z + b, where z ~ N(0, I).

    Scale and shift act on each dimension separately, so the density of x is the product of D one-
    dimensional ones.

    Args:
        x: where to evaluate the density, shape ``(B, D)``.
        a: scales, shape ``(D,)``; not zero, but possibly negative.
        b: shifts, shape ``(D,)``.

    Returns:
        Log-densities in nats, shape ``(B,)``, dtype of ``x``; differentiable in all arguments.

    Source: the change of variables in one dimension (E5, T6).
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def flow_log_prob(log_q0: Tensor, log_dets: Tensor) -> Tensor:
    """The log-density at the end of a flow.

    Samples z_0 ~ q_0 go through S invertible steps z_s = g_s(z_{s-1}). This is log q_S(z_S), by the change
    of variables for each of the steps.

    Args:
        log_q0: log q_0(z_0), shape ``(B,)``.
        log_dets: entry ``[s - 1, i]`` is log|det dz_s / dz_{s-1}| of sample i, shape ``(S, B)``, S >= 1,
            dtype of
            ``log_q0``.

    Returns:
        Log-densities in nats, shape ``(B,)``, dtype of ``log_q0``; differentiable in both arguments.

    Source: Rezende and Mohamed 2015, equation 7 (H3).
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def numerical_log_det(f: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    """The log-determinant of the Jacobian of any map, by automatic differentiation.

        log |det df(x) / dx|

    It costs D passes and a determinant of order D**3: good for tests, too slow for training.

    Args:
        f: maps one vector ``(D,)`` to one vector ``(D,)`` by differentiable torch operations; not made for
            batches. x: points, shape ``(B, D)``.

    Returns:
        Log-determinants, shape ``(B,)``, dtype of ``x``. No gradient needs to flow through the result.

    Source: exercises 14.3 and 14.17.
    """
    # YOUR CODE HERE
    raise NotImplementedError()
