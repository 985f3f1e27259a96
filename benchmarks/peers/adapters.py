"""How each grader is given submissions, and what each of them cost and earned."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import notebooks
from environments import PEERS, ROOT, environment

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from nbgrader_speed import Place, read_notebook, reap, stock_course  # noqa: E402

from autograder.course.assignment import Assignment  # noqa: E402

LIMIT_S = 180.0
"""After so long a command is ended, with all that it has started."""
CLASS_LIMIT_S = 3600.0
_THREADS = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "PYTHONWARNINGS": "ignore"}


@dataclass(frozen=True)
class Turn:
    """What one command cost; a score for each submission, None where there is no result."""

    wall_s: float
    cpu_s: float
    scores: dict[str, float | None]
    said: str = ""


def timed(
    command: Sequence[str | Path], variables: Mapping[str, str], folder: Path, limit: float = LIMIT_S
) -> tuple[float, float, str]:
    """Seconds by the clock, CPU seconds of all processes that were waited for, and the end of what was printed."""
    before, started = _cpu(), time.perf_counter()
    process = subprocess.Popen(
        list(map(str, command)), cwd=folder, env=os.environ | _THREADS | dict(variables), stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", start_new_session=True,
    )  # fmt: skip
    try:
        printed, _ = process.communicate(timeout=limit)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        printed = process.communicate()[0] + "\nended at the time limit"
    reap()
    return time.perf_counter() - started, _cpu() - before, printed[-1500:]


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class OneByOne:
    """A grader that is started for each submission, by the program that goes with it."""

    def __init__(self, name: str, assignment: Assignment, scratch: Path) -> None:
        self.name, self.assignment = name, assignment
        self.python = environment(name)
        self.scratch = scratch / name
        self.scratch.mkdir()
        self._result = self.scratch / "result.json"
        self._variables = {"PEER_ASSIGNMENT": assignment.name, "PEER_RESULT": str(self._result), "PYTHONPATH": str(HERE)}

    def grade(self, home: Path) -> Turn:
        """One submission."""
        self._result.unlink(missing_ok=True)
        variables = self._variables | {"PEER_SUBMISSION": str(home), "AUTOGRADER_COURSE": str(ROOT)}
        wall, cpu, said = timed(self._command(home), variables, self.scratch)
        return Turn(wall, cpu, {home.name: self._score()}, said)

    def _command(self, home: Path) -> list[str | Path]:
        return [self.python, HERE / PEERS[self.name].program]

    def _score(self) -> float | None:
        try:
            return float(json.loads(self._result.read_text())["score"])
        except (OSError, ValueError, KeyError, TypeError):
            return None


class Otter(OneByOne):
    """``otter run``: one notebook without a container; a test file for each exercise, a case for each check."""

    def __init__(self, name: str, assignment: Assignment, scratch: Path) -> None:
        super().__init__(name, assignment, scratch)
        tests = self.scratch / "tests"
        tests.mkdir()
        for exercise in assignment.exercises:
            lines = ["OK_FORMAT = False", "from otter.test_files import test_case", "from otter_checks import passed"]
            lines.append(f"name = {exercise.key!r}")
            for number, check in enumerate(exercise.checks):
                lines += [f"@test_case(points={check.points}, hidden={check.visibility == 'hidden'})"]
                lines += [f"def case_{number}(env):", f"    assert passed({exercise.key!r}, {number}, env)"]
            (tests / f"{exercise.module}_{exercise.name}.py").write_text("\n".join(lines) + "\n")
        made = [self.python, "-m", "otter", "generate", "-t", tests, "-o", self.scratch / "autograder.zip", "--no-environment"]
        subprocess.run([str(one) for one in made], cwd=self.scratch, check=True, capture_output=True)

    def _command(self, home: Path) -> list[str | Path]:
        files = {path.name: path.read_bytes() for path in home.glob("*.py")}
        path = self.scratch / f"{home.name}.ipynb"
        path.write_text(json.dumps(notebooks.plain(files)))
        (self.scratch / "results.json").unlink(missing_ok=True)
        return [self.python, "-m", "otter", "run", path, "-a", self.scratch / "autograder.zip", "-o", self.scratch, "--no-logo"]

    def _score(self) -> float | None:
        try:
            tests = json.loads((self.scratch / "results.json").read_text())["tests"]
        except (OSError, ValueError, KeyError):
            return None
        return float(sum(test.get("score", 0.0) for test in tests))


class Nbgrader:
    """Stock ``nbgrader autograde``, which takes a class; checks run in graded cells."""

    def __init__(self, assignment: Assignment, scratch: Path) -> None:
        python = environment("nbgrader")
        self.assignment = assignment
        self.place: Place = stock_course(scratch / "nbgrader", assignment, ROOT, python.parent)

    def grade_class(self, homes: Sequence[Path]) -> Turn:
        """All submissions, in one command."""
        name = self.assignment.name
        released = read_notebook(self.place.folder / "release" / name / f"{name}.ipynb")
        for home in homes:
            folder = self.place.folder / "submitted" / home.name / name
            folder.mkdir(parents=True)
            files = {path.name: path.read_bytes() for path in home.glob("*.py")}
            (folder / f"{name}.ipynb").write_text(json.dumps(notebooks.in_released(released, files)))
        cost = self.place.run("nbgrader", "autograde", name, allowed=(0, 1))
        found = self.place.scores()
        self.place.forget()
        (self.place.folder / "submitted").rename(self.place.folder / f"submitted-{time.time_ns()}")
        return Turn(cost.wall_s, cost.cpu_s, {home.name: found.get(home.name) for home in homes})


class Ours:
    """This grader, as a class with one job."""

    def __init__(self, assignment: Assignment, scratch: Path) -> None:
        self.assignment, self.scratch = assignment, scratch / "autograder"
        self.profile = ""

    def grade_class(self, homes: Sequence[Path]) -> Turn:
        """All submissions, in one command."""
        out = self.scratch / str(time.time_ns())
        command: list[str | Path] = [sys.executable, "-m", "autograder", "grade", self.assignment.name, *homes]
        command += ["--out", out, "--jobs", "1", "--no-training", "--quiet", "--format", "json"]
        wall, cpu, said = timed(command, {}, ROOT, limit=CLASS_LIMIT_S)
        results = {path.stem: json.loads(path.read_text()) for path in out.glob("*.json") if path.stem not in ("class",)}
        self.profile = next((one["isolation"]["profile"] for one in results.values()), "")
        scores = {name: sum(one["score"] for one in result["exercises"]) for name, result in results.items()}
        return Turn(wall, cpu, {home.name: scores.get(home.name) for home in homes}, said)
