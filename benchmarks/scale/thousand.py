"""A class of a thousand beside classes of a hundred: nothing lost, memory, seconds per submission, one job and two.

Run ``python benchmarks/scale/thousand.py [--size 1000] [--beside 100]``; writes ``results/thousand.json`` and ``thousand.md``.
All classes are made by the same rule from ``warmup``, the cheapest assignment: of twenty submissions thirteen are right, in
several styles, four have one function wrong, two cannot be read and one holds nothing. Every submission is different.

Two jobs are measured against one in the large class, where the start of a run counts for little. What this machine has to give
is measured beside it: two graders that share nothing, each with the small class and one job, at the same time and one by one.

While a class is graded, the memory of the grader's process (RSS) and of everything below it (PSS) is sampled together with the
number of results that are written. The slope is a least-squares line through the samples after the first fifth, in kB for each
further submission.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from autograder.assessment.assess import assess
from autograder.assessment.runner import RunOptions
from autograder.audit.audit import alternatives
from autograder.course.assignment import Assignment
from autograder.course.course import open_course
from autograder.sessions.subjects import LoadedModules

sys.path.insert(0, str(Path(__file__).parents[1]))

from machine import describe_machine, proportional_memory_mib, tree_cpu_seconds
from notebook_class import Styles

RESULT = Path(__file__).parents[1] / "results" / "thousand.json"
EVERY = 1.0
"""Seconds between two samples."""
UNREADABLE, EMPTY = (7, 15), (19,)
"""Which of twenty cannot be read, and which hold nothing."""
WRONG = (3, 9, 12, 17)


def kind_of(number: int) -> str:
    """What a student hands in."""
    place = number % 20
    if place in UNREADABLE:
        return "unreadable"
    if place in EMPTY:
        return "empty"
    return "wrong" if place in WRONG else "right"


class Writer:
    """Writes submissions of an assignment."""

    def __init__(self, assignment: Assignment) -> None:
        self._reference = assignment.reference_files()
        others = [{**self._reference, f"{module}.py": path.read_bytes()} for path, module in alternatives(assignment)]
        self._right = [self._reference, *others]
        mistakes = [(cell.split("-")[1], source) for cell, source in Styles(assignment).mistakes]
        appended = [self._with_mistake(module, source) for module, source in mistakes]
        self._wrong = [files for files in appended if not _full_marks(assignment, files)]

    def _with_mistake(self, module: str, source: str) -> dict[str, bytes]:
        name = f"{module}.py"
        return {**self._reference, name: self._reference[name] + f"\n\n{source}\n".encode()}

    def write(self, folder: Path, number: int) -> None:
        """Put a student's submission into the class's folder."""
        name, kind = f"student{number:04d}", kind_of(number)
        if kind == "unreadable":
            (folder / f"{name}.zip").write_bytes(b"PK\x03\x04" + f"no archive, {number}".encode())
            return
        (folder / name).mkdir()
        if kind == "empty":
            return
        styles = self._right if kind == "right" else self._wrong
        for file, content in styles[number // 20 % len(styles)].items():
            (folder / name / file).write_bytes(content + f"\n# {name}\n".encode())


def _full_marks(assignment: Assignment, files: dict[str, bytes]) -> bool:
    assessed = assess(assignment, assignment.exercises, LoadedModules(assignment, files), RunOptions(), None)
    return all(one.complete for one in assessed)


@dataclass
class Samples:
    """Memory over results."""

    results: list[int] = field(default_factory=list)
    grader_kb: list[float] = field(default_factory=list)
    tree_kb: list[float] = field(default_factory=list)

    def take(self, process: int, out: Path) -> None:
        """One more sample; none where the process has just ended."""
        status = Path(f"/proc/{process}/status")
        try:
            resident = [line for line in status.read_text().splitlines() if line.startswith("VmRSS:")]
        except OSError:
            return
        if resident:
            self.results.append(len(list(out.glob("student*.json"))))
            self.grader_kb.append(float(resident[0].split()[1]))
            self.tree_kb.append(proportional_memory_mib(process) * 1024)

    def summary(self, size: int) -> dict[str, Any]:
        """Peak and slope of both."""
        settled = np.array(self.results) >= size // 5
        settled &= np.array(self.results) < size
        return {
            "samples": int(settled.sum()),
            "grader": _line(np.array(self.results), np.array(self.grader_kb), settled),
            "all_processes": _line(np.array(self.results), np.array(self.tree_kb), settled),
        }


def _line(results: np.ndarray, memory: np.ndarray, settled: np.ndarray) -> dict[str, float]:
    slope = float(np.polyfit(results[settled], memory[settled], 1)[0]) if settled.sum() > 2 else float("nan")
    return {"peak_mib": round(float(memory.max()) / 1024, 1), "slope_kb_per_submission": round(slope, 2)}


def grade(writer: Writer, assignment: Assignment, size: int, jobs: int) -> dict[str, Any]:
    """Grade a class and say what became of it."""
    with tempfile.TemporaryDirectory(prefix="thousand-") as scratch:
        submissions, out = Path(scratch) / "class", Path(scratch) / "out"
        submissions.mkdir()
        for number in range(size):
            writer.write(submissions, number)
        command = _command(assignment, submissions, out, jobs)
        samples, load = Samples(), os.getloadavg()[0]
        log = Path(scratch) / "log"
        with log.open("wb") as told:
            started = time.perf_counter()
            process = subprocess.Popen(command, stdout=told, stderr=told)
            cpu = 0.0
            while process.poll() is None:
                time.sleep(EVERY)
                samples.take(process.pid, out)
                cpu = max(cpu, tree_cpu_seconds(process.pid))
            wall = time.perf_counter() - started
        if process.returncode not in (0, 2):  # 2: something could not be read
            raise SystemExit(f"grading failed with {process.returncode}:\n{log.read_text()[-2000:]}")
        lost = lost_of(out, size, assignment)
    return {
        "submissions": size, "jobs": jobs, "wall_s": round(wall, 1), "wall_s_per_submission": round(wall / size, 4),
        "cpu_s_per_submission": round(cpu / size, 4), "lost_or_wrong": lost, "memory": samples.summary(size),
        "load_before": round(load, 2),
    }  # fmt: skip


def at_the_same_time(writer: Writer, assignment: Assignment, size: int) -> float:
    """How much faster two graders that share nothing are at the same time than one after the other.

    Each has a class of ``size`` and one job. Two processors that share memory, caches or a power budget do not give twice
    what one gives.
    """
    with tempfile.TemporaryDirectory(prefix="thousand-") as scratch:
        folders = [Path(scratch) / name for name in ("one", "two")]
        for folder in folders:
            folder.mkdir()
            for number in range(size):
                writer.write(folder, number)

        def graded(chosen: list[Path], run: str) -> float:
            started = time.perf_counter()
            commands = [_command(assignment, one, one.with_name(one.name + run), 1) for one in chosen]
            running = [subprocess.Popen(command, stderr=subprocess.DEVNULL) for command in commands]
            for process in running:
                process.wait()
            return time.perf_counter() - started

        together = graded(folders, "-together")
        apart = sum(graded([folder], "-apart") for folder in folders)
    return round(apart / together, 2)


def _command(assignment: Assignment, submissions: Path, out: Path, jobs: int) -> list[str]:
    command = [sys.executable, "-m", "autograder", "grade", assignment.name, str(submissions), "--out", str(out)]
    return [*command, "--jobs", str(jobs), "--no-training", "--quiet"]


def lost_of(out: Path, size: int, assignment: Assignment) -> dict[str, str]:
    """Submissions without the result that they should have."""
    found: dict[str, str] = {}
    for number in range(size):
        path, kind = out / f"student{number:04d}.json", kind_of(number)
        if not path.exists():
            found[path.stem] = "no result"
            continue
        result = json.loads(path.read_text())
        score, readable = result["score"], result["status"] == "graded"
        full = score == assignment.points
        as_it_should = {
            "right": readable and full, "wrong": readable and 0 < score < assignment.points,
            "unreadable": result["status"] == "unreadable" and score == 0, "empty": score == 0,
        }[kind]  # fmt: skip
        if not as_it_should:
            found[path.stem] = f"{kind}, but {result['status']} with {score} of {assignment.points}"
    return found


def compared(classes: list[dict[str, Any]]) -> dict[str, float]:
    """A thousand against a hundred, and two jobs against one."""
    wall = {(one["submissions"], one["jobs"]): one for one in classes}
    small, large = min(size for size, _ in wall), max(size for size, _ in wall)
    return {
        "wall_per_submission_of_the_large_class": round(
            wall[large, 2]["wall_s_per_submission"] / wall[small, 2]["wall_s_per_submission"], 3
        ),
        "cpu_per_submission_of_the_large_class": round(
            wall[large, 2]["cpu_s_per_submission"] / wall[small, 2]["cpu_s_per_submission"], 3
        ),
        "two_jobs_over_one": round(wall[large, 1]["wall_s"] / wall[large, 2]["wall_s"], 2),
        "two_jobs_over_one_in_the_small_class": round(wall[small, 1]["wall_s"] / wall[small, 2]["wall_s"], 2),
    }


def page(result: dict[str, Any]) -> str:
    """Markdown."""
    lines = ["| submissions | jobs | wall s each | CPU s each | lost | peak MiB, all processes | slope kB each: grader | all |"]
    lines.append("|---|---|---|---|---|---|---|---|")
    for one in result["classes"]:
        grader, tree = one["memory"]["grader"], one["memory"]["all_processes"]
        lines.append(
            f"| {one['submissions']} | {one['jobs']} | {one['wall_s_per_submission']} | {one['cpu_s_per_submission']} "
            f"| {len(one['lost_or_wrong'])} | {tree['peak_mib']} | {grader['slope_kb_per_submission']} "
            f"| {tree['slope_kb_per_submission']} |"
        )
    ratios, loads = result["compared"], ", ".join(str(one["load_before"]) for one in result["classes"])
    lines += [
        "",
        f"A submission of the large class takes {ratios['wall_per_submission_of_the_large_class']} times the seconds and "
        f"{ratios['cpu_per_submission_of_the_large_class']} times the CPU time of one in the small class; two jobs are "
        f"{ratios['two_jobs_over_one']} times as fast as one in the large class, "
        f"{ratios['two_jobs_over_one_in_the_small_class']} times in the small one, and two graders that share nothing are "
        f"{ratios['two_graders_over_one']} times as fast at the same time as one after the other. "
        f"{result['date']}, {result['machine']['cores']} cores, load before each class {loads}.",
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure and write the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=1000)
    parser.add_argument("--beside", type=int, default=100)
    parser.add_argument("--assignment", default="warmup")
    parser.add_argument("--out", type=Path, default=RESULT)
    wanted = parser.parse_args()
    assignment = open_course().assignment(wanted.assignment)
    writer = Writer(assignment)
    plan = [(wanted.beside, 1), (wanted.beside, 2), (wanted.size, 2), (wanted.size, 1)]
    classes = []
    for size, jobs in plan:
        classes.append(grade(writer, assignment, size, jobs))
        print(json.dumps(classes[-1]), flush=True)
    ratios = compared(classes) | {"two_graders_over_one": at_the_same_time(writer, assignment, wanted.beside)}
    result = {
        "assignment": assignment.name, "date": time.strftime("%Y-%m-%d"), "machine": describe_machine(),
        "classes": classes, "compared": ratios,
    }  # fmt: skip
    wanted.out.write_text(json.dumps(result, indent=1) + "\n")
    wanted.out.with_suffix(".md").write_text(page(result))
    print(page(result))
    if any(one["lost_or_wrong"] for one in classes):
        raise SystemExit("submissions were lost, or have another result than they should")


if __name__ == "__main__":
    main()
