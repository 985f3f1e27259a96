"""Limits and a clean end for a student's own run, where the checks run in the student's own process.

The time that counts is what the work computes in the main thread; a wide limit on the clock ends what waits for ever. What
ends the work is raised into it, again and again, so that a bare ``except`` does not outlive it. Where the system has no
such signals (Windows), or outside the main thread, the work runs without limit.
"""

from __future__ import annotations

import contextlib
import faulthandler
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

from autograder.runtime.failures import is_students_file
from autograder.runtime.module_space import ModuleSpace
from autograder.runtime.statements import Stopped
from autograder.sessions.bounds import AGAIN, Alarm
from autograder.sessions.budget import CHECK_SECONDS
from autograder.sessions.local import LocalSession
from autograder.sessions.replies import WorkerLost
from autograder.student.early_end import ended_on_purpose, kept_going

WIDE = 6
"""How many times its limit the work may take on the clock while it waits or others compute."""
UNHEEDED = 3
SOON = tuple(2e-6 * number for number in range(1, 101))
"""Code that has swallowed so many interruptions meets the next ones after so many seconds, a little later each time: one of
them comes between its `try` and the next one, a few microseconds after the last, wherever that is on this machine."""
LAST = 30.0
"""Seconds after which a program is ended that does not even hear its limits: it is inside a library that never returns."""


class OutOfTime(Exception):
    """Some work was ended because it took too long; the message says for how long, and where it was."""


def time_left(seconds: float, computed: float, passed: float) -> float:
    """Seconds until it is worth looking again at work with a limit of ``seconds``; none when its time is over."""
    return max(0.0, min(seconds - computed, WIDE * seconds - passed))


def limited(work: Callable[[], Any], seconds: float) -> Any:
    """Return what ``work`` returns.

    Raises:
        OutOfTime: it computed for ``seconds``, or waited for many times as long.
        KeyboardInterrupt: somebody pressed Ctrl-C, whatever the work made of that.
    """
    if not Alarm.works_here():
        with kept_going():
            return work()
    watch = _Watch(seconds)
    try:
        with kept_going(), watch:
            result = work()
    except Stopped:
        result = None
    if watch.interrupted:
        raise KeyboardInterrupt
    if watch.place is not None:
        raise OutOfTime(f"stopped after {seconds:.2g} s{watch.place}: does it come to an end?")
    return result


class _Watch(Alarm):
    """Ends the work inside its ``with`` block, also at Ctrl-C."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds, self._time_over)
        self.interrupted = False
        self._raised = 0
        self.place: str | None = None
        """Where the work was when its time was over: `` in losses.py, line 3``, or nothing that can be said."""

    def __enter__(self) -> None:
        self._on_interruption = signal.getsignal(signal.SIGINT)
        if self._on_interruption is signal.default_int_handler:
            signal.signal(signal.SIGINT, self._interrupt)
        super().__enter__()

    def __exit__(self, *_: object) -> None:
        super().__exit__()
        signal.signal(signal.SIGINT, self._on_interruption)

    def _time_over(self, computed: float, passed: float, frame: FrameType | None) -> None:
        if self.place is None and time_left(self._seconds, computed, passed) > 0:
            return
        if self.place is None:
            self.place = _place_of(frame)
        self._raised += 1
        if self._raised > UNHEEDED:
            self.again_in(SOON[self._raised % len(SOON)] if _is_students(frame) else AGAIN)
        raise Stopped

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        self.interrupted = True
        if self._inside:
            raise Stopped


def _is_students(frame: FrameType | None) -> bool:
    """Also what a student's code has made of a string."""
    return frame is not None and (is_students_file(frame.f_code.co_filename) or frame.f_code.co_filename == "<string>")


def _place_of(frame: FrameType | None) -> str:
    """The innermost line of the student's own."""
    while frame is not None:
        if is_students_file(frame.f_code.co_filename):
            name = frame.f_code.co_filename
            in_kernel = os.path.isabs(name)
            return f" in {'a cell of the notebook' if in_kernel else name}, line {frame.f_lineno}"
        frame = frame.f_back
    return ""


class TimedSession(LocalSession):
    """Requests to a student's modules in this process, each check within its limit."""

    def __init__(self, space: ModuleSpace, toys: bytes = b"") -> None:
        super().__init__(space, toys)
        self._left = CHECK_SECONDS

    def limit(self, seconds: float) -> None:
        """Allow ``seconds`` from now for all requests until the next call of this method."""
        self._left = seconds

    def request(self, operation: dict[str, Any]) -> list:
        """Carry out one operation; raises :class:`WorkerLost` when the time of its check is over."""
        begun = time.thread_time()
        try:
            reply: list = limited(lambda: super(TimedSession, self).request(operation), max(self._left, 0.05))
        except OutOfTime as error:
            raise WorkerLost("timeout", str(error)) from None
        self._left -= time.thread_time() - begun
        return reply


@contextlib.contextmanager
def ended_by_signals() -> Iterator[None]:
    """End the program at once on Ctrl-C and SIGTERM inside the block, whatever student code would make of an exception."""

    leave = os._exit  # student code inside the block gets another one

    def end(number: int, frame: FrameType | None) -> None:
        signal.signal(number, signal.SIG_IGN)
        sys.stdout.flush()
        print("autograder: interrupted", file=sys.stderr, flush=True)
        ended_on_purpose(128 + number)
        leave(128 + number)

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = [getattr(signal, name) for name in ("SIGINT", "SIGTERM") if hasattr(signal, name)]
    previous = [signal.signal(number, end) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, previous, strict=True):
            signal.signal(number, handler)


@contextlib.contextmanager
def last_resort(seconds: float, descriptor: int | None = None) -> Iterator[None]:
    """End the program, saying where it was, if the block has not ended long after its limit of ``seconds``.

    For work inside a library that never returns to Python, where no signal is heard. It is told on standard error, or the
    file that ``descriptor`` stands for.
    """
    try:
        told_on = sys.stderr if descriptor is None else descriptor
        faulthandler.dump_traceback_later(WIDE * seconds + LAST, exit=True, file=told_on)
    except (OSError, ValueError, AttributeError):  # no standard error to write to
        yield
        return
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()
