"""How far points lie from where they should be, pair by pair."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from autograder.scores.batches import all_finite


@torch.no_grad()
def paired_rmse(actual: Tensor, expected: Tensor) -> float:
    r"""The root of the mean squared difference of paired values, over all elements.

    $$\sqrt{\frac1{nD} \sum_b \|a_b - e_b\|^2}$$

    For a model that maps the grader's noise to end points which the grader knows: a distribution that fits but pairs wrongly
    scores badly.

    Args:
        actual: ``(n, ...)``, float.
        expected: of the same shape, finite.

    Returns:
        In the unit of the values; nan if any is nan, inf if any is infinite. nan if there are none.
    """
    return (actual.double() - expected.double()).square().mean().sqrt().item()


@torch.no_grad()
def worst_relative_deviation(actual: Tensor, expected: Tensor) -> float:
    r"""The greatest deviation of any element, in units of its own size, or of a typical one if that is larger.

    $$\max_i \frac{|a_i - e_i|}{\max(|e_i|, r)}, \qquad r = \sqrt{\tfrac1N \textstyle\sum_j e_j^2}$$

    For what has one right value, such as a deterministic sampler started from the grader's noise. Elements near zero are
    measured by the root mean square of all, since their own size is rounding.

    Args:
        actual: any shape, float.
        expected: of the same shape, finite.

    Returns:
        A number >= 0; nan if any is nan, or there are none; inf where something is expected to be zero throughout and is not.
    """
    actual, expected = actual.double(), expected.double()
    if not actual.numel():
        return math.nan
    if not all_finite(actual):
        return math.nan if bool(actual.isnan().any()) else math.inf
    deviation = (actual - expected).abs()
    if not bool((deviation > 0).any()):
        return 0.0
    return (deviation / expected.abs().maximum(expected.square().mean().sqrt())).nan_to_num(0.0, math.inf).amax().item()
