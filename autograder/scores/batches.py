"""How much is asked of a worker at a time, and random numbers that do not depend on the device."""

from __future__ import annotations

import torch
from torch import Tensor

MOST_ROWS = 1000
MOST_BYTES = 20_000_000
"""Of one request: what a worker keeps in memory, and what crosses the wall in one piece."""


def rows_of_a_request(rows: Tensor, most: int = MOST_ROWS) -> int:
    """How many of these rows, at least one, one request may hold."""
    of_one = max(1, rows[:1].numel() * rows.element_size())
    return max(1, min(most, MOST_BYTES // of_one))


def standard_normal(like: Tensor, generator: torch.Generator) -> Tensor:
    """Standard normal numbers in the shape, dtype and place of a tensor, drawn where the generator is: the same anywhere."""
    return torch.randn(like.shape, generator=generator, device=generator.device).to(like)


def random_bits(like: Tensor, generator: torch.Generator) -> Tensor:
    """Zeros and ones, equally likely, in the shape, dtype and place of a tensor, drawn where the generator is."""
    return torch.randint(2, like.shape, generator=generator, device=generator.device).to(like)


def all_finite(*tensors: Tensor) -> bool:
    """Whether no number of any tensor is nan or infinite."""
    return all(bool(tensor.isfinite().all()) for tensor in tensors)
