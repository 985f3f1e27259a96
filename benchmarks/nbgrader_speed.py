"""Stock nbgrader against this grader: the same class of notebooks, the same checks, one script.

Run ``python benchmarks/nbgrader_speed.py``; writes ``benchmarks/results/nbgrader_speed.json``. In a temporary folder it makes
two nbgrader courses with the same students:

* ``stock``: nbgrader as it is installed. Its graded cells import the checks from a hidden folder, run them in the student's
  kernel and return partial credit; the cells with visible checks are left out, so that nothing runs twice.
* ``ours``: this repository's ``nbgrader_config.py`` and release, graded by ``autograder nbgrade`` and, for its cost per
  submission, by ``nbgrader autograde``.

Both run with one torch thread per process. CPU time is that of the command and of everything that it started.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from machine import describe_machine
from notebook_class import Notebook, Styles, filled, is_right

from autograder.course.assignment import Assignment
from autograder.course.course import open_course
from autograder.course.notebook_cells import METADATA, exercise_of
from autograder.exports.gradebook_marks import marks_of_gradebook

HERE = Path(__file__).resolve().parent
RESULT = HERE / "results" / "nbgrader_speed.json"
SUBREAPER = 36
"""``PR_SET_CHILD_SUBREAPER``: what a command leaves behind is handed to this process, and its CPU time counted."""


@dataclass
class Cost:
    """What a command took."""

    wall_s: float
    cpu_s: float

    def of(self, submissions: int) -> dict[str, float]:
        """As it stands in the results."""
        return {
            "submissions": submissions, "wall_s": round(self.wall_s, 2), "cpu_s": round(self.cpu_s, 2),
            "submissions_per_s": round(submissions / self.wall_s, 3),
            "cpu_s_per_submission": round(self.cpu_s / submissions, 3),
        }  # fmt: skip


@dataclass
class Place:
    """One nbgrader course in a folder of its own."""

    folder: Path
    assignment: Assignment
    environment: dict[str, str]
    programs: Path = Path(sys.executable).parent
    """Where its nbgrader is installed."""

    def run(self, *command: str, allowed: tuple[int, ...] = (0,)) -> Cost:
        """Run a command of this environment in the course; ends the benchmark when it fails."""
        program = self.programs / command[0]
        before, started = _children_cpu(), time.perf_counter()
        done = subprocess.run([program, *command[1:]], cwd=self.folder, env=self._environment(), capture_output=True, text=True)
        wall = time.perf_counter() - started
        reap()
        if done.returncode not in allowed:
            told = done.stdout[-2000:] + done.stderr[-4000:]
            raise SystemExit(f"{' '.join(command)} failed with {done.returncode}:\n{told}")
        return Cost(wall, _children_cpu() - before)

    def hand_in(self, styles: Styles, students: range) -> None:
        """Put the students' notebooks where nbgrader collects them."""
        name = self.assignment.name
        released = read_notebook(self.folder / "release" / name / f"{name}.ipynb")
        for number in students:
            home = self.folder / "submitted" / student(number) / name
            home.mkdir(parents=True, exist_ok=True)
            (home / f"{name}.ipynb").write_text(json.dumps(filled(released, styles, number)))

    def scores(self) -> dict[str, float]:
        """What the gradebook has for every student."""
        (marks,) = marks_of_gradebook(str(self.folder / "gradebook.db")).assignments
        return {name: mark.score for name, mark in marks.marks.items()}

    def forget(self) -> None:
        """Take back all grading."""
        shutil.rmtree(self.folder / "autograded", ignore_errors=True)
        shutil.copy(self.folder / "released.db", self.folder / "gradebook.db")

    def remember(self) -> None:
        """Keep the gradebook as it is after releasing."""
        shutil.copy(self.folder / "gradebook.db", self.folder / "released.db")

    def _environment(self) -> dict[str, str]:
        own = {key: value for key, value in os.environ.items() if not key.startswith(("AUTOGRADER", "JUPYTER", "NBGRADER"))}
        places = os.pathsep.join((str(self.programs), own.get("PATH", os.defpath)))
        threads = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
        return {**own, "PATH": places, "JUPYTER_CONFIG_DIR": str(self.folder / "no-config"), **threads, **self.environment}


def student(number: int) -> str:
    """A student's id."""
    return f"student{number:03d}"


def read_notebook(path: Path) -> Notebook:
    """A notebook whose sources are single texts."""
    notebook: Notebook = json.loads(path.read_text())
    for cell in notebook["cells"]:
        cell["source"] = "".join(cell["source"])
    return notebook


def our_course(folder: Path, assignment: Assignment, root: Path) -> Place:
    """This repository's course, released."""
    folder.mkdir()
    shutil.copytree(root / "solutions", folder / "solutions", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(root / "source" / assignment.name, folder / "source" / assignment.name)
    shutil.copy(root / "nbgrader_config.py", folder)
    place = Place(folder, assignment, {"AUTOGRADER_COURSE": str(folder)})
    place.run("nbgrader", "generate_assignment", assignment.name)
    place.remember()
    return place


def stock_course(folder: Path, assignment: Assignment, root: Path, programs: Path | None = None) -> Place:
    """The same notebook for stock nbgrader, of this environment or another one: checks run in graded cells."""
    source = folder / "source" / assignment.name
    source.mkdir(parents=True)
    notebook = read_notebook(root / "release" / assignment.name / f"{assignment.name}.ipynb")
    cells = [cell for cell in notebook["cells"] if not cell["id"].startswith("check-")]
    for cell in cells:
        kind, exercise = exercise_of(assignment.name, cell["id"]) or ("", "")
        if kind == "points":
            cell["source"] = f'from stock_checks import points\n\npoints("{exercise}", globals())'
    made = {"cells": cells, "metadata": METADATA, "nbformat": 4, "nbformat_minor": 5}
    (source / f"{assignment.name}.ipynb").write_text(json.dumps(made))
    (folder / "nbgrader_config.py").write_text(f"c = get_config()\nc.CourseDirectory.root = {str(folder)!r}\n")
    hidden = folder / "hidden"
    hidden.mkdir()
    shutil.copy(HERE / "stock_checks.py", hidden)
    environment = {"PYTHONPATH": str(hidden), "AUTOGRADER_COURSE": str(root), "STOCK_ASSIGNMENT": assignment.name}
    place = Place(folder, assignment, environment, programs or Path(sys.executable).parent)
    place.run("nbgrader", "generate_assignment", assignment.name)
    place.remember()
    return place


def measure(assignment: Assignment, root: Path, size: int, stock_size: int, jobs: int) -> dict[str, Any]:
    """One assignment: both courses, the same students."""
    styles = Styles(assignment)
    with tempfile.TemporaryDirectory(prefix="nbgrader-speed-") as scratch:
        ours = our_course(Path(scratch) / "ours", assignment, root)
        stock = stock_course(Path(scratch) / "stock", assignment, root)
        ours.hand_in(styles, range(size))
        stock.hand_in(styles, range(stock_size))
        load = os.getloadavg()[0]
        fast = ours.run("autograder", "nbgrade", assignment.name, "--jobs", str(jobs), "--quiet")
        our_scores = ours.scores()
        # A kernel that dies takes its submission with it, and nbgrader says so with 1.
        slow = stock.run("nbgrader", "autograde", assignment.name, allowed=(0, 1))
        agreement = compare(assignment, our_scores, stock.scores(), stock_size)
        single = one_by_one(ours, styles)
    ratios = {
        "wall": round(slow.wall_s / stock_size / (fast.wall_s / size), 1),
        "cpu": round(slow.cpu_s / stock_size / (fast.cpu_s / size), 1),
    }
    return {
        "assignment": assignment.name, "graded_cells": len(assignment.exercises),
        "checks": sum(len(exercise.checks) for exercise in assignment.exercises), "jobs": jobs,
        "stock_nbgrader_autograde": slow.of(stock_size), "autograder_nbgrade": fast.of(size),
        "times_faster": {**ratios, "extrapolated": size != stock_size},
        "nbgrader_autograde_with_our_config": single, "scores": agreement, "load_before": round(load, 2),
    }  # fmt: skip


def one_by_one(ours: Place, styles: Styles, more: int = 10) -> dict[str, float]:
    """`nbgrader autograde` with our configuration: alone, with nothing to do, and for each further submission."""
    name = ours.assignment.name
    ours.forget()
    kept = ours.folder / "kept"
    (ours.folder / "submitted").rename(kept)
    ours.hand_in(styles, range(1))
    alone = ours.run("nbgrader", "autograde", name)
    nothing = ours.run("nbgrader", "autograde", name)
    ours.hand_in(styles, range(1 + more))
    further = ours.run("nbgrader", "autograde", name)
    ours.forget()
    shutil.rmtree(ours.folder / "submitted")
    kept.rename(ours.folder / "submitted")
    startup = alone.wall_s - (further.wall_s - alone.wall_s) / (more - 1)
    return {
        "start_up_of_nbgrader_s": round(nothing.wall_s, 2),
        "first_submission_s": round(alone.wall_s - nothing.wall_s, 2),
        "each_further_submission_s": round((further.wall_s - startup) / more, 3),
        "each_further_submission_cpu_s": round((further.cpu_s - alone.cpu_s) / (more - 1), 3),
    }


def compare(assignment: Assignment, ours: dict[str, float], stock: dict[str, float], size: int) -> dict[str, Any]:
    """Whether both agree, and whether right submissions have all points in both."""
    names = [student(number) for number in range(size)]
    right = [student(number) for number in range(size) if is_right(number)]
    full = [name for name in right if ours.get(name) == stock.get(name) == assignment.points]
    return {
        "right_submissions": len(right), "with_full_marks_in_both": len(full),
        "without": {name: [ours.get(name), stock.get(name)] for name in right if name not in full},
        "submissions_with_equal_scores": sum(ours[name] == stock.get(name) for name in names), "of": size,
        "why_others_may_differ": "here a mistake is charged once; stock nbgrader charges what builds on it, too",
    }  # fmt: skip


def _children_cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def reap() -> None:
    """Wait for what a command has left behind."""
    try:
        while os.waitpid(-1, 0)[0]:
            pass
    except ChildProcessError:
        return


def main() -> None:
    """Measure and write the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--assignments", nargs="+", default=["warmup", "vae"])
    parser.add_argument("--size", type=int, default=100, help="students")
    parser.add_argument("--stock-size", type=int, help="students graded by stock nbgrader; default: all")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--out", type=Path, default=RESULT)
    wanted = parser.parse_args()
    ctypes.CDLL(None).prctl(SUBREAPER, 1, 0, 0, 0)
    course = open_course()
    stock_size = wanted.stock_size or wanted.size
    assignments = [course.assignment(name) for name in wanted.assignments]
    result: dict[str, Any] = {"machine": describe_machine(), "versions": _versions(), "measured": []}
    for assignment in assignments:
        result["measured"].append(measure(assignment, course.root, wanted.size, stock_size, wanted.jobs))
        wanted.out.write_text(json.dumps(result, indent=1) + "\n")
        print(json.dumps(result["measured"][-1], indent=1), flush=True)
    if any(one["scores"]["without"] for one in result["measured"]):
        raise SystemExit("right submissions lost points")


def _versions() -> dict[str, str]:
    from importlib.metadata import version

    return {name: version(name) for name in ("nbgrader", "nbconvert", "ipykernel", "hypothesis")}


if __name__ == "__main__":
    main()
