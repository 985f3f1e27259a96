"""Right answers for likelihood.py by other identities."""

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F


def categorical_log_prob(logits: Tensor, x: Tensor) -> Tensor:
    """Cross-entropy wants the classes in the second place."""
    return -F.cross_entropy(logits.transpose(1, 2), x, reduction="none").sum(1)


def bernoulli_log_prob(logits: Tensor, x: Tensor) -> Tensor:
    """x l - softplus(l), with a dot product for the first part."""
    return torch.einsum("bd,bd->b", logits, x) - F.softplus(logits).sum(1)


def bits_per_dim(log_prob: Tensor, num_dims: int) -> Tensor:
    """Divide twice."""
    return log_prob / -num_dims / float(np.log(2))
