"""The notebooks of a course: what they hold, what they hide, and that nbgrader makes the same ones."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from marked_course import SECRETS, marked_course
from nbgrader.utils import compute_checksum, is_grade, is_locked, is_solution

from autograder.course.course import Course
from autograder.errors import GraderError, UsageError
from autograder.release.leaks import find_leaks
from autograder.release.release import release
from autograder.release.source_notebook import build_source
from autograder.release.stubs import cut_solutions

CONFIGURATION = """from autograder.gradebook.configuration import configure_release

configure_release(get_config())
"""


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """The course with marks, released; no test changes it."""
    course = marked_course(tmp_path_factory.mktemp("marked"))
    release(course, course.names(), write=True)
    return course


def path_of(course: Course, room: str) -> Path:
    """The course's one notebook in ``source`` or ``release``."""
    (name,) = course.names()
    return course.root / room / name / f"{name}.ipynb"


def cells_of(course: Course, room: str) -> dict[str, Any]:
    """Its cells by id."""
    notebook = nbformat.read(path_of(course, room), as_version=4)
    nbformat.validate(notebook)
    return {cell.id: cell for cell in notebook.cells}


def test_nothing_secret_is_released(released: Course) -> None:
    """In no byte of any file that students get; the instructor's notebook has the solutions, and no hidden checks."""
    for room in ("assignments", "release"):
        files = [path for path in (released.root / room).rglob("*") if path.is_file()]
        assert files
        assert not [path for path in files if b"CANARY" in path.read_bytes()]
    source = path_of(released, "source").read_text()
    assert {name for name in SECRETS if f"CANARY_{name}" in source} == {"SOLUTION", "HELPER", "RUBRIC", "MODEL"}


def test_every_exercise_has_its_cells_in_order(released: Course) -> None:
    """Statement, solution, checks, points; ids are nbgrader's names; points are the exercise's to the last digit."""
    (name,) = released.names()
    cells = cells_of(released, "release")
    order = list(cells)
    for exercise in released.assignment(name).exercises:
        key = f"{exercise.module}-{exercise.name}"
        kinds = ("statement", "solution", "check", "points")
        places = [order.index(f"{kind}-{key}") for kind in kinds]
        assert places == list(range(places[0], places[0] + 4))
        marks = cells[f"points-{key}"].metadata.nbgrader
        assert (marks.grade, marks.solution, marks.locked, float(marks.points)) == (True, False, True, exercise.points)
        assert not is_grade(cells[f"check-{key}"])
        assert is_locked(cells[f"check-{key}"])
        assert is_solution(cells[f"solution-{key}"])
    assert all(cell.metadata.nbgrader.grade_id == cell.id for cell in cells.values() if "nbgrader" in cell.metadata)
    assert order.index("setup-pieces") < order.index("statement-pieces-double")
    assert order.index("setup-whole") < order.index("statement-whole-total")


def test_stubs_are_those_of_the_modules(released: Course) -> None:
    """A notebook's cell is cut as the module is: no exception outside functions."""
    source, release_ = cells_of(released, "source"), cells_of(released, "release")
    for name, cell in source.items():
        if name.startswith("solution-"):
            assert release_[name].source == cut_solutions(cell.source, "").rstrip()
    assert release_["solution-pieces-jitter"].source.endswith("# YOUR CODE HERE")


def test_written_questions_are_graded_by_hand(released: Course) -> None:
    """The rubric is a marking scheme that students do not get; the points are its sum."""
    source, release_ = cells_of(released, "source"), cells_of(released, "release")
    assert "<!-- BEGIN MARK SCHEME -->" in source["question-why"].source
    assert "- 1.5 points: CANARY_RUBRIC short." in source["question-why"].source
    assert release_["question-why"].source.rstrip().endswith("Why is $2x$ not *x*?")
    answer = release_["answer-why"]
    assert (answer.source, answer.metadata.nbgrader.points, answer.cell_type) == ("YOUR ANSWER HERE", 2.5, "markdown")
    assert answer.metadata.nbgrader.grade
    assert answer.metadata.nbgrader.solution


def test_checksums_are_those_that_nbgrader_expects(released: Course) -> None:
    """Of every cell that it knows, as released."""
    marked = [cell for cell in cells_of(released, "release").values() if "nbgrader" in cell.metadata]
    assert len(marked) == 3 * 5 + 2
    assert [cell.id for cell in marked if cell.metadata.nbgrader.checksum != compute_checksum(cell)] == []


def test_notebooks_do_not_depend_on_the_machine(released: Course) -> None:
    """No versions, no times, no output."""
    for room in ("source", "release"):
        notebook = json.loads(path_of(released, room).read_text())
        assert notebook["metadata"] == {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        }
        code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
        assert all(cell["execution_count"] is None and cell["outputs"] == [] for cell in code)
    assert release(released, released.names(), write=False) == []


def test_nbgrader_itself_makes_the_same_file(tmp_path: Path) -> None:
    """``nbgrader generate_assignment`` with the shared settings, byte for byte."""
    course = marked_course(tmp_path)
    (name,) = course.names()
    release(course, [name], write=True)
    expected = path_of(course, "release").read_bytes()
    path_of(course, "release").unlink()
    (tmp_path / "nbgrader_config.py").write_text(CONFIGURATION)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    command = [sys.executable, "-m", "nbgrader", "generate_assignment", name, "--force"]
    subprocess.run(command, cwd=tmp_path, env={**os.environ, "PATH": path}, check=True, capture_output=True)
    assert path_of(course, "release").read_bytes() == expected


def test_a_notebook_that_would_leak_is_refused(released: Course) -> None:
    """Lines of secrets anywhere in it, metadata included, and markers that survived."""
    (name,) = released.names()
    notebook = json.loads(path_of(released, "release").read_text())
    notebook["cells"][0]["metadata"]["hint"] = "    doubled_with_a_secret_name = 2 * x"
    notebook["cells"][1]["source"] = "fine\n### END HIDDEN TESTS"
    found = list(find_leaks(released.assignment(name), {"a.ipynb": json.dumps(notebook)}))
    assert found == [
        "a.ipynb:text-0 repeats a solution in pieces.py",
        "a.ipynb:how-to holds the marker 'END HIDDEN TESTS'",
    ]


def test_names_that_mean_two_things_are_refused(tmp_path: Path) -> None:
    """One notebook is one namespace."""
    course = marked_course(tmp_path)
    (name,) = course.names()
    file = course.solutions / name / "whole.py"
    file.write_text(file.read_text().replace("\nfrom pieces", "\ndouble = 3\nfrom pieces"))
    with pytest.raises(GraderError, match="double means two things"):
        build_source(course.assignment(name))


def test_the_remedy_is_named_where_nbgrader_is_missing(released: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    """In one line."""
    monkeypatch.setitem(sys.modules, "nbgrader", None)
    with pytest.raises(UsageError, match=r"pip install 'dgm-autograder\[nbgrader\]'"):
        release(released, released.names(), write=False)
