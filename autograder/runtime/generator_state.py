"""NumPy's global random state, looked at and put back where it lies.

NumPy takes 65 µs to read its Mersenne Twister's state and to write it, and interleaved checks change places some hundreds of
times in a submission, most of which never draw from NumPy: 5 to 12 % of all CPU time
(``benchmarks/switches.py``). ``BitGenerator.ctypes`` is NumPy's interface to the words themselves; copying them takes half
a microsecond.
"""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np

_BITS = np.random.get_bit_generator()  # type: ignore[attr-defined]  # missing in the stubs
_SIZE = 625 * 4
"""Bytes of a Mersenne Twister's state: 624 words, and the position among them."""


def _address() -> int:
    """Where the words lie; 0 if they are not what NumPy says of them, or not a Mersenne Twister's."""
    state = _BITS.state
    if state["bit_generator"] != "MT19937":
        return 0
    place = int(_BITS.ctypes.state_address)
    words = np.frombuffer(ctypes.string_at(place, _SIZE), np.uint32)
    as_told = np.array_equal(words[:-1], state["state"]["key"]) and int(words[-1]) == state["state"]["pos"]
    return place if as_told else 0


_ADDRESS = _address()


class NumpyState:
    """A snapshot of NumPy's global generator.

    A second normal number that is kept for the next call is no part of the words: a snapshot with one, and one of a generator
    that a submission has put in place of NumPy's own, has none and goes the long way.
    """

    _latest: NumpyState | None = None
    """The last one looked at, put back or seeded; while the words are its own, nothing is kept for a next call."""

    def __init__(self, words: bytes | None, full: Any = None) -> None:
        self._bits = np.random.get_bit_generator()  # type: ignore[attr-defined]
        self._words = words
        self._full = full

    @classmethod
    def now(cls) -> NumpyState:
        """The present state; the same object again while nothing has been drawn."""
        latest, words = cls._latest, _words()
        if latest is None or latest._words is None or latest._words != words:
            full = np.random.get_state(legacy=False)
            cls._latest = latest = cls(None if full["has_gauss"] else words, full)
        return latest

    @classmethod
    def seed(cls, seed: int) -> None:
        """Seed the generator, which forgets what it kept."""
        np.random.seed(seed % 2**32)
        words = _words()
        cls._latest = cls(words) if words is not None else None

    def put_back(self) -> None:
        """Make this the state of NumPy's global generator again."""
        if np.random.get_bit_generator() is not self._bits:  # type: ignore[attr-defined]
            np.random.set_bit_generator(self._bits)  # type: ignore[attr-defined]
        if self._words is None:
            np.random.set_state(self._full)
        else:
            latest = NumpyState._latest
            if latest is None or latest._words is None or latest._words != _words():
                np.random.seed(0)  # a number may be kept
            ctypes.memmove(_ADDRESS, self._words, _SIZE)
        NumpyState._latest = self

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, NumpyState):
            return NotImplemented
        if self._words is not None and other._words is not None:
            return self._words == other._words
        return self._full is not None and other._full is not None and _plain(self._full) == _plain(other._full)

    __hash__ = None  # type: ignore[assignment]


def _words() -> bytes | None:
    """The generator's words as they are; None where they cannot be looked at."""
    if not _ADDRESS or np.random.get_bit_generator() is not _BITS:  # type: ignore[attr-defined]
        return None
    return ctypes.string_at(_ADDRESS, _SIZE)


def _plain(state: Any) -> Any:
    """Arrays in a state as bytes, which compare."""
    if isinstance(state, dict):
        return {key: _plain(value) for key, value in state.items()}
    return state.tobytes() if isinstance(state, np.ndarray) else state
