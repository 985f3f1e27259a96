"""Downloads that are there whole or not at all."""

from __future__ import annotations

import contextlib
import io
import re
import shutil
import socket
import sys
import tarfile
import tempfile
import zlib
from collections.abc import Callable, Iterator
from http.client import HTTPException
from pathlib import Path

READ_ERRORS = (OSError, RuntimeError, ValueError, KeyError, AssertionError, EOFError, zlib.error)
"""What reading a damaged file may raise in torchvision, numpy, gzip and pickle."""
DOWNLOAD_ERRORS = (*READ_ERRORS, HTTPException, tarfile.TarError)
_SILENCE = 10.0
"""Seconds without a byte after which a server counts as gone; torchvision itself would wait for ever."""
_INCOMING = ".incoming-"


class DownloadFailed(Exception):
    """There is no network, a server does not answer, the content is not what it should be, or the disk is full."""


def download_once(cache: Path, name: str, complete: Callable[[Path], bool], fetch: Callable[[Path], None]) -> Path:
    """The folder ``cache/name``, fetched unless it is complete already.

    ``fetch`` fills a temporary folder beside it, with ``name`` inside, which is then put in its place by one renaming: whoever
    is killed leaves nothing that looks complete, and what is left is removed by the next one. Processes wait for one another,
    so that the data are fetched once. While it downloads, the time limit of new sockets and stderr are changed for the whole
    process: call it before workers are started.

    Raises:
        DownloadFailed: with the reason.
    """
    target = cache / name
    if complete(target):
        return target
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with _alone(cache / f".lock-{name}") as alone:
            if not complete(target):
                _replace(target, fetch, tidy=alone)
    except DOWNLOAD_ERRORS as error:
        raise DownloadFailed(_reason(error)) from error
    if not complete(target):
        raise DownloadFailed("what was downloaded is not complete")
    return target


def _replace(target: Path, fetch: Callable[[Path], None], *, tidy: bool) -> None:
    prefix = f"{_INCOMING}{target.name}-"
    if tidy:
        for left in target.parent.glob(f"{prefix}*"):
            shutil.rmtree(left, ignore_errors=True)
    incoming = Path(tempfile.mkdtemp(prefix=prefix, dir=target.parent))
    try:
        with _patience(), _quiet_unless_watched():
            fetch(incoming)
        if target.exists():
            target.rename(incoming / "damaged")
        (incoming / target.name).rename(target)
    finally:
        shutil.rmtree(incoming, ignore_errors=True)


@contextlib.contextmanager
def _alone(lock: Path) -> Iterator[bool]:
    """Wait until no other process downloads; False where the file system has no locks, and nothing keeps others away."""
    try:
        import fcntl
    except ImportError:
        yield False
        return
    with open(lock, "ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX)  # the kernel gives it back, however the process ends
        except OSError:
            yield False
        else:
            yield True


@contextlib.contextmanager
def _patience() -> Iterator[None]:
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(_SILENCE)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)


@contextlib.contextmanager
def _quiet_unless_watched() -> Iterator[None]:
    """torchvision draws a progress bar on stderr, which belongs on a terminal and in no log."""
    if sys.stderr is not None and sys.stderr.isatty():
        yield
    else:
        with contextlib.redirect_stderr(io.StringIO()):
            yield


def _reason(error: BaseException) -> str:
    """The last line of an error, without what urllib and the system put around it, short enough for a sentence."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    plain = re.sub(r"<urlopen error (.*)>", r"\1", lines[-1].strip())
    return re.sub(r"^\[Errno -?\d+\] ", "", plain).rstrip(".")[:200]
