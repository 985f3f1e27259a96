"""What a classifier sees in samples."""

from __future__ import annotations

import math

import torch
from torch import Tensor


@torch.no_grad()
def class_shares(logits: Tensor) -> tuple[float, ...]:
    """The share of samples that fall into each class, that of the greatest logit.

    Args:
        logits: ``(n, K)``, float, n >= 1. A row with a number that is not finite belongs to no class, so shares may sum to less
            than 1.

    Returns:
        K shares.
    """
    return tuple(share.item() for share in _chosen(logits).mean(dim=0))


def classes_present(logits: Tensor, least: float = 0.03) -> int:
    """The number of classes to which more than a share ``least`` of the samples ``(n, K)`` belongs.

    Mode collapse shows here, coarsely: ten classes of digits have a tenth each.
    """
    return sum(share > least for share in class_shares(logits))


@torch.no_grad()
def label_accuracy(logits: Tensor, asked: Tensor) -> float:
    """The share of samples that belong to the class that was asked for.

    Args:
        logits: ``(n, K)``, float. A row with a number that is not finite is wrong.
        asked: ``(n,)``, int64 in 0 ... K - 1.

    Returns:
        A share in [0, 1], whose binomial standard deviation is at most ``0.5 / sqrt(n)``; nan if there is no sample.
    """
    if not len(logits):
        return math.nan
    return _chosen(logits).gather(1, asked.unsqueeze(1)).mean().item()


def _chosen(logits: Tensor) -> Tensor:
    """One in the column of the class, zeros elsewhere, ``(n, K)`` float64."""
    classes = torch.arange(logits.shape[1], device=logits.device)
    chosen = logits.argmax(dim=1, keepdim=True) == classes
    return (chosen & logits.isfinite().all(dim=1, keepdim=True)).double()
