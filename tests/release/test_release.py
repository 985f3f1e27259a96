"""What students get: stubs, statement and visible checks, and nothing of the solutions."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest
from tiny_course import write_course
from tiny_course_files import HIDDEN_PIECES, MISCONCEPTIONS

from autograder.course.course import Course
from autograder.errors import GraderError
from autograder.release.leaks import find_leaks
from autograder.release.release import release
from autograder.release.source_notebook import build_source
from autograder.release.student_files import build, statement


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """A fresh tiny course."""
    write_course(tmp_path)
    return Course(tmp_path)


def test_everything_is_written_once(course: Course) -> None:
    """A second run finds nothing to do, and looking writes nothing."""
    names = course.names()
    looked = release(course, names, write=False)
    assert not (course.root / "assignments").exists()
    written = release(course, names, write=True)
    assert sorted(looked) == sorted(written)
    notebooks = {f"{room}/{name}/{name}.ipynb" for room in ("source", "release") for name in names}
    files = ("README.md", "pieces.py", "whole.py", "test_pieces.py", "test_whole.py")
    assert {path.relative_to(course.root).as_posix() for path in written} == {
        *notebooks, *(f"assignments/{name}/{file}" for name in names for file in files)
    }  # fmt: skip
    assert release(course, names, write=True) == []
    assert release(course, names, write=False) == []


def test_small_modules_of_checks_go_along(course: Course) -> None:
    """Beside the stubs and beside the notebooks; they vanish with the original."""
    (name,) = course.names()
    toys = course.solutions / name / "toys.py"
    release(course, [name], write=True)
    toys.write_text("class Toy: ...\n")
    copies = {course.root / room / name / "toys.py" for room in ("assignments", "source", "release")}
    assert set(release(course, [name], write=True)) == copies
    assert all(path.read_text() == toys.read_text() for path in copies)
    toys.unlink()
    assert set(release(course, [name], write=False)) == copies
    release(course, [name], write=True)
    assert not any(path.exists() for path in copies)


def test_out_of_date_files_are_found_and_mended(course: Course) -> None:
    """Changed, missing and surplus ones; caches do not count."""
    names = course.names()
    release(course, names, write=True)
    folder = course.root / "assignments" / names[0]
    (folder / "pieces.py").write_text("changed")
    (folder / "README.md").unlink()
    (folder / "old.py").write_text("surplus")
    notebook = course.root / "release" / names[0] / f"{names[0]}.ipynb"
    notebook.write_text(notebook.read_text().replace("YOUR CODE HERE", "your code here"))
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__" / "x.pyc").write_bytes(b"")
    assert {path.name for path in release(course, names, write=False)} == {
        "pieces.py", "README.md", "old.py", notebook.name
    }  # fmt: skip
    assert (folder / "old.py").exists()
    release(course, names, write=True)
    assert not (folder / "old.py").exists()
    assert release(course, names, write=False) == []


def test_stubs_compile_and_keep_the_contract(course: Course) -> None:
    """Signatures and docstrings stay, bodies go, visible checks are copied to the letter."""
    assignment = course.assignment(course.names()[0])
    files = build(assignment)
    nodes = ast.walk(ast.parse(files["pieces.py"]))
    functions = {node.name: node for node in nodes if isinstance(node, ast.FunctionDef)}
    assert set(functions) == {"double", "shift", "jitter"}
    assert ast.get_docstring(functions["shift"]) == "Return double(x) + by."
    assert "secret" not in files["pieces.py"]
    assert files["test_pieces.py"] == (assignment.folder / "visible" / "test_pieces.py").read_text()


def test_the_statement_names_points_and_no_bookkeeping(course: Course) -> None:
    """Points per exercise and in total; neither sources nor dependencies."""
    text = build(course.assignment(course.names()[0]))["README.md"]
    assert "- `pieces.shift` (4 points): twice the input plus a constant" in text
    assert "17 points" in text
    assert "[S" not in text
    assert " uses " not in text
    assert "Training is worth" not in text


def test_the_statement_says_who_marks_a_training() -> None:
    """What it is worth, that the grader measures it, and that nobody waits for figures: in the folder and in the notebook."""
    assignment = Course(Path(__file__).resolve().parents[2]).assignment("vae")
    points = sum(task.points for task in assignment.training)
    cells = json.loads(build_source(assignment))["cells"]
    for text in (statement(assignment), "\n".join("".join(cell["source"]) for cell in cells)):
        assert f"Training is worth {points:g} points more" in text
        assert "need not be handed in" in text
        assert "igures to hand in" not in text


LEAKS = {
    "a solution in a visible check": ("visible/test_pieces.py", "    x = 1\n    doubled_with_a_secret_name = 2 * x\n"),
    "a solution in the statement": ("outline.md", "\n    doubled_with_a_secret_name = 2 * x\n"),
    "a hidden check in the statement": ("outline.md", "\n" + HIDDEN_PIECES.splitlines()[-3] + "\n"),
    "a wrong variant in the statement": ("outline.md", '\n@misconception("double", belief="doubling is squaring", '
                                         'hint="What do you get for x = 3?")\n'),
}  # fmt: skip


@pytest.mark.parametrize("leak", LEAKS)
def test_leaks_are_refused(course: Course, leak: str) -> None:
    """Before anything is written, with the place."""
    path, text = LEAKS[leak]
    file = course.solutions / course.names()[0] / path
    file.write_text(file.read_text() + text)
    with pytest.raises(GraderError, match="would show a solution"):
        release(course, course.names(), write=True)
    assert not (course.root / "assignments").exists()


def test_leaks_are_found_in_any_released_file(course: Course) -> None:
    """Hidden checks and wrong variants too, whatever their indentation; what is public anyway is no leak."""
    assignment = course.assignment(course.names()[0])
    hidden, variant = HIDDEN_PIECES.splitlines()[-3].strip(), MISCONCEPTIONS.splitlines()[10].strip()
    public = "from autograder.checks import assert_close, check\n"
    files = {"a.py": f"        {hidden}\n", "b.md": f"x\n{variant}\n", "c.py": public}
    assert [leak.split(" ")[0] for leak in find_leaks(assignment, files)] == ["a.py:1", "b.md:2"]
