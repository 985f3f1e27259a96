"""Student code that ends the process it runs in, which here is the program's own.

:func:`kept_going` keeps ``os._exit`` and ``os.abort`` from doing so, as a worker's end costs a graded submission no more than
what called them. What cannot be kept from it (a signal, a library that crashes, code that runs as Python ends) is told of by
a process beside this one, on Linux: see :func:`watched`. Elsewhere there is none: a fork is not to be had, or not safe.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from types import FrameType
from typing import NoReturn

_SIZE = 4096
_OVER = "over "
_PATIENCE = 0.5
"""Seconds after which an interruption is handed on; the terminal has sent it to both processes."""
_board: mmap.mmap | None = None
"""What runs just now, for the process that watches."""


class EndsTheProgram(BaseException):
    """Student code called what ends the whole program."""


@contextlib.contextmanager
def kept_going() -> Iterator[None]:
    """Raise :class:`EndsTheProgram` where code inside the block would end this process without a word."""
    owner, own = os.getpid(), (os._exit, os.abort)

    def leave(status: int = 0) -> NoReturn:
        if os.getpid() != owner:  # a process that the code has started, as data loaders do
            own[0](status)
        raise EndsTheProgram(f"os._exit({status}) would end the whole program")

    def abort() -> NoReturn:
        if os.getpid() != owner:
            own[1]()
        raise EndsTheProgram("os.abort() would end the whole program")

    os._exit, os.abort = leave, abort
    try:
        yield
    finally:
        os._exit, os.abort = own


def now_runs(what: str) -> None:
    """Write down for whoever watches what of the student's runs from now on; nothing when it is over."""
    if _board is not None:
        _board.seek(0)
        _board.write(what.encode()[: _SIZE - 1] + b"\0")


def ended_on_purpose(code: int) -> None:
    """Write down that this process ends with ``code``, whatever student code does about it from now on."""
    now_runs(f"{_OVER}{code}")


def watched(command: Callable[[list[str]], int], arguments: list[str]) -> int:
    """Run a command in a process of its own; return its exit code, or 1 after a line about what has ended that process."""
    global _board
    # macOS has a fork, after which its own libraries, which torch and downloads use, refuse to work.
    if sys.platform != "linux" or not hasattr(os, "fork"):
        return command(arguments)
    board = mmap.mmap(-1, _SIZE)
    sys.stdout.flush()
    watcher = os.getpid()
    child = os.fork()
    if not child:
        _board = board
        _end_with(watcher)
        code = command(arguments)
        with contextlib.suppress(OSError):  # nobody reads any more
            sys.stdout.flush()
        ended_on_purpose(code)
        return code
    status = _ended(child)
    told = board[:].split(b"\0", 1)[0].decode(errors="replace")
    if told.startswith(_OVER):
        return int(told.removeprefix(_OVER))
    during = f" while {told}" if told else ""
    print(
        f"autograder: the program was ended{during} ({_manner(status)}); what stands above is all that is known",
        file=sys.stderr,
    )
    return 1


def _ended(child: int) -> int:
    """Wait for a process, handing interruptions on; return what :func:`os.waitstatus_to_exitcode` says."""

    def hand_on(number: int, frame: FrameType | None) -> None:
        if number == signal.SIGINT:
            time.sleep(_PATIENCE)
        os.kill(child, number)  # until it has been waited for, it is there

    before = {number: signal.signal(number, hand_on) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _end_with(watcher: int) -> None:
    """End this process when the one that watches is killed, where the kernel lets it ask for that."""
    from autograder.sandbox.walls.process_limits import die_with_parent

    with contextlib.suppress(OSError):
        die_with_parent(watcher)


def _manner(code: int) -> str:
    if code >= 0:
        return f"it exited with code {code}"
    with contextlib.suppress(ValueError):
        return f"it was killed by {signal.Signals(-code).name}"
    return f"it was killed by signal {-code}"
