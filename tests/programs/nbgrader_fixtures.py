"""A small nbgrader course that the tests of one file share: each has students of its own."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from nbgrader_in_process import InThisProcess, run_nbgrader
from shared_sandbox import Shared
from small_course import SmallCourse, read_json, write_small_course

from autograder.course.course import open_course
from autograder.grading import grader
from autograder.sandbox.zygote_host import ZygoteHost

Nbgrader = Callable[..., None]


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory, warm_sandbox: ZygoteHost) -> Iterator[SmallCourse]:
    """The course, with its assignment in the gradebook and released; submissions are graded in this process."""
    pytest.importorskip("nbgrader", reason="needs nbgrader")
    from autograder.gradebook import preprocessors

    with pytest.MonkeyPatch.context() as patch:
        root = tmp_path_factory.mktemp("nbgrader-course")
        patch.setenv("AUTOGRADER_COURSE", str(root))
        patch.setenv("PATH", os.environ["PATH"])
        open_course.cache_clear()
        made = write_small_course(root)
        patch.setattr(preprocessors, "grade_standing_by", InThisProcess(made, warm_sandbox))
        run_nbgrader(root, "generate_assignment", made.name)
        yield made
    open_course.cache_clear()


@pytest.fixture
def nbgrader(course: SmallCourse) -> Nbgrader:
    """Runs an nbgrader command in this process, at the course's root."""
    return lambda *arguments: run_nbgrader(course.root, *arguments)


@pytest.fixture
def released(course: SmallCourse) -> dict[str, Any]:
    """The students' notebook."""
    return read_json(course.root / "release" / course.name / f"{course.name}.ipynb")


@pytest.fixture
def one_sandbox(monkeypatch: pytest.MonkeyPatch, warm_sandbox: ZygoteHost) -> None:
    """Graders of this process use the session's zygote."""
    monkeypatch.setattr(grader, "sandbox_for", lambda *args, **kwargs: Shared(warm_sandbox))
