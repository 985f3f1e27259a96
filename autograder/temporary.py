"""Temporary folders that are removed even if their owner is killed.

Each holds a lock that the kernel lets go when the owner ends, however it ends; whoever finds the lock free removes the
folder: the owner's zygote, or the next run on this machine.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from autograder.errors import GraderError

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

PREFIX = "autograder-"
_LOCK = "owner"


class OwnedFolder:
    """A temporary folder of this process."""

    def __init__(self) -> None:
        """Make it, and remove those whose owners are gone; :class:`GraderError` where none can be made."""
        remove_abandoned(Path(tempfile.gettempdir()))
        self._lock = -1
        try:
            self.path = Path(tempfile.mkdtemp(prefix=PREFIX))
            self._lock = os.open(self.path / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
            _lock(self._lock)
        except OSError as error:
            told = f"no temporary folder can be made: {error.strerror or error}"
            raise GraderError(told, tempfile.gettempdir(), "free some space there, or set TMPDIR to another folder") from error

    def remove(self) -> None:
        """Remove it for good: whoever worked in it may be dying, and still write while it is being emptied."""
        for pause in (0.0, *[0.02] * 50):
            time.sleep(pause)
            with contextlib.suppress(OSError):
                _remove_contents(self.path)  # the lock last: without it nobody would find what a kill leaves half-way
                shutil.rmtree(self.path)
            if not self.path.exists():
                break
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1


def remove_abandoned(parent: Path) -> None:
    """Remove the folders below ``parent`` that belong to this user and whose owners are gone."""
    for folder in _folders(parent):
        with contextlib.suppress(OSError), _opened(folder / _LOCK) as lock:
            if _lock(lock):
                _remove_contents(folder)
                shutil.rmtree(folder)


def remove_when_abandoned(folder: Path, seconds: float = 3.0) -> None:
    """Wait for a folder's owner, which is ending, to let it go; remove it with all others that are abandoned."""
    deadline = time.monotonic() + seconds
    while folder.exists() and time.monotonic() < deadline:
        remove_abandoned(folder.parent)
        time.sleep(0.02)


def _remove_contents(folder: Path) -> None:
    """Everything but the lock, by which what cannot be removed now is found again."""
    for entry in list(folder.iterdir()):
        if entry.name == _LOCK:
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def _folders(parent: Path) -> Iterator[Path]:
    if fcntl is None:
        return
    with contextlib.suppress(OSError):
        for entry in os.scandir(parent):
            if entry.name.startswith(PREFIX):
                seen = entry.stat(follow_symlinks=False)
                if stat.S_ISDIR(seen.st_mode) and seen.st_uid == os.getuid():
                    yield Path(entry.path)


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[int]:
    descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> bool:
    """Whether the lock could be taken; false too where a file system knows none."""
    if fcntl is None:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
