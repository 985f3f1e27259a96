"""A description of the machine, and measurements of a process tree's memory."""

from __future__ import annotations

import contextlib
import os
import platform
import threading
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType


def describe_machine() -> dict[str, object]:
    """What the figures were measured on."""
    import torch

    model = next((line.split(":")[1].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")), "unknown")
    memory = next((int(line.split()[1]) // 2**20 for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), 0)
    return {
        "cpu": model, "cores": os.cpu_count(), "memory_gib": memory, "kernel": platform.release(),
        "python": platform.python_version(), "torch": torch.__version__,
    }  # fmt: skip


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text().splitlines()
    except OSError:
        return []


def descendants(root: int) -> list[int]:
    """A process and everything below it."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            fields = "".join(_lines(f"/proc/{entry.name}/stat")).rpartition(")")[2].split()
            if len(fields) > 1:
                children.setdefault(int(fields[1]), []).append(int(entry.name))
    found, waiting = [], [root]
    while waiting:
        process = waiting.pop()
        found.append(process)
        waiting += children.get(process, [])
    return found


def proportional_memory_mib(root: int) -> float:
    """Memory of a process tree, shared pages counted once (PSS)."""
    total = 0
    for process in descendants(root):
        total += sum(int(line.split()[1]) for line in _lines(f"/proc/{process}/smaps_rollup") if line.startswith("Pss:"))
    return total / 1024


def tree_cpu_seconds(root: int) -> float:
    """CPU time of a process, of everything below it, and of what these have waited for."""
    ticks = 0
    for process in descendants(root):
        fields = "".join(_lines(f"/proc/{process}/stat")).rpartition(")")[2].split()
        ticks += sum(int(field) for field in fields[11:15])
    return ticks / os.sysconf("SC_CLK_TCK")


class PeakMemory:
    """Samples a process tree's memory until the ``with`` block ends; ``mib`` is the largest sample."""

    def __init__(self, root: int, interval: float = 0.3) -> None:
        self.mib = 0.0
        self._root = root
        self._interval = interval
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)

    def __enter__(self) -> PeakMemory:
        """Start sampling."""
        self._thread.start()
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        """Stop sampling."""
        self._stop.set()
        self._thread.join()

    def _sample(self) -> None:
        while not self._stop.wait(self._interval):
            self.mib = max(self.mib, proportional_memory_mib(self._root))


@contextlib.contextmanager
def one_core() -> Iterator[None]:
    """Keep this process and what it starts on one core, where the system can."""
    cores = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()
    if cores:
        os.sched_setaffinity(0, {max(cores)})
    try:
        yield
    finally:
        if cores:
            os.sched_setaffinity(0, cores)
