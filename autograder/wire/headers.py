"""The headers of what crosses the wire: short lists whose every part is looked at before it is used; and its size."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NoReturn

import msgpack

from autograder.wire.types import MAX_FRAME, MAX_RANK, WireError


def fields(payload: bytes, number: int) -> list[Any]:
    """Unpack the header of an extension: one list of so many items, with at most one list in it."""
    lists = [0]

    def count(items: list[Any]) -> list[Any]:
        # A header is one list with at most one more, the shape, in it. Lists nested in lists would be built
        # without ever being counted: 20 MB of them cost the grader 10 s and more than 1 GB.
        lists[0] += 1
        if lists[0] > 2:
            raise WireError("bad header")
        return items

    found = msgpack.unpackb(
        payload, list_hook=count,
        max_bin_len=MAX_FRAME, max_str_len=64, max_array_len=max(MAX_RANK, 4), max_map_len=0, max_ext_len=0,
    )  # fmt: skip
    if type(found) is not list or len(found) != number:
        raise WireError("bad header")
    return found


def check_bytes(shape: object, raw: object, itemsize: int) -> None:
    """Insist that a shape is one, and that so many bytes belong to it."""
    if type(shape) is not list or type(raw) is not bytes or len(shape) > MAX_RANK:
        raise WireError("bad shape")
    if any(type(size) is not int or size < 0 for size in shape):
        raise WireError("bad shape")
    check_sizes(shape, len(raw), itemsize)


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
