"""Rows of numbers of known signs, and what every call must leave alone: shared by the hidden checks of diffusion and scores."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from autograder.checks import RemoteFunction, assert_close, assert_true
from autograder.checks.strategies import uniform

Array = NDArray[np.float64]

SHAPES = ((1,), (3,), (2, 1), (2, 3), (4, 5), (3, 1, 2), (2, 2, 2, 3))


def signed(seed: int, signs: list[list[int]]) -> Array:
    """Values of the given signs, none of them near zero."""
    return uniform((2, 3), seed, 0.3, 3.0).numpy() * np.array(signs)


def some_x() -> Array:
    """Data of two rows."""
    return signed(1, [[-1, 1, 1], [1, -1, 1]])


def some_noise() -> Array:
    """Noise for them."""
    return signed(2, [[1, -1, 1], [-1, 1, 1]])


def leaves_everything_alone(function: RemoteFunction, *inputs: Array | float) -> None:
    """A call neither changes its inputs nor draws global random numbers."""
    observed = function.observe(*inputs)
    assert_close(list(observed.args), list(inputs), what="the inputs after the call")
    assert_true(not observed.rng_used, "the call draws from the global random state")
