"""An assignment that is read says the same as one that is loaded, and needs no torch."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from tiny_course import write_course

from autograder.course.assignment import Exercise
from autograder.course.course import Course, open_course
from autograder.errors import GraderError
from autograder.training.task import statements, training_tasks


def said(exercise: Exercise) -> Exercise:
    """An exercise without what only a loaded one has."""
    checks = tuple(replace(check, function=len) for check in exercise.checks)
    return replace(exercise, checks=checks, target=None)


@pytest.mark.parametrize("name", open_course().names())
def test_reading_says_what_loading_says(name: str) -> None:
    """Ids, kinds, points, titles, explanations and order of every exercise and check; what every training task is about."""
    course = open_course()
    described, loaded = Course(course.root).described(name), course.assignment(name)
    assert [said(one) for one in described.exercises] == [said(one) for one in loaded.exercises]
    assert (described.written, described.training) == (loaded.written, loaded.training)
    assert [one.about for one in statements(described)] == [one.about for one in training_tasks(loaded)]


def test_a_check_that_was_read_cannot_be_run() -> None:
    """And says which one it is."""
    check = open_course().described("warmup").exercises[0].checks[0]
    with pytest.raises(GraderError, match=check.function.__name__):
        check.function(None)


def test_what_has_to_be_computed_is_loaded(tmp_path: Path) -> None:
    """Points that stand in a constant."""
    name = write_course(tmp_path)
    path = next((tmp_path / "solutions" / name / "visible").glob("test_*.py"))
    text = path.read_text()
    assert "points=1" in text
    path.write_text(text.replace("points=1", "points=ONE", 1).replace("\n@check", "\nONE = 3.0\n\n\n@check", 1))
    course = Course(tmp_path)
    assert course.described(name) is course.assignment(name)
    assert 3.0 in [check.points for one in course.described(name).exercises for check in one.checks]


def test_an_exercise_that_the_reference_lacks(tmp_path: Path) -> None:
    """Told as it is when the course is loaded."""
    name = write_course(tmp_path)
    outline = tmp_path / "solutions" / name / "outline.md"
    outline.write_text(outline.read_text().replace("- `pieces.jitter`", "- `pieces.nothing` [S4]: nothing\n- `pieces.jitter`"))
    for read in (Course(tmp_path).described, Course(tmp_path).assignment):
        with pytest.raises(GraderError, match=r"pieces\.nothing, which the reference lacks"):
            read(name)


_HEAVY = ("torch", "hypothesis", "matplotlib", "sympy", "scipy", "distributed", "nbconvert")
_NOT_TO_READ = ("numpy", "msgpack", "jinja2", "nbformat", "autograder.commands.audit", "autograder.commands.results.export")
"""What a command that reads the course's files needs none of, other verbs included."""


@pytest.mark.parametrize(
    ("arguments", "needless"),
    [
        (["list"], _NOT_TO_READ),
        (["list", "vae"], _NOT_TO_READ),
        (["list", "nothing"], _NOT_TO_READ),
        (["list", "--nonsense"], _NOT_TO_READ),
        (["coverage"], ("numpy", "msgpack", "jinja2", "nbformat", "autograder.commands.audit")),
        (["--help"], ("pydantic", "numpy", "msgpack", "jinja2", "nbformat")),
        (["--version"], ("numpy", "msgpack", "jinja2", "nbformat")),
        (["gradee"], ("numpy", "msgpack", "jinja2", "nbformat")),
        (["grade", "--help"], _NOT_TO_READ),
        (["grade", "vae", "/nowhere"], ()),
        (["report", "/nowhere"], ("autograder.commands.audit",)),
        (["export", "csv", "/nowhere"], ("numpy", "autograder.commands.audit")),
        (["merge", "--help"], _NOT_TO_READ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_commands_that_only_read_import_nothing_needless(arguments: list[str], needless: tuple[str, ...]) -> None:
    """Neither torch nor anything else that only other commands use."""
    program = (
        "import runpy, sys\nsys.argv[0] = 'autograder'\ntry:\n    runpy.run_module('autograder', run_name='__main__')\n"
        f"finally:\n    print([name for name in {(*_HEAVY, *needless)} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, timeout=120, check=False)
    assert done.stderr.splitlines()[-1] == "[]", done.stderr
