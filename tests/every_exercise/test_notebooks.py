"""The notebooks of every assignment: the instructor's is right, the students' is empty, and both are graded so."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from autograder.course.course import open_course
from autograder.grading.grader import Grader
from autograder.grading.options import GradeOptions
from autograder.release.leaks import find_leaks
from autograder.sandbox.zygote_host import ZygoteHost
from autograder.student.notebook_checks import VisibleChecksFailed
from autograder.training.task import training_tasks

COURSE = open_course()
NAMES = COURSE.names()


def path_of(room: str, name: str) -> Path:
    """Where a notebook lies."""
    return COURSE.root / room / name / f"{name}.ipynb"


def code_cells(room: str, name: str) -> Iterator[tuple[str, str]]:
    """Id and source of its code cells, but for those that train, which take minutes: see `tests/student/test_train.py`."""
    for cell in json.loads(path_of(room, name).read_text())["cells"]:
        if cell["cell_type"] == "code" and not cell["id"].startswith("points-training-"):
            yield cell["id"], "".join(cell["source"])


@pytest.fixture(scope="module")
def sandbox() -> Iterator[ZygoteHost]:
    """Warm zygotes for all assignments."""
    with ZygoteHost("best", hidden=[COURSE.solutions]) as sandbox:
        yield sandbox


@pytest.mark.parametrize("name", NAMES)
def test_every_cell_of_the_solved_notebook_runs(
    name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In one namespace, checks and graded cells included, in the notebook's folder, as a kernel runs."""
    monkeypatch.chdir(path_of("source", name).parent)
    namespace: dict[str, Any] = {"__name__": "__main__"}
    for identity, source in code_cells("source", name):
        exec(compile(source, identity, "exec", dont_inherit=True), namespace)
    assert "✗" not in capsys.readouterr().out


@pytest.mark.parametrize("name", NAMES)
def test_every_check_of_the_empty_notebook_says_that_nothing_is_there(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """And every other cell runs."""
    monkeypatch.chdir(path_of("release", name).parent)
    namespace: dict[str, Any] = {"__name__": "__main__"}
    for identity, source in code_cells("release", name):
        compiled = compile(source, identity, "exec", dont_inherit=True)
        if identity.startswith("points-"):
            with pytest.raises(VisibleChecksFailed, match="not implemented yet"):
                exec(compiled, namespace)
        else:
            exec(compiled, namespace)


@pytest.mark.parametrize("name", NAMES)
def test_grading_agrees_with_the_notebooks(name: str, sandbox: ZygoteHost) -> None:
    """Full marks for the instructor's, nothing for the students', whose cells carry the points that can be earned."""
    grader = Grader(name, GradeOptions(isolation="best"), lease=sandbox.lease())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        right, empty = (grader.grade(grader.read(path_of(room, name))).result for room in ("source", "release"))
    grader.close()
    code = [exercise for exercise in right.exercises if exercise.kind != "written"]
    assert [exercise.id for exercise in code if exercise.score != exercise.max_score] == []
    assert {exercise.status for exercise in empty.exercises if exercise.kind != "written"} == {"missing"}
    assert (empty.score, *right.notes, *empty.notes) == (0,)
    assert {exercise.note for exercise in [*code, *empty.exercises]} == {""}
    cells = json.loads(path_of("release", name).read_text())["cells"]
    marks = [cell["metadata"]["nbgrader"] for cell in cells if "nbgrader" in cell["metadata"]]
    points = {mark["grade_id"]: float(mark["points"]) for mark in marks if mark["grade"]}
    tasks = training_tasks(COURSE.assignment(name))
    assert {key: points.pop(key) for key in list(points) if key.startswith("points-training-")} == {
        f"points-training-{task.name}": task.points for task in tasks
    }
    assert points == {
        f"answer-{exercise.id.split('.')[2]}" if exercise.kind == "written"
        else "points-" + "-".join(exercise.id.split(".")[1:]): exercise.max_score
        for exercise in right.exercises
    }  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_released_notebooks_show_nothing_secret(name: str) -> None:
    """As they lie there."""
    files = {path.name: path.read_text("utf-8") for path in (COURSE.root / "release" / name).rglob("*.ipynb")}
    assert files
    assert list(find_leaks(COURSE.assignment(name), files)) == []
