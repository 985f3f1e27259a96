"""Files written whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
from pathlib import Path

from autograder.errors import UsageError

_UNFINISHED = ".writing-"
_ABANDONED_SECONDS = 600.0
_REMEDIES = {
    errno.ENOSPC: "free some space on that disk and run the command again with --resume",
    errno.EDQUOT: "your disk quota is used up: free some space and run the command again with --resume",
    errno.EACCES: "choose a folder that you may write to with --out",
    errno.EPERM: "choose a folder that you may write to with --out",
    errno.EROFS: "that file system is read-only: choose another folder with --out",
    errno.ENOTDIR: "a file stands where a folder is needed: choose another folder with --out",
    **dict.fromkeys(
        (errno.EIO, errno.ESTALE, errno.ETIMEDOUT),
        "the file system does not answer as it should: mend that and run the command again with --resume",
    ),
    errno.ENAMETOOLONG: "choose a folder with a shorter path with --out",
}


def write_atomically(path: Path, content: str | bytes) -> None:
    """Write a file so that readers see the old content or the new, never a part.

    Raises:
        UsageError: the disk is full, or the folder may not be written to.
    """
    data = content.encode("utf-8", errors="backslashreplace") if isinstance(content, str) else content
    temporary = path.with_name(f"{_UNFINISHED}{secrets.token_hex(8)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_durably(temporary, data)
        os.replace(temporary, path)
    except OSError as error:
        _remove_if_possible(temporary)
        raise refused(path, error) from error


def refused(path: Path, error: OSError) -> UsageError:
    """What to say of a file that cannot be written."""
    remedy = _REMEDIES.get(error.errno or 0, "check the disk and choose another folder with --out")
    return UsageError(f"cannot be written: {error.strerror or error}", where=str(path), remedy=remedy)


def remove_unfinished(folder: Path, now: float) -> None:
    """Remove what writers that were killed have left below a folder: parts that nobody has touched for a while.

    Args:
        folder: where to look; the folder itself and what is in it, at most two floors down.
        now: the time by the clock of that file system, which may be another machine's.
    """
    for pattern in (f"{_UNFINISHED}*", f"*/{_UNFINISHED}*", f"*/*/{_UNFINISHED}*"):
        for path in folder.glob(pattern):
            with contextlib.suppress(OSError):
                if now - path.stat().st_mtime > _ABANDONED_SECONDS:
                    path.unlink()


def _write_durably(path: Path, data: bytes) -> None:
    with open(path, "xb") as file:
        file.write(data)
        file.flush()
        try:
            os.fsync(file.fileno())
        except OSError as error:
            if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # some network file systems know no such thing
                raise


def _remove_if_possible(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return  # the first error is the one worth telling
