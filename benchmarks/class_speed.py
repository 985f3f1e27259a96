"""Speed and memory of grading: isolated against in-process, and a class of a hundred.

Run ``python benchmarks/class_speed.py [ASSIGNMENT…]`` (all when left out); writes
``benchmarks/results/class_speed.json``. Both sides of every ratio are
measured in the same run, on the same submissions, with the same checks.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import torch
from machine import PeakMemory, describe_machine, one_core, tree_cpu_seconds

from autograder.assessment.assess import assess
from autograder.assessment.runner import RunOptions
from autograder.audit.audit import alternatives, stub_files
from autograder.course.assignment import Assignment
from autograder.course.course import open_course
from autograder.grading.grader import Grader
from autograder.grading.options import GradeOptions
from autograder.sessions.subjects import LoadedModules
from autograder.submission import Submission

ASSIGNMENT = "vae"
"""Whose class of a hundred is graded."""
CLASS_SIZE = 100
WARM_UP, REPEATS = 2, 20
SETTLE_S, PAUSE_S = 4.0, 0.05
"""A zygote moves its heap into huge pages in its first idle seconds; the last worker is taken down after the result."""
RESULT = Path(__file__).parent / "results" / "class_speed.json"


def one_submission(assignment: Assignment) -> dict[str, float]:
    """CPU seconds of one right submission: in this warm interpreter, and in locked workers of a warm grader.

    Behind walls the grader's, the zygotes' and the workers' time counts. Everything stays on one core, as it does in a class
    that keeps every core busy; a request that finds its worker on another costs more. The two take turns, because this
    machine may be slower at one minute than at the next; what a zygote does once after its start is waited for, as imports
    are.
    """
    subject = LoadedModules(assignment, assignment.reference_files())
    submission = Submission("bench", assignment.reference_files(), (), "0" * 64, None, {})
    local, isolated = [], []
    with Grader(assignment.name, GradeOptions()) as grader:
        for turn in range(WARM_UP + REPEATS):
            started = time.process_time()
            assess(assignment, assignment.exercises, subject, RunOptions(), None)
            local.append(time.process_time() - started)
            before = tree_cpu_seconds(os.getpid())
            result = grader.grade(submission).result
            if result.score + assignment.written_points != result.max_score:
                raise SystemExit(f"the reference lost points: {result.score} of {result.max_score}")
            time.sleep(SETTLE_S if turn < WARM_UP else PAUSE_S)
            isolated.append(tree_cpu_seconds(os.getpid()) - before)
    local, isolated = local[WARM_UP:], isolated[WARM_UP:]
    return {
        "cpu_s_in_process": round(statistics.median(local), 3),
        "cpu_s_isolated": round(statistics.median(isolated), 3),
        "ratio": round(statistics.median(isolated) / statistics.median(local), 2),
        "least_cpu_s_in_process": round(min(local), 3),
        "least_cpu_s_isolated": round(min(isolated), 3),
    }


def write_class(assignment: Assignment, folder: Path) -> None:
    """A class of plausible work: right answers in several styles, unfinished files, small mistakes."""
    styles = [assignment.reference_files()]
    for path, module in alternatives(assignment):
        styles.append({**assignment.reference_files(), f"{module}.py": path.read_bytes()})
    stubs = stub_files(assignment)
    for number in range(CLASS_SIZE):
        files = dict(styles[number % len(styles)])
        if number % 5 == 3:
            unfinished = sorted(files)[number % len(files)]
            files[unfinished] = stubs[unfinished]
        if number % 10 == 6:
            files["losses.py"] = files["losses.py"].replace(b"0.5 *", b"1.0 *").replace(b"0.5*", b"1.0*")
        home = folder / f"student{number:03d}"
        home.mkdir(parents=True)
        for name, content in files.items():
            (home / name).write_bytes(content)


def grade_class(assignment: Assignment) -> dict[str, float]:
    """Grade a class of a hundred through the command line with two jobs."""
    with tempfile.TemporaryDirectory() as scratch:
        submissions = Path(scratch) / "submissions"
        write_class(assignment, submissions)
        command = [sys.executable, "-m", "autograder", "grade", assignment.name, str(submissions)]
        started = time.perf_counter()
        process = subprocess.Popen([*command, "--out", scratch + "/results", "--jobs", "2", "--quiet", "--no-training"])
        with PeakMemory(process.pid) as memory:
            code = process.wait()
        seconds = time.perf_counter() - started
        graded = len(list(Path(scratch, "results").glob("student*.json")))
    if code != 0 or graded != CLASS_SIZE:
        raise SystemExit(f"grading the class failed: exit code {code}, {graded} results")
    return {
        "submissions": graded, "jobs": 2, "seconds": round(seconds, 1),
        "submissions_per_second": round(graded / seconds, 2), "peak_memory_mib": round(memory.mib),
    }  # fmt: skip


def main(names: Sequence[str]) -> None:
    """Measure and write the results."""
    torch.set_num_threads(1)  # as in every worker: a second thread costs CPU time and saves none here
    load = os.getloadavg()[0]
    single = {}
    for name in names:
        with one_core():
            single[name] = one_submission(open_course().assignment(name))
        print(name, single[name], flush=True)
    measured = {
        "one_submission": single,
        "class": {"assignment": ASSIGNMENT, **grade_class(open_course().assignment(ASSIGNMENT))},
        "machine": describe_machine(),
        "load_before": load,
    }
    RESULT.write_text(json.dumps(measured, indent=1) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:] or open_course().names())
