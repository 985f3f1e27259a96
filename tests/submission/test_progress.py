"""Notebooks beside stubs, and the checks that come with a notebook."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.submission import NOTEBOOK, Submission, read_submission
from autograder.submission.progress import progress_of

EXPECTED = {"losses.py", "model.py"}
LOSSES = "def a(x):\n    # YOUR CODE HERE\n    raise NotImplementedError()\n\n\ndef b(x):\n    return {}\n"
MODEL = "class M:\n    def forward(self, x):\n        # YOUR CODE HERE\n        raise NotImplementedError()\n"
SOLVED_LOSSES = "def a(x):\n    return x\n\n\ndef b(x):\n    return {}\n"
SOLVED_MODEL = "class M:\n    def forward(self, x):\n        return x\n"
CHECKS = '''# Visible checks of losses.a
from autograder.student import visible_checks


@visible_checks("losses.a", globals())
def _visible():
    import torch

    def test_a(candidate):
        """Text."""
        assert candidate.a(1) == 1

    return [test_a]'''
POINTS = """# losses.a: 1 point.
from autograder.student import require_visible_checks

require_visible_checks("losses.a")"""


def code(source: str, **marks: Any) -> dict[str, Any]:
    """A code cell with marks of nbgrader."""
    metadata = {"nbgrader": marks} if marks else {}
    return {"cell_type": "code", "source": source, "metadata": metadata, "outputs": [], "execution_count": None}


def notebook(*cells: dict[str, Any]) -> str:
    """A notebook of these cells."""
    return json.dumps({"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": list(cells)})


def hand_in(folder: Path, *cells: dict[str, Any], **files: str) -> Submission:
    """Read a folder with a notebook of these cells and with files."""
    (folder / "work.ipynb").write_text(notebook(*cells))
    for name, source in files.items():
        (folder / f"{name}.py").write_text(source)
    return read_submission(folder, EXPECTED)


def sources(submission: Submission) -> list[str]:
    """What the cells hold that will be run."""
    return [cell["source"] for cell in json.loads(submission.files[NOTEBOOK])]


def test_a_solved_notebook_wins_against_untouched_stubs(tmp_path: Path) -> None:
    """All of them, with a note that says so."""
    read = hand_in(tmp_path, code(SOLVED_LOSSES), code(SOLVED_MODEL), losses=LOSSES, model=MODEL)
    assert set(read.files) == {NOTEBOOK}
    assert [note for note in read.notes if "solves more" in note]


def test_solved_files_win_against_an_untouched_notebook(tmp_path: Path) -> None:
    """As ever."""
    read = hand_in(tmp_path, code(LOSSES), code(MODEL), losses=SOLVED_LOSSES, model=SOLVED_MODEL)
    assert set(read.files) == EXPECTED


def test_each_module_comes_from_where_it_is_solved(tmp_path: Path) -> None:
    """One in a file, the other in the notebook."""
    read = hand_in(tmp_path, code(LOSSES), code(SOLVED_MODEL), losses=SOLVED_LOSSES, model=MODEL)
    assert set(read.files) == {"losses.py", NOTEBOOK}


def test_files_win_where_each_side_has_something_of_its_own(tmp_path: Path) -> None:
    """Nothing that is solved in a file is given up for a notebook that lacks it."""
    mine = LOSSES.replace("return {}", "raise NotImplementedError()") + "\n\ndef c(x):\n    return 1\n"
    read = hand_in(tmp_path, code(SOLVED_LOSSES), losses=mine, model=SOLVED_MODEL)
    assert set(read.files) == EXPECTED


def test_the_notebook_with_less_unsolved_is_taken(tmp_path: Path) -> None:
    """Not the released one beside it, whatever it is called."""
    (tmp_path / "assignment.ipynb").write_text(notebook(code(LOSSES), code(MODEL)))
    assert sources(hand_in(tmp_path, code(SOLVED_LOSSES), code(SOLVED_MODEL))) == [SOLVED_LOSSES, SOLVED_MODEL]


@pytest.mark.parametrize("marked", [True, False])
def test_checks_that_came_with_the_notebook_are_not_run(tmp_path: Path, marked: bool) -> None:
    """By their marks; and by what they are, in a notebook that has lost all marks."""
    locked = {"grade": False, "solution": False, "locked": True} if marked else {}
    graded = locked | {"grade": True} if marked else {}
    read = hand_in(tmp_path, code(SOLVED_LOSSES), code(CHECKS, **locked), code(POINTS, **graded))
    assert not [source for source in sources(read) if "visible" in source.replace("# Visible", "")]


def test_work_joined_with_a_check_cell_is_kept(tmp_path: Path) -> None:
    """On both sides of the checks, on its own lines."""
    joined = f"a = 1\n{CHECKS}\nb = 2\n{POINTS}\nc = 3"
    (cell,) = sources(hand_in(tmp_path, code(joined)))
    kept = [(number, line) for number, line in enumerate(cell.split("\n")) if line and line[0] != "#"]
    assert [line for _, line in kept] == ["a = 1", "b = 2", "c = 3"]
    assert all(joined.split("\n")[number] == line for number, line in kept)


def test_progress_looks_at_the_last_definition() -> None:
    """As running the cells would."""
    assert progress_of([LOSSES, SOLVED_LOSSES]).unsolved == frozenset()
    assert progress_of([SOLVED_LOSSES, LOSSES]).unsolved == {"a"}
    assert progress_of([MODEL]).unsolved == {"M.forward"}


@given(st.text(max_size=200) | st.sampled_from(["(" * 5000, "def f(:\n", "x = 1\0", "class A: " + "1+" * 3000 + "1"]))
def test_no_source_troubles_it(source: str) -> None:
    """Whatever is handed in."""
    assert progress_of([source]).unsolved <= progress_of([source]).defined
