"""What the grader itself may spend on values that a submission chose.

A worker is limited by the kernel, but its values come into the grader's own process: a function of a check, or a
reference lent to a submission, is called there with the submission's arguments (``ddim_timesteps(2**32, 2**32)``),
and a check may broadcast two results against each other. Both end here before the machine runs out of memory. There is
one ceiling for a whole submission, with everything that loading it and checking it makes the grader hold.
"""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

MEGABYTES = 896
"""Memory that one submission may take in the grader, beyond what is in use when it begins; honest ones need 100."""


class Overtime(BaseException):
    """A computation was ended; not an :class:`Exception`, which code on its way might swallow."""


_lock = threading.Lock()
_holders = 0
_original: tuple[int, int] | None = None
_wanted = 0


@contextlib.contextmanager
def bounded_memory(megabytes: int = MEGABYTES) -> Iterator[None]:
    """Refuse allocations inside the block that exceed `megabytes`; does nothing where the system has no such limit.

    What is refused raises :class:`MemoryError`, or :class:`RuntimeError` in torch. Blocks may be nested and may run in
    several threads: the limit is the process's, and the first block sets it.
    """
    global _holders
    with _lock:
        _holders += 1
        if _holders == 1:
            _lower(megabytes)
    try:
        yield
    finally:
        with _lock:
            _holders -= 1
            if _holders == 0:
                _raise()


def _lower(megabytes: int) -> None:
    global _original, _wanted
    _original = None
    if resource is None:
        return
    with contextlib.suppress(OSError, ValueError):
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        _original = resource.getrlimit(resource.RLIMIT_AS)
        _wanted = pages * resource.getpagesize() + megabytes * 2**20
        _set_soft(_wanted)


def _set_soft(wanted: int) -> None:
    if resource is not None and _original is not None:
        soft = wanted if _original[0] == resource.RLIM_INFINITY else min(wanted, _original[0])
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_AS, (soft, _original[1]))


def _raise() -> None:
    if resource is not None and _original is not None:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_AS, _original)


@contextlib.contextmanager
def unbounded_memory() -> Iterator[None]:
    """Lift the limit inside the block: for processes that the grader starts, which would inherit it."""
    with _lock:
        held = _holders > 0
        if held:
            _raise()
    try:
        yield
    finally:
        if held:
            with _lock:
                _set_soft(_wanted)


PATIENCE = 30
"""How many times its limit something may take on the clock because others keep it from running."""
_TICK = 0.005
AGAIN = 0.1
"""Seconds after which a time limit that went unheard is called out again."""


class Alarm:
    """Interrupts the work inside its ``with`` block, in the main thread of a system that has timers.

    Once is not enough: an exception that meets the interpreter in a finaliser or a callback of its own is dropped there, and
    a bare ``except`` swallows it.
    """

    def __init__(self, seconds: float, ring: Callable[[float, float, FrameType | None], None]) -> None:
        """After ``seconds`` call ``ring``, again and again, with the seconds computed and passed, and where the work is."""
        self._seconds, self._tell = seconds, ring
        self._inside = False
        self._own = {type(self).__init__.__code__.co_filename, __file__}
        """Where nothing is interrupted: a timer has to be stopped, and the handler before this one has to come back."""

    @staticmethod
    def works_here() -> bool:
        """Whether this is the main thread, where Python delivers signals, and the system has timers."""
        return threading.current_thread() is threading.main_thread() and hasattr(signal, "setitimer")

    def __enter__(self) -> None:
        self._begun = time.thread_time(), time.monotonic()
        self._previous = signal.signal(signal.SIGALRM, self._ring)
        self._inside = True
        signal.setitimer(signal.ITIMER_REAL, max(self._seconds, 0.01), AGAIN)

    def __exit__(self, *_: object) -> None:
        self._inside = False
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, self._previous)

    def again_in(self, seconds: float) -> None:
        """Ring next after so many seconds, and then now and then: what comes before the handler has come back is not heard."""
        signal.setitimer(signal.ITIMER_REAL, seconds, max(seconds, 1e-3))

    def _ring(self, number: int, frame: FrameType | None) -> None:
        if self._inside and not (frame is not None and frame.f_code.co_filename in self._own):
            self._tell(time.thread_time() - self._begun[0], time.monotonic() - self._begun[1], frame)


@contextlib.contextmanager
def bounded_time(seconds: float) -> Iterator[None]:
    """Raise :class:`Overtime` inside the block when it has computed for `seconds`, or has waited many times as long.

    On a busy machine the same computation takes longer, and must not end otherwise. Where there is no :class:`Alarm` the block
    runs unbounded.
    """

    def ring(computed: float, waited: float, frame: FrameType | None) -> None:
        if computed >= seconds - _TICK or waited >= PATIENCE * max(seconds, AGAIN):
            raise Overtime

    if not Alarm.works_here():
        yield
        return
    with Alarm(seconds, ring), _unheard():
        yield


@contextlib.contextmanager
def _unheard() -> Iterator[None]:
    """An :class:`Overtime` that is dropped in a finaliser is not worth a line on somebody's terminal: it comes again."""
    hook = sys.unraisablehook

    def quiet(dropped: sys.UnraisableHookArgs) -> None:
        if not issubclass(dropped.exc_type, Overtime):
            hook(dropped)

    sys.unraisablehook = quiet
    try:
        yield
    finally:
        sys.unraisablehook = hook
