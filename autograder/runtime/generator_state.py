"""Snapshots of NumPy's and Python's global generators."""

from __future__ import annotations

import random
from typing import Any

import numpy as np


class NumpyState:
    """A snapshot of NumPy's global generator."""

    def __init__(self) -> None:
        self._state: Any = np.random.get_state()

    def put_back(self) -> None:
        """Make this the state of the generator."""
        np.random.set_state(self._state)

    def equals(self, other: NumpyState) -> bool:
        """Tell whether both are the same state."""
        name, key, *rest = self._state
        other_name, other_key, *other_rest = other._state
        return (name, rest) == (other_name, other_rest) and np.array_equal(key, other_key)


class PythonState:
    """A snapshot of Python's global generator."""

    def __init__(self) -> None:
        self._state = random.getstate()

    def put_back(self) -> None:
        """Make this the state of the generator."""
        random.setstate(self._state)

    def equals(self, other: PythonState) -> bool:
        """Tell whether both are the same state."""
        return self._state == other._state


def seed_python(seed: int) -> None:
    """Seed NumPy's and Python's global generators."""
    np.random.seed(seed % 2**32)
    random.seed(seed)
