"""What training tasks cost: CPU time of the reference's run in units of the yardstick, and what it measures.

Run ``python benchmarks/training.py [TASK…] [--device cuda]``; without tasks all of them are run. Writes
``benchmarks/results/training.json``, and ``training.md`` from everything that file holds. Each task runs in a process of
its own with one thread; the yardstick is measured in that process before and after it. 1 Y is about one second of a
laptop's core.
"""

from __future__ import annotations

import argparse
import json
import math
import multiprocessing
import time
from pathlib import Path
from typing import Any

from machine import describe_machine

from autograder.atomic import write_atomically
from autograder.course.course import open_course
from autograder.training.task import training_tasks

RESULTS = Path(__file__).parent / "results"
LIMITS = {"vae": 40.0}
LIMIT = 60.0
"""Yardsticks that an assignment's tasks may take together."""


def measure(assignment: str, name: str, device: str) -> dict[str, Any]:
    """One run of a task on the reference, beside the yardstick."""
    import torch

    from autograder.audit.yardstick import yardstick
    from autograder.training.grade import TrainingOptions, train_modules
    from autograder.training.task import find_task
    from autograder.training.worlds import DataSource

    torch.set_num_threads(1)
    course = open_course().assignment(assignment)
    task = find_task(course, name)
    before = yardstick(device, repeats=1)
    cpu, wall = time.process_time(), time.perf_counter()
    trained = train_modules(course, task, course.reference_files(), TrainingOptions("benchmark", DataSource(), device))
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    unit = (before + yardstick(device, repeats=1)) / 2
    steps = task.measure.__globals__.get("STEPS")
    run = trained.run
    return {
        "assignment": assignment, "status": trained.result.status, "steps": steps, "device": device,
        "dataset": run.environment.get("dataset", "") if run is not None else "",
        "cpu_s": round(cpu, 2), "wall_s": round(wall, 2), "yardstick_s": round(unit, 3),
        "yardsticks": round((cpu if device == "cpu" else wall) / unit, 2),
        "values": {} if run is None else {key: _rounded(value) for key, value in run.values.items()},
        "levels": {one.name: [one.zero, one.full] for one in trained.result.checks},
        "machine": describe_machine(),
    }  # fmt: skip


def _rounded(value: float) -> float | None:
    return None if math.isnan(value) else float(f"{value:.5g}")


def table(found: dict[str, dict[str, Any]]) -> str:
    """Everything that was measured, as Markdown."""
    lines = ["# What training tasks cost", "", "Written by `make bench-training`. 1 Y: 100 steps of Adam on a small network"
             " for digits, measured in the same process.", ""]  # fmt: skip
    lines += ["| task | device | steps | CPU s | Y | measured |", "|---|---|---|---|---|---|"]
    for task, one in sorted(found.items()):
        measured = ", ".join(f"{name} {'nan' if value is None else f'{value:.4g}'}" for name, value in one["values"].items())
        row = [f"`{task}`", one["device"], str(one["steps"] or "–"), f"{one['cpu_s']:.1f}", f"{one['yardsticks']:.1f}"]
        lines.append("| " + " | ".join([*row, measured or one["status"]]) + " |")
    lines += ["", "| assignment | tasks measured | Y together | limit |", "|---|---|---|---|"]
    for name in dict.fromkeys(one["assignment"] for one in found.values()):
        parts = [one["yardsticks"] for one in found.values() if one["assignment"] == name]
        there = len(training_tasks(open_course().assignment(name)))
        lines.append(f"| {name} | {len(parts)} of {there} | {sum(parts):.1f} | {LIMITS.get(name, LIMIT):g} |")
    machines = dict.fromkeys(json.dumps(one["machine"], sort_keys=True) for one in found.values())
    lines += ["", "Measured on:", "", *(f"- {', '.join(f'{k}: {v}' for k, v in json.loads(one).items())}" for one in machines)]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure, and write after every task."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tasks", nargs="*", help="names or ids; default: all")
    parser.add_argument("--device", default="cpu", choices=["cpu", "cuda"])
    wanted = parser.parse_args()
    course = open_course()
    tasks = [(name, task) for name in course.names() for task in training_tasks(course.assignment(name))]
    chosen = [(name, task) for name, task in tasks if not wanted.tasks or {task.name, task.id} & set(wanted.tasks)]
    path = RESULTS / "training.json"
    found = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    for name, task in chosen:
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            key = task.id if wanted.device == "cpu" else f"{task.id} ({wanted.device})"
            found[key] = pool.apply(measure, (name, task.name, wanted.device))
        print(f"{key}: {found[key]['yardsticks']} Y, {found[key]['status']}", flush=True)
        write_atomically(path, json.dumps(found, indent=1, sort_keys=True) + "\n")
        write_atomically(RESULTS / "training.md", table(found))


if __name__ == "__main__":
    main()
