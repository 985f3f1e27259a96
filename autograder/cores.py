"""Which processor cores a run has, and where its graders stay.

A grader and the worker that it asks take turns thousands of times in a submission. On one core a question finds the worker's
caches warm and nobody has to be woken across the machine; with as many graders as cores no core is idle for it.
"""

from __future__ import annotations

import contextlib
import math
import os
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

_GROUPS = Path("/sys/fs/cgroup")


def quota(groups: Path = _GROUPS) -> float | None:
    """Return the cores' worth of time that this container may use, None where nobody limits it."""
    for names in (("cpu.max",), ("cpu/cpu.cfs_quota_us", "cpu/cpu.cfs_period_us")):
        try:
            allowed, period = " ".join((groups / name).read_text() for name in names).split()
            if allowed != "max" and float(allowed) > 0:
                return float(allowed) / float(period)
        except (OSError, ValueError, ZeroDivisionError):
            continue
    return None


def own() -> list[int]:
    """Return the numbers of the cores on which this process may run; empty where the system does not tell."""
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []


def usable(groups: Path = _GROUPS) -> int:
    """Return how many submissions are graded at once where nobody says otherwise: the cores that this process may use.

    A batch system lends some cores of a machine, and a container a share of its time; `os.cpu_count` counts all of them.
    """
    there = len(own()) or os.cpu_count() or 1
    return max(1, min(there, math.ceil(quota(groups) or there)))


def core_for(taken: Iterable[int], graders: int) -> int | None:
    """Return the core of the next grader and its workers; None for wherever there is room, if there are more cores.

    Args:
        taken: the cores of those that there are.
        graders: how many there will be.
    """
    cores, used = own(), Counter(taken)
    if not 1 < len(cores) <= graders:
        return None
    return min(cores, key=lambda core: used[core])


def stay_on(core: int | None, process: int = 0) -> None:
    """Keep a process, by default this one, and whatever it starts on a core; nothing where that is refused."""
    if core is not None:
        with contextlib.suppress(OSError):  # gone meanwhile, or the machine lends others now
            os.sched_setaffinity(process, {core})
