"""A course that is no longer the one that its gradebook was made from is told of before anybody is graded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from small_course import RIGHT, SmallCourse, read_json, scores, solved

from autograder.course.course import Course, open_course
from autograder.errors import UsageError
from autograder.gradebook.notebook_run import NotebookRun
from autograder.gradebook.released_cells import Blueprint, SourceCell, read_blueprint
from autograder.gradebook.scoring import refuse_another_course

Change = Callable[[SmallCourse], None]


def more_for_a_function(course: SmallCourse) -> None:
    """Another number of points on a hidden check."""
    _edit(course, "hidden/test_pieces.py", 'check("double", points=0.75', 'check("double", points=1.75')


def more_for_an_answer(course: SmallCourse) -> None:
    """Another number of points in a rubric."""
    _edit(course, "written/why.md", "- 2 points", "- 4 points")


def one_question_less(course: SmallCourse) -> None:
    """The written question is taken out."""
    _edit(course, "outline.md", "\n- `written.why` [S7]: why double is linear\n", "")


CHANGES = {
    more_for_a_function: ("pieces.double", "generate_assignment --force"),
    more_for_an_answer: ("written.why", "generate_assignment --force"),
    one_question_less: (r"written\.why", "generate_assignment --force"),
}


def _edit(course: SmallCourse, name: str, old: str, new: str) -> None:
    path = course.root / "solutions" / course.name / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


@pytest.fixture(params=CHANGES, ids=lambda change: change.__name__)
def changed(request: pytest.FixtureRequest, course: SmallCourse) -> Iterator[Change]:
    """The course after a change, and as it was afterwards."""
    folder = course.root / "solutions" / course.name
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.suffix in (".py", ".md")}
    request.param(course)
    open_course.cache_clear()
    yield request.param
    for path, content in before.items():
        path.write_bytes(content)
    open_course.cache_clear()


def run(course: SmallCourse, out: Path) -> NotebookRun:
    """A run of ``autograder nbgrade``."""
    return NotebookRun(course.name, out, frozenset({"json"}), {}, (), quiet=True, force=False)


def test_points_that_changed_are_told_before_anybody_is_graded(
    course: SmallCourse, changed: Change, one_sandbox: None, tmp_path: Path
) -> None:
    """One line with the remedy; neither results nor gradebook have anything that the other has not."""
    released = read_json(course.root / "release" / course.name / f"{course.name}.ipynb")
    course.submit("ann", solved(released, RIGHT))
    where, remedy = CHANGES[changed]
    with pytest.raises(UsageError, match=where) as refused:
        run(course, tmp_path / "out").grade_collected(1)
    assert remedy in str(refused.value)
    assert not (tmp_path / "out").exists()
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as book:
        assert list(book.assignment_submissions(course.name)) == []


def test_a_course_as_released_is_graded(course: SmallCourse, one_sandbox: None, tmp_path: Path) -> None:
    """The witness, and the last of this file, as it leaves a submission in the gradebook."""
    released = read_json(course.root / "release" / course.name / f"{course.name}.ipynb")
    course.submit("ann", solved(released, RIGHT))
    graded = run(course, tmp_path / "out")
    graded.grade_collected(1)
    assert (graded.recorded, graded.failures, graded.book.warnings) == (1, [], [])
    assert scores(course, "ann")["double"]


@pytest.fixture
def blueprint(course: SmallCourse) -> Blueprint:
    """The gradebook's cells."""
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as book:
        return read_blueprint(book, course.name, course.name, course.root)


def with_cells(blueprint: Blueprint, *cells: SourceCell, without: str = "") -> Blueprint:
    """A blueprint with further cells, and without one."""
    return replace(blueprint, cells=(*(cell for cell in blueprint.cells if cell.name != without), *cells))


def test_what_nbgrader_cannot_mend_is_told_as_it_is(course: SmallCourse, blueprint: Blueprint) -> None:
    """It adds and removes no cells of work that was handed in: then the remedy is another one, and a new exercise no error."""
    assignment = Course(course.root).described(course.name)
    assert refuse_another_course(blueprint, assignment, handed_in=True) == []
    points = next(cell for cell in blueprint.cells if cell.name == "points-pieces-double")
    strange = with_cells(blueprint, replace(points, name="points-pieces-gone"))
    for handed_in, remedy in ((False, "generate_assignment"), (True, "assignment remove")):
        with pytest.raises(UsageError, match=r"pieces\.gone.*" + remedy):
            refuse_another_course(strange, assignment, handed_in=handed_in)
    answer = next(cell for cell in blueprint.cells if cell.name == "answer-why")
    asked = with_cells(blueprint, replace(answer, name="answer-gone"))
    with pytest.raises(UsageError, match=r"written\.gone.*generate_assignment"):
        refuse_another_course(asked, assignment, handed_in=False)
    (warning,) = refuse_another_course(asked, assignment, handed_in=True)  # a person marks it, or nobody does
    assert "written.gone" in warning
    lacking = with_cells(blueprint, without=points.name)
    with pytest.raises(UsageError, match=r"pieces\.double.*no cell.*generate_assignment"):
        refuse_another_course(lacking, assignment, handed_in=False)
    (warning,) = refuse_another_course(lacking, assignment, handed_in=True)
    assert "pieces.double" in warning


def test_cells_that_an_instructor_added_are_nobody_elses(course: SmallCourse, blueprint: Blueprint) -> None:
    """A cell that people grade and that the course does not list is theirs."""
    points = next(cell for cell in blueprint.cells if cell.name == "answer-why")
    own = with_cells(blueprint, replace(points, name="essay", points=7.0))
    assert refuse_another_course(own, Course(course.root).described(course.name), handed_in=False) == []
