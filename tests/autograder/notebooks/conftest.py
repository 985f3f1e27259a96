"""A small nbgrader course that the tests of one file share: each has students of its own."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from test_class_run import Shared

from autograder import grading
from autograder.course import open_course
from autograder.errors import GraderError
from autograder.options import GradeOptions
from autograder.pool import Job, grade_one
from autograder.reports.graded import Graded
from autograder.sandbox.launcher import Zygote

pytest.importorskip("nbgrader", reason="needs nbgrader")

from small_course import SmallCourse, read_json, write_small_course

from autograder.notebooks import steps

Nbgrader = Callable[..., None]


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory, warm_zygote: Zygote) -> Iterator[SmallCourse]:
    """The course, with its assignment in the gradebook and released; submissions are graded in this process."""
    with pytest.MonkeyPatch.context() as patch:
        root = tmp_path_factory.mktemp("nbgrader-course")
        patch.setenv("AUTOGRADER_COURSE", str(root))
        patch.setenv("PATH", os.environ["PATH"])
        open_course.cache_clear()
        made = write_small_course(root)
        patch.setattr(steps, "grade_standing_by", InThisProcess(made, warm_zygote))
        run_nbgrader(root, "generate_assignment", made.name)
        yield made
    open_course.cache_clear()


class InThisProcess:
    """Stands in for the standby grader, whose start takes seconds; it has tests of its own."""

    def __init__(self, course: SmallCourse, zygote: Zygote) -> None:
        self.course, self.zygote = course, zygote
        self.failing: set[str] = set()
        self.announced: list[tuple[str, list[str]]] = []
        self._grader: grading.Grader | None = None

    def __call__(
        self,
        assignment: str,
        options: GradeOptions,
        root: Path,
        folder: Path,
        student: str,
        upcoming: Sequence[tuple[Path, str]] = (),
    ) -> Graded:
        """Grade as the standby grader would; remembers what was announced."""
        self.announced.append((student, [other for _, other in upcoming]))
        if student in self.failing:
            raise GraderError("the grader failed", student)
        if self._grader is None:
            self._grader = grading.Grader(assignment, options, root)
            self._grader._zygote = Shared(self.zygote)  # type: ignore[assignment]
        done = grade_one(self._grader, Job(folder, student=student))
        assert done.graded is not None
        return done.graded


@pytest.fixture
def nbgrader(course: SmallCourse) -> Nbgrader:
    """Runs an nbgrader command in this process, at the course's root."""
    return lambda *arguments: run_nbgrader(course.root, *arguments)


@pytest.fixture
def released(course: SmallCourse) -> dict[str, Any]:
    """The students' notebook."""
    return read_json(course.root / "release" / course.name / f"{course.name}.ipynb")


@pytest.fixture
def one_zygote(monkeypatch: pytest.MonkeyPatch, warm_zygote: Zygote) -> None:
    """Graders of this process use the session's zygote."""
    monkeypatch.setattr(grading, "Zygote", lambda *args, **kwargs: Shared(warm_zygote))


def run_nbgrader(folder: Path, *arguments: str) -> None:
    """Run an nbgrader command in ``folder``; a failure is an error."""
    from jupyter_core.application import NoStart
    from nbgrader.apps import NbGraderApp

    before = Path.cwd()
    os.chdir(folder)
    app = NbGraderApp.instance()
    try:
        app.initialize([*arguments, "--log-level=ERROR"])
        app.start()
    except NoStart:
        pass  # what jupyter says when a subcommand is through
    except SystemExit as leave:
        if leave.code:
            raise RuntimeError(f"nbgrader {' '.join(arguments)} failed") from leave
    finally:
        app.reset()
        os.chdir(before)
