"""What a notebook shows, cut out of its JSON before anything parses it: plots and logs are no part of an answer."""

from __future__ import annotations

import re
from collections.abc import Iterator

from autograder.submission.notes import Unreadable

_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\[\]{}]', re.DOTALL)
_SHOWN = frozenset([b'"outputs"', b'"attachments"'])
_VALUE = re.compile(rb"\s*:\s*(?=[\[{])")


def without_outputs(data: bytes, most: int) -> bytes:
    """Return a notebook's JSON with its outputs and attachments empty, in one pass; what is no JSON comes back as it is.

    Raises:
        Unreadable: it has more than `most` strings and brackets, its outputs included.
    """
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in data[:4]:  # UTF-16 and UTF-32 have no such bytes
        return data
    kept: list[bytes] = []
    begun = position = 0
    left = iter(range(most))
    while token := _TOKEN.search(data, position):
        _count(left)
        position = token.end()
        if token[0] in _SHOWN and (value := _VALUE.match(data, position)):
            end = _end_of(data, value.end(), left)
            if end is None:
                break
            kept += [data[begun : value.end()], b"[]" if data[value.end() : value.end() + 1] == b"[" else b"{}"]
            begun = position = end
    return b"".join([*kept, data[begun:]])


def _end_of(data: bytes, start: int, left: Iterator[int]) -> int | None:
    """Where the array or object that begins at `start` ends; None if it does not."""
    depth, position = 0, start
    while token := _TOKEN.search(data, position):
        _count(left)
        position = token.end()
        depth += {b"[": 1, b"{": 1, b"]": -1, b"}": -1}.get(token[0], 0)
        if depth == 0:
            return position
    return None


def _count(left: Iterator[int]) -> None:
    if next(left, None) is None:
        raise Unreadable("the notebook's outputs hold too much data; clear them and save it again")
