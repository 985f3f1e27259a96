"""Hostile submissions, graded like any other, and what must hold after each of them.

No point is gained, nothing hidden is told, the next student is graded as ever, and nothing is left behind.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from autograder import subjects
from autograder.grading import Grader, _selected
from autograder.options import GradeOptions
from autograder.reports.feedback import render_feedback
from autograder.reports.graded import Graded
from autograder.reports.schema import ExerciseResult
from autograder.runner import RunOptions, run_checks
from autograder.sandbox.limits import UIDS_PER_ZYGOTE
from autograder.subjects import LoadedModules

from .attack import Attack
from .recording import recorded_fingerprints

_WORKER_UIDS = range(1_000_000_000, 4_000_000_000)
TRACES = {"hostile", "x", "seen", "results.json", "student.json", "scores.csv", "sitecustomize.py", "l"}
"""Names of the files that attacks write."""


class Arena:
    """Graders of all assignments, each started on first use and shared by the whole run."""

    def __init__(self) -> None:
        self._graders: dict[str, Grader] = {}
        self._others = worker_processes()
        """Spare workers of graders that other tests of this session keep."""

    def grader(self, assignment: str) -> Grader:
        """Return the warm grader of an assignment."""
        if assignment not in self._graders:
            self._graders[assignment] = Grader(assignment, GradeOptions(memory_limit_mb=1024)).__enter__()
        return self._graders[assignment]

    def grade(self, assignment: str, path: Path, only: str = "", seconds: float = 6.0) -> Graded:
        """Grade one submission, of some exercises (names between spaces) or of all."""
        grader = self.grader(assignment)
        selection = tuple(only.split())
        grader.exercises = _selected(grader.assignment, selection)
        grader.options = replace(grader.options, time_limit=seconds, only=selection)
        return grader.grade(grader.read(path))

    def close(self) -> None:
        """End everything."""
        for grader in self._graders.values():
            grader.close()

    @property
    def alive(self) -> int:
        """Workers that may be there: two spare ones for each grader that has its zygotes, and those of other tests."""
        return self._others + 2 * sum(grader._nursery is not None for grader in self._graders.values())


@pytest.fixture(scope="session")
def arena() -> Iterator[Arena]:
    """One set of graders for the session; loading a file may take a second."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(subjects, "LOAD_LIMIT", 1.0)
        patch.setenv("HOSTILE_SECRET", "LEAKED by the environment")
        arena = Arena()
        yield arena
        arena.close()


def submission(folder: Path, files: dict[str, bytes | str]) -> Path:
    """Write a submission's files and return its folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content)
    return folder


def reference_files(arena: Arena, assignment: str) -> dict[str, bytes | str]:
    """The right answers, file by file."""
    return dict(arena.grader(assignment).assignment.reference_files())


def written(arena: Arena, attack: Attack, folder: Path, *, marking: bool = False) -> Path:
    """Write an attack down: the reference, with the attacked file changed."""
    files = reference_files(arena, attack.assignment)
    name = f"{attack.module}.py"
    original = files[name]
    assert isinstance(original, bytes)
    files[name] = attack.source(original.decode(), marking=marking)
    return submission(folder, {**files, **attack.files})


def the_exercise(graded: Graded) -> ExerciseResult:
    """The only exercise of a result, which must not be a failure of the grader."""
    assert graded.result.status == "graded", graded.result.message
    (exercise,) = graded.result.exercises
    return exercise


def everything_told(graded: Graded, folder: Path) -> tuple[str, str]:
    """The student's page, and all text that leaves the grader: the result, the page, the pictures."""
    pictures = "".join(picture.decode("utf-8", "replace") for picture in graded.figures.values())
    page = render_feedback(graded.result, folder)
    return page, graded.result.to_json() + page + pictures


def numbers_of_hidden_checks(arena: Arena, assignment: str, exercise: str) -> set[str]:
    """A fingerprint of every tensor that hidden checks, and only these, send to a submission."""
    graded = arena.grader(assignment).assignment
    subject = LoadedModules(graded, graded.reference_files())
    target = graded.exercise(exercise)
    told: dict[str, set[str]] = {"visible": set(), "hidden": set()}
    for visibility, found in told.items():
        checks = [check for check in target.checks if check.visibility == visibility]
        with recorded_fingerprints(subject, target.module, found) as open_session:
            run_checks(graded, checks, open_session, RunOptions())
    return told["hidden"] - told["visible"]


def _relatives() -> dict[int, int]:
    """Every process of the machine with its parent."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
    return parents


def worker_processes() -> int:
    """Processes under the uids that this process's zygotes give to workers, wherever they hang in the tree."""
    parents = _relatives()
    own = {os.getpid()}
    for _ in range(4):
        own |= {child for child, parent in parents.items() if parent in own}
    found = 0
    for pid in parents:
        try:
            uid = Path(f"/proc/{pid}").stat().st_uid
        except OSError:
            continue
        found += uid in _WORKER_UIDS and (uid - _WORKER_UIDS.start) // UIDS_PER_ZYGOTE in own
    return found


def open_descriptors() -> int:
    """Descriptors that this process holds."""
    return len(os.listdir("/proc/self/fd"))


def left_behind() -> set[str]:
    """Files of workers in the places where processes meet."""
    found = set()
    for place in (Path("/tmp"), Path("/dev/shm"), Path("/var/tmp"), Path.home(), Path.cwd(), Path.cwd() / "results"):
        for path in place.iterdir() if place.is_dir() else ():
            try:
                if path.lstat().st_uid in _WORKER_UIDS or path.name in TRACES:
                    found.add(str(path))
            except OSError:
                continue
    return found


@pytest.fixture
def nothing_left(arena: Arena) -> Iterator[None]:
    """After the test no worker but the spare ones runs, no file and no descriptor is left."""
    yield
    deadline = time.monotonic() + 3
    while os.geteuid() == 0 and worker_processes() > arena.alive and time.monotonic() < deadline:
        time.sleep(0.02)
    if os.geteuid() == 0:
        assert worker_processes() <= arena.alive, "a worker survived"


@pytest.fixture
def unharmed(arena: Arena, tmp_path: Path) -> Callable[[str, str], None]:
    """Grade the plain reference: it must have full marks."""

    def check(assignment: str, only: str) -> None:
        plain = submission(tmp_path / "next", reference_files(arena, assignment))
        result = arena.grade(assignment, plain, only).result
        assert (result.status, result.score) == ("graded", result.max_score), "the next student was harmed"
        assert result.max_score > 0

    return check
