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
            while self._lock < 0:
                self.path = Path(tempfile.mkdtemp(prefix=PREFIX))
                self._lock = _locked(self.path)
        except OSError as error:
            told = f"no temporary folder can be made: {error.strerror or error}"
            raise GraderError(told, tempfile.gettempdir(), "free some space there, or set TMPDIR to another folder") from error

    def remove(self) -> None:
        """Remove it for good: whoever worked in it may be dying, and still write while it is being emptied."""
        for pause in (0.0, *[0.02] * 50):
            time.sleep(pause)
            with contextlib.suppress(OSError):
                _remove(self.path)
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
                _remove(folder)


def remove_when_abandoned(folder: Path, seconds: float = 3.0) -> None:
    """Wait for a folder's owner, which is ending, to let it go; remove it with all others that are abandoned.

    Called by the last process that the owner has left: what is in the folder without a lock was made by one that died
    after another run had removed the folder.
    """
    deadline = time.monotonic() + seconds
    while folder.exists() and time.monotonic() < deadline:
        remove_abandoned(folder.parent)
        if not (folder / _LOCK).exists():
            shutil.rmtree(folder, ignore_errors=True)
        time.sleep(0.02)


def _remove(folder: Path) -> None:
    """Remove a folder, its lock last: by that, what a kill leaves half-way or cannot be removed now is found again."""
    for entry in list(folder.iterdir()):
        if entry.name == _LOCK:
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()
    (folder / _LOCK).unlink(missing_ok=True)
    try:
        folder.rmdir()
    except OSError:  # somebody has written into it meanwhile
        (folder / _LOCK).touch(0o600)
        raise


def _locked(folder: Path) -> int:
    """The descriptor of a new folder's lock; -1 where another run has found the folder first, and removes it."""
    path = folder / _LOCK
    lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    with contextlib.suppress(FileNotFoundError, BlockingIOError):
        _take(lock)
        if os.path.samestat(os.fstat(lock), path.stat()):
            return lock
    os.close(lock)
    return -1


def _take(descriptor: int) -> None:
    """Lock, where the file system knows locks; raises :class:`BlockingIOError` where somebody else has it."""
    try:
        if fcntl is not None:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise
    except OSError:
        pass


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
