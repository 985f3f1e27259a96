"""How many processor cores a run may use: those that it was lent, and the share of time that its container has."""

from __future__ import annotations

import math
import os
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
