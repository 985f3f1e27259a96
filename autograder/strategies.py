"""Hypothesis strategies for the inputs that these assignments are about.

Each strategy draws one shape and one seed, which is cheap, and fills tensors from the seed with values rounded to
two decimals, so that a failing example can be read. The first shapes of each list are the smallest:
Hypothesis shrinks towards them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from hypothesis import strategies as st
from torch import Tensor

SHAPES: tuple[tuple[int, ...], ...] = (
    (1, 1), (1, 3), (2, 1), (2, 3), (5, 4), (2, 1, 2), (3, 2, 2), (2, 3, 1, 2), (1, 1, 4, 4), (2, 1, 2, 3, 2),
)  # fmt: skip
"""``(B, ...)`` with one to four trailing dimensions."""

DTYPES = (torch.float64, torch.float32)

_seeds = st.integers(0, 2**31 - 1)


def normal(shape: tuple[int, ...], seed: int, dtype: torch.dtype = torch.float64, scale: float = 1.0) -> Tensor:
    """Standard normal values times ``scale``, rounded to two decimals, determined by ``seed``."""
    generator = torch.Generator().manual_seed(seed)
    return torch.round(torch.randn(shape, generator=generator, dtype=torch.float64) * scale, decimals=2).to(dtype)


def uniform(shape: tuple[int, ...], seed: int, low: float, high: float, dtype: torch.dtype = torch.float64) -> Tensor:
    """Uniform values in ``[low, high]`` rounded to four decimals, determined by ``seed``."""
    generator = torch.Generator().manual_seed(seed)
    values = low + (high - low) * torch.rand(shape, generator=generator, dtype=torch.float64)
    return torch.round(values, decimals=4).clamp(low, high).to(dtype)


class Batch(NamedTuple):
    """A batch of values and the seed that they came from, for drawing more of them."""

    x: Tensor
    seed: int

    def more(self, number: int, scale: float = 1.0) -> Tensor:
        """Another batch like ``x``; ``number`` tells several apart."""
        return normal(tuple(self.x.shape), self.seed + 7919 * number, self.x.dtype, scale)


class GaussianParameters(NamedTuple):
    """Mean and log-variance of a diagonal Gaussian, ``(B, ...)`` each."""

    mu: Tensor
    logvar: Tensor


def batches(
    shapes: tuple[tuple[int, ...], ...] = SHAPES, dtypes: tuple[torch.dtype, ...] = DTYPES, scale: float = 1.0
) -> st.SearchStrategy[Batch]:
    """Batches ``(B, ...)`` of normal values."""
    return st.builds(
        lambda shape, dtype, seed: Batch(normal(shape, seed, dtype, scale), seed),
        st.sampled_from(shapes), st.sampled_from(dtypes), _seeds,
    )  # fmt: skip


def gaussian_parameters(
    shapes: tuple[tuple[int, ...], ...] = SHAPES, dtypes: tuple[torch.dtype, ...] = DTYPES
) -> st.SearchStrategy[GaussianParameters]:
    """Means around 0 and log-variances around 0, of one shape and dtype."""
    return st.builds(
        lambda shape, dtype, seed: GaussianParameters(normal(shape, seed, dtype), normal(shape, seed + 1, dtype)),
        st.sampled_from(shapes), st.sampled_from(dtypes), _seeds,
    )  # fmt: skip


def arrays(shapes: tuple[tuple[int, ...], ...] = SHAPES, scale: float = 1.0) -> st.SearchStrategy[np.ndarray]:
    """NumPy arrays of normal values rounded to two decimals."""
    return st.builds(lambda shape, seed: normal(shape, seed, scale=scale).numpy(), st.sampled_from(shapes), _seeds)


def probabilities(shapes: tuple[tuple[int, ...], ...] = SHAPES, margin: float = 0.01) -> st.SearchStrategy[np.ndarray]:
    """NumPy arrays of probabilities in ``[margin, 1 - margin]``."""
    return st.builds(
        lambda shape, seed: uniform(shape, seed, margin, 1 - margin).numpy(), st.sampled_from(shapes), _seeds
    )


def seeds() -> st.SearchStrategy[int]:
    """A seed from which a check fills its own tensors (see :func:`normal` and :func:`uniform`)."""
    return _seeds
