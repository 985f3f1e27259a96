"""Snapshots of NumPy's and Python's global generators, both Mersenne Twisters, that cost next to nothing.

NumPy takes 70 µs to read and write its state, Python 12 µs, and interleaved checks ask for it at every call. Here the 624
words and the position among them are looked at, and put back, where they lie. A generator also keeps the second of two
normal numbers for the next call, which its words do not show: while that is there, or may be, the library's own
functions are used. Where the words do not lie as expected, these are used always.
"""

from __future__ import annotations

import ctypes
import random
import struct
from typing import Any

import numpy as np

_WORDS = 624
_SIZE = 4 * (_WORDS + 1)
_NOWHERE = (ctypes.c_char * 0)()


class NumpyState:
    """A snapshot of NumPy's global generator.

    Attributes:
        words: the Mersenne Twister's, if no normal number is kept; None otherwise.
        full: NumPy's own tuple, if there are no words.
    """

    _bits = np.random.mtrand._rand._bit_generator
    _view = (
        (ctypes.c_char * _SIZE).from_address(_bits.ctypes.state_address) if isinstance(_bits, np.random.MT19937) else _NOWHERE
    )
    _plain: bytes | None = None
    """The words when it was last known that no normal number is kept: while they are the same, none is."""

    def __init__(self) -> None:
        raw = self._view.raw
        self.words: bytes | None = raw
        self.full: Any = None
        if not raw or raw != NumpyState._plain:
            self.full = np.random.get_state()
            plain = bool(raw) and self.full[0] == "MT19937" and self.full[3] == 0
            self.words = NumpyState._plain = raw if plain else None

    @classmethod
    def seed(cls, seed: int) -> None:
        """Seed the generator, which forgets a normal number that was kept."""
        np.random.seed(seed)
        cls._plain = cls._view.raw or None

    def put_back(self) -> None:
        """Make this the state of the generator."""
        raw = self._view.raw
        if self.words is None or raw != NumpyState._plain:
            np.random.set_state(self.full or self._tuple())
            NumpyState._plain = self.words
        elif raw != self.words:
            self._view.raw = NumpyState._plain = self.words

    def equals(self, other: NumpyState) -> bool:
        """Tell whether both are the same state."""
        if self.words is not None or other.words is not None:
            return self.words == other.words
        return self.full[2:] == other.full[2:] and bool((self.full[1] == other.full[1]).all())

    def _tuple(self) -> tuple[Any, ...]:
        assert self.words is not None
        *key, position = struct.unpack(f"={_WORDS}Ii", self.words)
        return "MT19937", np.array(key, dtype=np.uint32), position, 0, 0.0


def seed_python(seed: int) -> None:
    """Seed NumPy's and Python's global generators."""
    NumpyState.seed(seed % 2**32)
    random.seed(seed)


def _words_of_python() -> Any:
    """Where CPython keeps the state of ``random``'s hidden generator: behind the object's head, position first."""
    try:
        view = (ctypes.c_char * _SIZE).from_address(id(random._inst) + object.__basicsize__)  # type: ignore[attr-defined]
        position, *key = struct.unpack(f"=i{_WORDS}I", view.raw)
        return view if (*key, position) == random.getstate()[1] else _NOWHERE
    except (AttributeError, ValueError, TypeError, struct.error):
        return _NOWHERE


class PythonState:
    """A snapshot of Python's global generator."""

    _inst: Any = getattr(random, "_inst", None)
    _view = _words_of_python()

    def __init__(self) -> None:
        self.words: bytes = self._view.raw
        self.kept = self._inst.gauss_next if self.words else None
        self.full = None if self.words else random.getstate()

    def put_back(self) -> None:
        """Make this the state of the generator."""
        if self.full is not None:
            random.setstate(self.full)
            return
        self._view.raw = self.words
        self._inst.gauss_next = self.kept

    def equals(self, other: PythonState) -> bool:
        """Tell whether both are the same state."""
        return (self.words, self.kept, self.full) == (other.words, other.kept, other.full)
