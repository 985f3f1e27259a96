"""Reading a folder that may have been prepared to lead the reader astray.

Links are never followed and only regular files are opened: every path is walked one component at a time from
an open folder (`dir_fd`) with `O_NOFOLLOW`, and what was opened is compared with what was seen before. Where
the system has no such calls (Windows, where students check their own work) plain paths are used instead.
"""

from __future__ import annotations

import os
import stat
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from autograder.plaintext import shown
from autograder.submission.containers import Container, read_stream
from autograder.submission.filenames import is_clutter
from autograder.submission.notes import Notes, Skipped
from autograder.submission.size_limits import Limits

_FLAGS = os.O_RDONLY
for _flag in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY", "O_NOCTTY"):
    _FLAGS |= getattr(os, _flag, 0)
_BY_HANDLE = os.open in os.supports_dir_fd and os.stat in os.supports_dir_fd and os.scandir in os.supports_fd

Handle = int | str
"""An open folder: a file descriptor, or a path where the system cannot do better."""


class Folder(Container):
    """A submission handed in as a folder."""

    def __init__(self, path: Path, limits: Limits) -> None:
        self._limits = limits
        self._root = _open_folder(str(path), None)

    def listing(self, notes: Notes) -> list[str]:
        """Return the paths of all regular files, upper folders first, each folder in order of names."""
        found: list[str] = []
        pending: deque[str] = deque([""])
        left = self._limits.entries
        while pending:
            folder = pending.popleft()
            entries = self._entries(folder, left + 1, notes)
            for name, kind in entries[:left]:
                path = f"{folder}{name}"
                if is_clutter(name):
                    continue
                if kind == "folder" and path.count("/") > self._limits.depth + 2:
                    notes.ignored(f"{path}/", f"it lies more than {self._limits.depth} folders deep")
                elif kind == "folder":
                    pending.append(f"{path}/")
                elif kind == "file":
                    found.append(path)
                else:
                    notes.ignored(path, f"it is {kind}; only ordinary files and folders are read")
            left -= len(entries)
            if left < 0:
                notes.add(f"only the first {self._limits.entries} files and folders were looked at")
                break
        return found

    def read(self, path: str, limit: int) -> bytes:
        """Return the content of the regular file at `path`."""
        with self.open(path) as stream:
            return read_stream(stream, limit)

    def open(self, path: str) -> BinaryIO:
        """Open the regular file at `path`."""
        folder, _, name = path.rpartition("/")
        try:
            with self._opened(folder) as handle:
                return open_regular(name, handle)
        except OSError as error:
            raise Skipped(f"it cannot be read ({error.strerror})") from error

    def _entries(self, folder: str, most: int, notes: Notes) -> list[tuple[str, str]]:
        try:
            with self._opened(folder) as handle, os.scandir(handle) as entries:
                return sorted((entry.name, _kind_of_entry(entry)) for entry in islice(entries, most))
        except (OSError, Skipped) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            notes.ignored(folder or "the folder", f"it cannot be read ({reason})")
            return []

    @contextmanager
    def _opened(self, folder: str) -> Iterator[Handle]:
        """Open `folder` from the root, component by component."""
        handle = self._root
        try:
            for part in filter(None, folder.split("/")):
                inner = _open_folder(part, handle)
                if handle != self._root:
                    _close(handle)
                handle = inner
            yield handle
        finally:
            if handle != self._root:
                _close(handle)

    def close(self) -> None:
        """Close the root."""
        _close(self._root)


def open_regular(name: str, folder: Handle | None = None) -> BinaryIO:
    """Open the regular file `name` in `folder` (without one: a path) and nothing else.

    Raises:
        Skipped: it is a link, a pipe, a device, a folder, or changed while it was being opened.
        OSError: the system refuses.
    """
    path, handle = _located(name, folder)
    before = os.stat(path, dir_fd=handle, follow_symlinks=False)
    if not stat.S_ISREG(before.st_mode):
        raise Skipped(f"it is {kind_of(before.st_mode)}; only ordinary files are read")
    descriptor = os.open(path, _FLAGS, dir_fd=handle)
    after = os.fstat(descriptor)
    if not stat.S_ISREG(after.st_mode) or (after.st_dev, after.st_ino) != (before.st_dev, before.st_ino):
        os.close(descriptor)
        raise Skipped("it was replaced while it was being read")
    return os.fdopen(descriptor, "rb")


def kind_of(mode: int) -> str:
    """Return what a file of this `mode` is: ``file``, ``folder`` or, in words, something that is not read."""
    kinds = {
        stat.S_IFREG: "file",
        stat.S_IFDIR: "folder",
        stat.S_IFLNK: "a symbolic link",
        stat.S_IFIFO: "a pipe",
        stat.S_IFSOCK: "a socket",
        stat.S_IFCHR: "a device",
        stat.S_IFBLK: "a device",
    }
    return kinds.get(stat.S_IFMT(mode), "a special file")


def _kind_of_entry(entry: os.DirEntry[str]) -> str:
    try:
        mode = entry.stat(follow_symlinks=False).st_mode
    except OSError as error:
        return f"unreadable ({shown(error.strerror or 'unknown')})"
    # Junctions of Windows are folders to `stat`.
    return "a link" if getattr(entry, "is_junction", bool)() else kind_of(mode)


def _located(name: str, folder: Handle | None) -> tuple[str, int | None]:
    if isinstance(folder, str):
        return os.path.join(folder, name), None
    return name, folder


def _open_folder(name: str, folder: Handle | None) -> Handle:
    path, handle = _located(name, folder)
    mode = os.stat(path, dir_fd=handle, follow_symlinks=False).st_mode
    if not stat.S_ISDIR(mode):
        raise Skipped(f"it is {kind_of(mode)}")
    if not _BY_HANDLE:
        return os.path.abspath(path)
    return os.open(path, _FLAGS | os.O_DIRECTORY, dir_fd=handle)


def _close(handle: Handle) -> None:
    if isinstance(handle, int):
        os.close(handle)
