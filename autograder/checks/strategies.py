"""Hypothesis strategies for the inputs that these assignments are about.

Each strategy draws one shape and one seed, which is cheap, and fills tensors from the seed with values rounded to
two decimals, so that a failing example can be read. The first shapes of each list are the smallest:
Hypothesis shrinks towards them.

While hidden checks run, seeds are salted (see :mod:`autograder.checks.salt`): the same seed gives other values for every
attempt. A check that writes a number down therefore gives its input away over many attempts; one that gets it from
:func:`number`, :func:`whole`, :func:`one_of`, :func:`generator` or :func:`normal` does not.
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

import numpy as np
import torch
from hypothesis import strategies as st
from torch import Tensor

from autograder.checks import salt
from autograder.checks.salt import once_per_attempt

__all__ = [
    "DTYPES",
    "SHAPES",
    "Batch",
    "GaussianParameters",
    "arrays",
    "batches",
    "gaussian_parameters",
    "generator",
    "made",
    "normal",
    "number",
    "numpy_generator",
    "once_per_attempt",
    "one_of",
    "probabilities",
    "seeds",
    "uniform",
    "whole",
]

SHAPES: tuple[tuple[int, ...], ...] = (
    (1, 1), (1, 3), (2, 1), (2, 3), (5, 4), (2, 1, 2), (3, 2, 2), (2, 3, 1, 2), (1, 1, 4, 4), (2, 1, 2, 3, 2),
)  # fmt: skip
"""``(B, ...)`` with one to four trailing dimensions."""

DTYPES = (torch.float64, torch.float32)

_seeds = st.integers(0, 2**31 - 1)

Item = TypeVar("Item")


def generator(seed: int) -> torch.Generator:
    """A torch generator, seeded; other random numbers for every attempt while hidden checks run."""
    return torch.Generator().manual_seed(salt.mix(seed))


def numpy_generator(seed: int) -> np.random.Generator:
    """A NumPy generator, seeded; see :func:`generator`."""
    return np.random.Generator(np.random.PCG64(salt.mix(seed)))  # default_rng(...), in half the time


def number(seed: int, low: float, high: float, digits: int = 3) -> float:
    """A float in ``[low, high]``, rounded to `digits` decimals; another one for every attempt."""
    return min(max(round(_plain(seed).uniform(low, high), digits), low), high)


def whole(seed: int, low: int, high: int) -> int:
    """An integer from `low` to `high`, both included; another one for every attempt."""
    return _plain(seed).randint(low, high)


def one_of(seed: int, options: Sequence[Item]) -> Item:
    """One of the options; another one for every attempt."""
    return _plain(seed).choice(options)


def _plain(seed: int) -> random.Random:
    return random.Random(salt.mix(seed))


@dataclass(frozen=True)
class Deferred:
    """A drawn example that is made when it is used: by then the seeds in it have been salted."""

    make: Callable[..., Any]
    arguments: tuple[Any, ...]

    def value(self) -> Any:
        """The example."""
        return self.make(*self.arguments)


def made(make: Callable[..., Any], *arguments: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Examples ``make(*arguments)``: like ``st.builds``, but the grader makes them anew, salted, for every attempt.

    `make` must take all values that matter from a seed among its arguments, by the functions of this module.
    """
    return st.builds(lambda *drawn: Deferred(make, drawn) if _deferring else make(*drawn), *arguments)


_deferring = False


@contextlib.contextmanager
def deferring() -> Iterator[None]:
    """Let :func:`made` give :class:`Deferred` examples inside the block, to be made when they are used."""
    global _deferring
    _deferring = True
    try:
        yield
    finally:
        _deferring = False


def normal(shape: tuple[int, ...], seed: int, dtype: torch.dtype = torch.float64, scale: float = 1.0) -> Tensor:
    """Standard normal values times ``scale``, rounded to two decimals and never 0, determined by ``seed``.

    At 0 a right answer may have a kink (``abs``, ``relu``, a stable softplus written by hand), where any number is its
    derivative; 0.01 stands there instead.
    """
    values = torch.randn(shape, generator=generator(seed), dtype=torch.float64)
    rounded = torch.round(values if scale == 1.0 else values * scale, decimals=2)
    return rounded.masked_fill_(rounded == 0, 0.01).to(dtype)


def uniform(shape: tuple[int, ...], seed: int, low: float, high: float, dtype: torch.dtype = torch.float64) -> Tensor:
    """Uniform values in ``[low, high]`` rounded to four decimals, determined by ``seed``."""
    values = low + (high - low) * torch.rand(shape, generator=generator(seed), dtype=torch.float64)
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
    return made(
        lambda shape, dtype, seed: Batch(normal(shape, seed, dtype, scale), seed),
        st.sampled_from(shapes), st.sampled_from(dtypes), _seeds,
    )  # fmt: skip


def gaussian_parameters(
    shapes: tuple[tuple[int, ...], ...] = SHAPES, dtypes: tuple[torch.dtype, ...] = DTYPES
) -> st.SearchStrategy[GaussianParameters]:
    """Means around 0 and log-variances around 0, of one shape and dtype."""
    return made(
        lambda shape, dtype, seed: GaussianParameters(normal(shape, seed, dtype), normal(shape, seed + 1, dtype)),
        st.sampled_from(shapes), st.sampled_from(dtypes), _seeds,
    )  # fmt: skip


def arrays(shapes: tuple[tuple[int, ...], ...] = SHAPES, scale: float = 1.0) -> st.SearchStrategy[np.ndarray]:
    """NumPy arrays of normal values rounded to two decimals."""
    return made(lambda shape, seed: normal(shape, seed, scale=scale).numpy(), st.sampled_from(shapes), _seeds)


def probabilities(shapes: tuple[tuple[int, ...], ...] = SHAPES, margin: float = 0.01) -> st.SearchStrategy[np.ndarray]:
    """NumPy arrays of probabilities in ``[margin, 1 - margin]``."""
    return made(lambda shape, seed: uniform(shape, seed, margin, 1 - margin).numpy(), st.sampled_from(shapes), _seeds)


def seeds() -> st.SearchStrategy[int]:
    """A seed from which a check fills its own tensors (see :func:`normal` and :func:`uniform`)."""
    return _seeds
