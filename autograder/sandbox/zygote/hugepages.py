"""Makes forking a large process cheap: its heap is moved into huge pages.

A fork copies one entry per page, and torch with CUDA libraries leaves 400 MB of heap: 100 000 small pages, 9 ms to fork
and as much to take down. In pages of 2 MiB it is 200 entries and 2.7 ms, and the child's own work is no slower. Linux
6.1 can do this on request (MADV_COLLAPSE); elsewhere nothing happens and forking stays slow.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator

from autograder.sandbox.walls import libc

_SIZE = 2 * 2**20
_MADV_COLLAPSE = 25
_PRIVATE_MEMORY = re.compile(r"([0-9a-f]+)-([0-9a-f]+) rw-p \S+ 00:00 0 ")


def regions(maps: str) -> list[int]:
    """Return the addresses of all places in a process's anonymous memory that can hold a huge page.

    Args:
        maps: text of its /proc/<pid>/maps.
    """
    return [address for match in _PRIVATE_MEMORY.finditer(maps) for address in _aligned(*match.groups())]


def _aligned(start: str, end: str) -> Iterator[int]:
    """Yield the addresses of the whole huge pages between two hexadecimal ones."""
    first = -(-int(start, 16) // _SIZE) * _SIZE
    yield from range(first, int(end, 16) // _SIZE * _SIZE, _SIZE)


def collapse(address: int) -> None:
    """Move one region into a huge page; takes 3 ms, changes no content, and does nothing where it cannot."""
    with contextlib.suppress(OSError):
        libc.call("madvise", address, _SIZE, _MADV_COLLAPSE)
