"""Files that workers may read, kept in the page cache: a page that is there already is no place to leave a note.

A worker can bring a page of a file into the cache by reading it, and another one can tell by a clock whether it was there.
Nothing that a worker may call drops a page again. What has been read before the first worker starts carries nothing.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path


def read_ahead(place: Path) -> None:
    """Ask the kernel for every page of a file, or of all files below a folder; what is missing or refused is passed over."""
    for path in _files(str(place)):
        with contextlib.suppress(OSError):
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
            try:
                os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_WILLNEED)
            finally:
                os.close(descriptor)


def _files(place: str) -> Iterator[str]:
    if not os.path.isdir(place):
        yield place
        return
    with contextlib.suppress(OSError), os.scandir(place) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from _files(entry.path)
            elif entry.is_file(follow_symlinks=False):
                yield entry.path
