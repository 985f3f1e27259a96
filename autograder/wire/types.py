"""What may cross the wire, and within which limits."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np

MAX_FRAME = 64 * 2**20
"""Bytes of one frame; larger announcements are refused before anything is allocated."""
MAX_PAYLOAD = 2 * MAX_FRAME
"""Bytes of all arrays, tensors and tuples of a frame, those inside others counted on every level."""
MAX_ITEMS = 1_000_000
MAX_ARRAYS = 20_000
MAX_DEPTH = 32
MAX_RANK = 16
MAX_INT_DIGITS = 1000

NUMPY_DTYPES = frozenset(
    [
        *("float64", "float32", "float16", "complex64", "complex128", "bool"),
        *("int64", "int32", "int16", "int8", "uint64", "uint32", "uint16", "uint8"),
    ]
)


@functools.lru_cache(maxsize=256)
def dtype_name(dtype: np.dtype) -> str:
    """The name of a dtype; NumPy works it out anew each time, which takes longer than to encode a small array."""
    return dtype.name


class WireError(Exception):
    """Bytes that no well-behaved peer would have sent."""


class EncodeError(Exception):
    """A value that cannot cross: too large, or of a layout that has no plain bytes."""


@dataclass(frozen=True, slots=True)
class Handle:
    """An object that stays in the worker; the grader holds its number and the name of its type."""

    number: int
    type_name: str = "object"


@dataclass(frozen=True, slots=True)
class CallbackRef:
    """A function that stays in the grader; the worker calls it by number."""

    number: int
    name: str = "callback"
