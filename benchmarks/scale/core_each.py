"""What it is worth that graders stay on a core each: a class graded with as many jobs as cores, with that and without it.

Run ``python benchmarks/scale/core_each.py [ASSIGNMENT…] [--size 100] [--rounds 4]`` (warmup and vae when left out); writes
``benchmarks/results/core_each.json``. Both sides take turns on one class; a ratio below 1 says that staying saves time.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from autograder import cores
from autograder.course.course import open_course

sys.path.insert(0, str(Path(__file__).parents[1]))

from machine import describe_machine
from thousand import Writer

RESULT = Path(__file__).parents[1] / "results" / "core_each.json"
ANYWHERE = "from autograder import cores; cores.core_for = lambda taken, graders: None; "
START = "from autograder.cli import main; main()"


def graded(name: str, submissions: Path, out: Path, stays: bool) -> float:
    """Seconds that a class takes."""
    command = [sys.executable, "-c", START if stays else ANYWHERE + START, "grade", name, str(submissions), "--out", str(out)]
    begun = time.perf_counter()
    done = subprocess.run(
        [*command, "--jobs", str(cores.usable()), "--no-training", "--quiet"], capture_output=True, check=False
    )
    seconds = time.perf_counter() - begun
    if done.returncode not in (0, 2):  # 2: something could not be read
        raise SystemExit(f"grading failed with {done.returncode}:\n{done.stderr.decode()[-2000:]}")
    return seconds


def measure(name: str, size: int, rounds: int) -> dict[str, object]:
    """Seconds of every turn, and the median of the rounds' ratios."""
    writer = Writer(open_course().assignment(name))
    taken: dict[bool, list[float]] = {True: [], False: []}
    with tempfile.TemporaryDirectory(prefix="core-each-") as scratch:
        submissions = Path(scratch) / "class"
        submissions.mkdir()
        for number in range(size):
            writer.write(submissions, number)
        for turn in range(rounds):
            for stays in (True, False):
                taken[stays].append(graded(name, submissions, Path(scratch) / f"{turn}-{stays}", stays))
    ratios = [with_it / without for with_it, without in zip(taken[True], taken[False], strict=True)]
    return {
        "submissions": size, "jobs": cores.usable(), "ratio_of_seconds": round(statistics.median(ratios), 3),
        "ratios": [round(one, 3) for one in ratios], "seconds": [round(one, 1) for one in taken[True]],
        "seconds_anywhere": [round(one, 1) for one in taken[False]],
    }  # fmt: skip


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("assignments", nargs="*", default=["warmup", "vae"])
    parser.add_argument("--size", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=4)
    wanted = parser.parse_args()
    if cores.core_for([], cores.usable()) is None:
        raise SystemExit("this machine has one core, or does not say which ones it has: there is nothing to compare")
    load = round(os.getloadavg()[0], 2)
    measured = {}
    for name in wanted.assignments:
        measured[name] = measure(name, wanted.size, wanted.rounds)
        print(name, measured[name], flush=True)
    RESULT.write_text(
        json.dumps({"assignments": measured, "machine": describe_machine(), "load_before": load}, indent=1) + "\n"
    )


if __name__ == "__main__":
    main()
