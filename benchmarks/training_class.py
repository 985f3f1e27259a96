"""A class with its training: ``benchmarks/training_class.py [--assignment vae] [--students 20] [--jobs 2]``.

Right answers and those that calibration knows to be wrong, checks and training together, behind walls. Then two of the
submissions once more, with the same seed and one job. Writes what it took, whether everybody has a result, whether all right
answers have all points, and whether the repeated results are the same but for durations, to
``results/training_class.json``. Exit code 1 where anything of this is not so.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from itertools import cycle
from pathlib import Path
from typing import Any

from machine import describe_machine
from same_results import differences, results_of

from autograder.atomic import write_atomically
from autograder.audit.training_variants import answers
from autograder.course.assignment import Assignment
from autograder.course.course import open_course
from autograder.training.task import training_tasks

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "benchmarks" / "results" / "training_class.json"
SEED = "11"


def write_class(folder: Path, students: int, assignment: Assignment) -> set[str]:
    """Folders of students, every other one wrong in its training; returns the names of those that are right."""
    found = [answer for task in training_tasks(assignment) for answer in answers(assignment, task)]
    right = cycle([one for one in found if one.kind == "reference"])
    wrong = cycle([one for one in found if one.kind == "wrong" and one.separable])
    names = set()
    for number in range(students):
        name = f"student{number:02}"
        answer = next(wrong if number % 2 else right)
        if not number % 2:
            names.add(name)
        (folder / name).mkdir(parents=True)
        for file, content in answer.files.items():
            (folder / name / file).write_bytes(content)
    return names


def grade(paths: list[Path], out: Path, assignment: str, jobs: int) -> float:
    """Grade with training; returns the seconds that it took."""
    begun = time.monotonic()
    command = [sys.executable, "-m", "autograder", "grade", assignment, *map(str, paths), "--out", str(out), "--seed", SEED,
               "--jobs", str(jobs), "--quiet"]  # fmt: skip
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(done.stderr[-3000:])
    return round(time.monotonic() - begun, 1)


def points_of_training(result: dict[str, Any]) -> tuple[float, float]:
    """What a result earned in training, and what there was."""
    tasks = [one for one in result["exercises"] if one["kind"] == "training"]
    return sum(one["score"] for one in tasks), sum(one["max_score"] for one in tasks)


def borrowed(result: dict[str, Any]) -> bool:
    """Whether a training ran with a function of the reference's: the mistake was charged where it was made."""
    return any("a correct version of" in one["note"] for one in result["exercises"] if one["kind"] == "training")


def main() -> None:
    """Grade, compare, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--assignment", default="vae")
    parser.add_argument("--students", type=int, default=20)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    assignment = open_course().assignment(options.assignment)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        right = write_class(home / "class", options.students, assignment)
        taken = grade([home / "class"], home / "out", assignment.name, options.jobs)
        found = results_of(home / "out")
        again = sorted(found)[:2]
        grade([home / "class" / name.removesuffix(".json") for name in again], home / "again", assignment.name, 1)
        repeated = results_of(home / "again")
    earned = {name.removesuffix(".json"): points_of_training(result) for name, result in found.items()}
    whole_training = {name for name, (points, most) in earned.items() if points == most}
    lent = {name.removesuffix(".json") for name, result in found.items() if borrowed(result)}
    report = {
        "assignment": assignment.name, "students": options.students, "jobs": options.jobs, "seconds": taken,
        "results": len(found), "statuses": sorted({one["status"] for one in found.values()}),
        "right_with_all_points": len(whole_training & right), "right": len(right),
        "wrong_with_all_points": sorted(name for name in whole_training - right if name not in lent),
        "wrong_and_trained_with_correct_functions": len(lent - right),
        "differences_when_repeated_with_one_job": [
            line for name in again for line in differences(found[name], repeated[name], name) if "/feedback" not in line
        ],
        "machine": describe_machine(),
    }  # fmt: skip
    write_atomically(RESULTS, json.dumps(report, indent=1) + "\n")
    print(json.dumps(report, indent=1))
    whole = report["results"] == options.students and report["right_with_all_points"] == len(right)
    sys.exit(0 if whole and not report["differences_when_repeated_with_one_job"] else 1)


if __name__ == "__main__":
    main()
