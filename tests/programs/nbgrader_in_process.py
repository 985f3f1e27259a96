"""Ways to run nbgrader's commands in the tests' own process."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from shared_sandbox import Shared
from small_course import SmallCourse

from autograder.errors import GraderError
from autograder.grading import grader
from autograder.grading.crew import grade_one
from autograder.grading.jobs import Job
from autograder.grading.options import GradeOptions
from autograder.results.graded import Graded
from autograder.sandbox.zygote_host import ZygoteHost


class InThisProcess:
    """Stands in for the standby grader, whose start takes seconds; it has tests of its own."""

    def __init__(self, course: SmallCourse, sandbox: ZygoteHost) -> None:
        self.course, self.sandbox = course, sandbox
        self.failing: set[str] = set()
        self.announced: list[tuple[str, list[str]]] = []
        self._grader: grader.Grader | None = None

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
            self._grader = grader.Grader(assignment, options, root)
            self._grader._sandbox = Shared(self.sandbox)  # type: ignore[assignment]
        done = grade_one(self._grader, Job(folder, student=student))
        assert done.graded is not None
        return done.graded


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
