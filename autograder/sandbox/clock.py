"""How much time a worker has really had, whatever else the machine was doing, and what memory it has asked for.

A worker on a busy machine waits for a processor through no fault of its own. Linux tells both: `/proc/PID/stat` the
processor time of all its threads, `/proc/PID/schedstat` for how long its first thread was ready to run and did not
(proc(5), Documentation/scheduler/sched-stats.rst). A wait is added there when it is over; that one is under way says the state.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass

SLEEP = 0.5
"""How much of a second counts in which a worker neither computes nor is ready to."""
_TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
_PAGE = (os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096) / 2**20
"""A page, in megabytes."""


@dataclass(frozen=True)
class Reading:
    """What the clocks of a worker said at one moment, in seconds."""

    wall: float
    processor: float = 0.0
    delayed: float = 0.0
    ready: bool = False
    """Whether it runs or waits for a processor at this moment, and so has slept less than it seems."""

    def since(self, earlier: Reading, asked: float | None = None) -> float:
        """Seconds that the worker had between two readings: what it computed, and of what it slept a share.

        Computing counts in full, of all threads; waiting for a processor does not count, and that is what a busy machine
        changes. Sleeping counts less, because what looks like sleep may be a wait for the machine's disk or memory.

        Args:
            earlier: the first of the two.
            asked: how long the grader waited for it, if not all the time: what the grader itself takes is not the worker's.
        """
        wall = self.wall - earlier.wall if asked is None else asked
        idle = wall - (self.delayed - earlier.delayed)
        return max(0.0, min(wall, max(self.processor - earlier.processor, SLEEP * idle)))


class WorkerClock:
    """Reads the clocks of one worker; where the system has none, only the wall clock."""

    def __init__(self, pidfd: int) -> None:
        pid = _pid_of(pidfd)
        self._files = (f"/proc/{pid}/stat", f"/proc/{pid}/schedstat") if pid else None
        self._sizes = f"/proc/{pid}/statm" if pid else None

    def read(self) -> Reading:
        """The clocks now."""
        wall = time.monotonic()
        if self._files is None:
            return Reading(wall)
        try:
            stat, schedule = map(_content, self._files)
            fields = stat.rpartition(b")")[2].split()
            processor = (int(fields[11]) + int(fields[12])) / _TICKS
            return Reading(wall, processor, int(schedule.split()[1]) / 1e9, ready=fields[0] == b"R")
        except (OSError, ValueError, IndexError):
            return Reading(wall)

    def mapped(self) -> float:
        """Megabytes of addresses that it has: pages that it does not look at may be kept all the same; 0 if unknown."""
        if self._sizes is None:
            return 0.0
        try:
            return int(_content(self._sizes).split()[0]) * _PAGE
        except (OSError, ValueError, IndexError):
            return 0.0


def _pid_of(pidfd: int) -> int:
    """The worker's pid as this process sees it, which stands in the descriptor's entry below /proc; 0 if unknown."""
    if pidfd < 0:
        return 0
    try:
        lines = _content(f"/proc/self/fdinfo/{pidfd}").splitlines()
    except OSError:
        return 0
    pid = next((line.split()[1] for line in lines if line.startswith(b"Pid:")), b"0")
    return max(0, int(pid))


def _content(path: str) -> bytes:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.read(descriptor, 4096)
    finally:
        os.close(descriptor)
