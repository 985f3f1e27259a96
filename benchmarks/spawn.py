"""Measures how long a locked worker takes from request to ready, and what zygote and workers cost in memory.

Prints one JSON object; times are milliseconds. ``python benchmarks/spawn.py [strict|full|best|none] [repetitions]``
"""

from __future__ import annotations

import json
import os
import re
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from autograder.sandbox.worker import Worker
from autograder.sandbox.zygote_host import ZygoteHost

_THINKING_SECONDS = 0.05
"""How long a grader uses a worker before it asks for the next; the spare one is forked meanwhile."""


def summary(seconds: Sequence[float]) -> dict[str, float]:
    """Return median, fastest and 90th percentile in milliseconds."""
    ordered = sorted(1000 * value for value in seconds)
    ninetieth = ordered[int(0.9 * (len(ordered) - 1))]
    return {
        "median": round(statistics.median(ordered), 2),
        "min": round(ordered[0], 2),
        "p90": round(ninetieth, 2),
    }


def measure(zygote: ZygoteHost, repetitions: int, pause: float) -> dict[str, dict[str, float]]:
    """Spawn and kill workers one after another."""
    ready, killed = [], []
    for _ in range(repetitions):
        start = time.perf_counter()
        worker = zygote.spawn()
        ready.append(time.perf_counter() - start)
        time.sleep(pause)
        start = time.perf_counter()
        worker.kill()
        killed.append(time.perf_counter() - start)
    return {"spawn_to_ready": summary(ready), "kill": summary(killed)}


def memory_mb(pid: int) -> dict[str, float] | None:
    """Return resident, proportional and private memory of a process in MB; None if it may not be read."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return None
    names = {"Rss": "rss", "Pss": "pss", "Private_Dirty": "private"}
    found = {key: re.search(rf"^{name}:\s+(\d+)", text, re.MULTILINE) for name, key in names.items()}
    return {key: round(int(match[1]) / 1024, 1) for key, match in found.items() if match}


def host_pid(worker: Worker) -> int:
    """Return a worker's pid on the host, from its pidfd."""
    text = Path(f"/proc/self/fdinfo/{worker.pidfd}").read_text()
    return int(re.findall(r"^Pid:\s+(\d+)", text, re.MULTILINE)[0])


def zygote_pid(worker: int) -> int:
    """Return the parent of a worker."""
    return int(re.findall(r"^PPid:\s+(\d+)", Path(f"/proc/{worker}/status").read_text(), re.MULTILINE)[0])


def main() -> None:
    """Run all measurements and print them."""
    request = sys.argv[1] if len(sys.argv) > 1 else "strict"
    repetitions = int(sys.argv[2]) if len(sys.argv) > 2 else 100
    result: dict[str, object] = {"cpus": os.cpu_count(), "repetitions": repetitions}
    for name, spare, pause in (("forked_on_request", False, 0.0), ("spare", True, _THINKING_SECONDS)):
        start = time.perf_counter()
        with ZygoteHost(request, spare=spare) as zygote:  # type: ignore[arg-type]
            started = time.perf_counter() - start
            time.sleep(1.0)  # the heap moves into huge pages when nothing else is to be done
            result[name] = {"zygote_start_s": round(started, 2), **measure(zygote, repetitions, pause)}
            workers = [zygote.spawn() for _ in range(4)]
            pids = [host_pid(worker) for worker in workers]
            result |= {"profile": zygote.profile, "layers": zygote.layers}
            result["memory_mb"] = {"zygote": memory_mb(zygote_pid(pids[0])), "idle_worker_of_4": memory_mb(pids[0])}
            for worker in workers:
                worker.kill()
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
