"""What a submission's values may cost the grader."""

from __future__ import annotations

import resource
import signal
import sys
import threading
import time

import numpy as np
import pytest
import torch

from autograder.sessions.bounds import Overtime, bounded_memory, bounded_time, unbounded_memory

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits of the address space hold on Linux")


@pytest.mark.parametrize(
    "allocate",
    [
        lambda: torch.zeros(10**9).add_(1),
        lambda: torch.arange(2**31),
        lambda: torch.zeros(60_000, 1) - torch.zeros(1, 60_000),
        lambda: np.ones(10**9),
        lambda: [0] * 10**9,
        lambda: bytes(4 * 10**9),
    ],
)
def test_memory_is_refused_and_given_back(allocate: object) -> None:
    """Torch, NumPy and Python alike; afterwards the limit is what it was."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    with pytest.raises((MemoryError, RuntimeError)), bounded_memory(512):
        allocate()  # type: ignore[operator]
    assert resource.getrlimit(resource.RLIMIT_AS) == before


def test_ordinary_work_is_not_disturbed() -> None:
    """A check's own tensors fit."""
    with bounded_memory():
        assert torch.ones(10**6).sum() == 10**6


def test_blocks_nest_and_the_outermost_decides() -> None:
    """A callback inside a check must not lift the check's limit."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    with bounded_memory(512):
        limit = resource.getrlimit(resource.RLIMIT_AS)
        with bounded_memory(10_000):
            assert resource.getrlimit(resource.RLIMIT_AS) == limit
        assert resource.getrlimit(resource.RLIMIT_AS) == limit
    assert resource.getrlimit(resource.RLIMIT_AS) == before


def test_endless_functions_end() -> None:
    """Even those that swallow every exception of the ordinary kind."""

    def endless() -> None:
        while True:
            try:
                while True:
                    torch.zeros(3).sum()
            except Exception:
                continue

    handler = signal.getsignal(signal.SIGALRM)
    with pytest.raises(Overtime), bounded_time(0.1):
        endless()
    assert signal.getsignal(signal.SIGALRM) == handler
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


class Deaf:
    """Its finaliser lasts until the time is over, and swallows what is raised in it, as all finalisers do."""

    def __del__(self) -> None:
        """Take long."""
        until = time.monotonic() + 0.2
        while time.monotonic() < until:
            pass


def test_an_unheard_limit_is_called_out_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """An exception in a finaliser is dropped by the interpreter; the endless loop after it must end, and nobody hears."""
    printed: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", printed.append)

    def go_on() -> None:
        Deaf()
        while True:
            pass

    with pytest.raises(Overtime), bounded_time(0.05):
        go_on()
    assert printed == []
    assert sys.unraisablehook == printed.append


def test_in_time_nothing_rings() -> None:
    """The alarm is off after the block."""
    with bounded_time(0.05):
        pass
    time.sleep(0.1)


def test_threads_run_unbounded_instead_of_failing() -> None:
    """Signals reach the main thread only."""
    done = []

    def work() -> None:
        with bounded_time(0.01):
            time.sleep(0.05)
            done.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done


def test_a_process_that_the_grader_starts_does_not_inherit_the_limit() -> None:
    """A new zygote maps gigabytes of libraries."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    with bounded_memory(512):
        limit = resource.getrlimit(resource.RLIMIT_AS)
        with unbounded_memory():
            assert resource.getrlimit(resource.RLIMIT_AS) == before
        assert resource.getrlimit(resource.RLIMIT_AS) == limit
    with unbounded_memory():
        assert resource.getrlimit(resource.RLIMIT_AS) == before
    assert resource.getrlimit(resource.RLIMIT_AS) == before
