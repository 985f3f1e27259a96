"""The headers of what crosses the wire: short lists whose every part is looked at before it is used; and its size."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NoReturn

import msgpack

from autograder.wire.types import MAX_FRAME, WireError

_MAX_NAME = 256
"""Bytes of a name; a type's is cut to 64 characters, of up to four bytes each."""


def fields(payload: bytes, number: int) -> list[Any]:
    """The header of an extension: one list of so many numbers or short texts."""
    lists = [0]

    def count(items: list[Any]) -> list[Any]:
        # Lists nested in lists would be built without ever being counted: 20 MB of them cost the grader 10 s and 1 GB.
        lists[0] += 1
        if lists[0] > 1:
            raise WireError("bad header")
        return items

    found = msgpack.unpackb(
        payload, list_hook=count,
        max_bin_len=0, max_str_len=_MAX_NAME, max_array_len=number, max_map_len=0, max_ext_len=0,
    )  # fmt: skip
    if type(found) is not list or len(found) != number:
        raise WireError("bad header")
    return found


def check_sizes(shape: Sequence[int], nbytes: int, itemsize: int) -> None:
    """Insist that so many bytes belong to a shape of non-negative sizes."""
    if math.prod(shape) * itemsize != nbytes:
        raise WireError("shape and bytes disagree")
    if nbytes == 0 and math.prod(size or 1 for size in shape) > MAX_FRAME:
        # Nothing is in it, but the sum over its empty dimension would be gigabytes of zeros.
        raise WireError("bad shape")


def spend(budget: list[int], nbytes: int) -> None:
    """Take the size of a value off what may still be sent."""
    budget[0] -= nbytes + 16
    if budget[0] < 0:
        raise ValueError("the value is too large")


def refuse(reason: str) -> NoReturn:
    """Raise :class:`WireError`."""
    raise WireError(reason)
