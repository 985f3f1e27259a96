"""Whether a decoder gives back images that it has stored."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from autograder.scores.batches import all_finite
from autograder.scores.memorisation import nearest_distances

HONEST = 0.9
"""The least ratio of a model that has learned; measured on MNIST: 1.00 to 1.05, for stored images 0, blurred ones 0.6."""


@torch.no_grad()
def copy_ratio(made: Tensor, known: Tensor, altered: Tensor) -> float:
    r"""How near images lie to known ones, compared with how near they lie to the same ones altered.

    $$\mathrm{median}_i \frac{\min_j \|x_i - k_j\|}{\min_j \|x_i - a_j\|}$$

    Who has learned from the known images what such images look like is as near to the ones as to the others; who gives them
    back, noisy or blurred too, is nearer to them.

    Args:
        made: ``(n, C, H, W)``, float: what a model reconstructs or draws, n >= 1.
        known: images that it may have stored, ``(m, C, H, W)``, m >= 1.
        altered: the same, each warped a little by a warp of its own, of any number >= 1.

    Returns:
        nan if anything is not finite. A distance of zero to both is a ratio of 1.
    """
    if not len(made) or not all_finite(made, known, altered):
        return math.nan
    to_known, to_altered = nearest_distances(made, known), nearest_distances(made, altered)
    return torch.where((to_known == 0) & (to_altered == 0), 1.0, to_known / to_altered).median().item()
