"""The submission's secret: what makes the hidden inputs of one attempt differ from those of every other.

Students see the visible checks, and may learn a little about hidden ones with every attempt. What they learn must be
of no use the next time. Checks draw their inputs from seeds; while hidden checks run, every such seed is mixed with
the secret of the attempt, which comes from the run's own secret and from what was handed in by whom. Visible checks are
public: they run without a salt, with the same inputs for everybody.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
from collections.abc import Callable, Iterator
from typing import TypeVar

Made = TypeVar("Made")

NONE = 0
"""No salt: seeds are used as they stand."""

_current = NONE


def salt_of(seed: int, content: str) -> int:
    """The secret of one attempt: never :data:`NONE`, the same for the same run seed and content (whose it is, and a digest)."""
    digest = hashlib.sha256(f"hidden inputs/{seed}/{content}".encode()).digest()
    return int.from_bytes(digest[:8], "big") | 1


@contextlib.contextmanager
def salted(salt: int) -> Iterator[None]:
    """Mix `salt` into every seed that is used inside the block."""
    global _current
    previous, _current = _current, salt
    try:
        yield
    finally:
        _current = previous


def once_per_attempt(make: Callable[[], Made]) -> Callable[[], Made]:
    """`make`, whose value is made once for every salt and then kept: for inputs that many examples share."""
    made = functools.lru_cache(maxsize=2)(lambda salt: make())
    return functools.wraps(make)(lambda: made(_current))


def mix(seed: int) -> int:
    """The seed itself without a salt, and a number in [0, 2**32) that depends on both under one.

    Every generator takes it as it is (NumPy's old one no larger number), so that equal seeds draw equal noise on both
    sides of the wall. Neighbouring seeds give unrelated numbers (the finaliser of SplitMix64; Steele, Lea and Flood, 2014).
    """
    if _current == NONE:
        return seed
    mixed = (seed * 0x9E3779B97F4A7C15 + _current) & 0xFFFFFFFFFFFFFFFF
    mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & 0xFFFFFFFFFFFFFFFF
    mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & 0xFFFFFFFFFFFFFFFF
    return (mixed ^ (mixed >> 31)) >> 32
