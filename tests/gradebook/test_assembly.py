"""Whatever a student does to the cells: every released cell once, no text lost, nothing forged."""

from __future__ import annotations

import json
from typing import Any

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbgrader.nbgraderformat import MetadataValidator

from autograder.course.outline import Outline
from autograder.gradebook.assembly import assemble, cell_named, is_unchanged, name_of
from autograder.gradebook.released_cells import Blueprint, SourceCell, in_order
from autograder.gradebook.submitted_cells import WorkCell

RELEASED = [
    SourceCell("solution-a-f", "code", False, "def f():\n    # YOUR CODE HERE", "0" * 32, None, True, False),
    SourceCell("check-a-f", "code", True, "check()", "1" * 32, None, False, False),
    SourceCell("points-a-f", "code", True, "# points", "2" * 32, 2.5, False, False),
    SourceCell("question-w", "markdown", True, "Why? with the rubric", "3" * 32, None, False, False),
    SourceCell("answer-w", "markdown", False, "YOUR ANSWER HERE", "4" * 32, 3.0, True, False),
]
BLUEPRINT = Blueprint({"name": "python3", "display_name": "Python 3"}, tuple(RELEASED))
NAMES = [cell.name for cell in RELEASED]


def work(*cells: tuple[str, str, str]) -> list[WorkCell]:
    """Cells from type, source and claimed name."""
    return [WorkCell(kind, source, (claim,) if claim else ()) for kind, source, claim in cells]


def sources(notebook: dict[str, Any]) -> list[str]:
    """All texts in order."""
    return [cell["source"] for cell in notebook["cells"]]


CELLS = st.builds(
    WorkCell,
    st.sampled_from(["code", "markdown", "raw"]),
    st.text(max_size=8),
    st.lists(st.sampled_from([*NAMES, "unknown", "own-1", ""]), max_size=2).map(tuple),
)


@given(cells=st.lists(CELLS, max_size=12))
def test_any_work_gives_a_valid_notebook_with_each_released_cell_once(cells: list[WorkCell]) -> None:
    """And no text of the student's is lost, but for copies of what was released."""
    notebook = assemble(cells, BLUEPRINT)
    nbformat.validate(nbformat.from_dict(notebook))
    MetadataValidator().validate_nb(nbformat.from_dict(notebook))
    assert sorted(name for cell in notebook["cells"] if (name := name_of(cell))) == sorted(NAMES)
    shown = sources(notebook)
    for one in cells:
        by_rule = {cell.name: cell for cell in RELEASED if cell.locked}
        claimed = next((claim for claim in one.claims if claim in NAMES), None)
        replaced = claimed in by_rule and (is_unchanged(one.source, by_rule[claimed]) or one.cell_type != "code")
        assert one.source in shown or replaced or claimed == "question-w"
    again = [WorkCell(cell["cell_type"], cell["source"], (cell["id"],)) for cell in notebook["cells"]]
    assert sources(assemble(again, BLUEPRINT)) == shown


def test_a_notebook_without_cells_is_made_of_the_released_ones() -> None:
    """In their order."""
    notebook = assemble([], BLUEPRINT)
    assert [name_of(cell) for cell in notebook["cells"]] == NAMES
    assert cell_named(notebook, "points-a-f")["metadata"]["nbgrader"]["points"] == 2.5  # type: ignore[index]


def test_missing_cells_come_back_where_they_were() -> None:
    """Behind the cell that came before, wherever that one is now."""
    notebook = assemble(work(("markdown", "mine", ""), ("code", "def f(): 1", "solution-a-f"), ("code", "x", "")), BLUEPRINT)
    assert [name_of(cell) for cell in notebook["cells"]] == [None, *NAMES, None]


def test_of_copies_the_last_one_that_was_worked_on_counts() -> None:
    """The others stay as they are, without marks."""
    cells = work(
        ("markdown", "my answer", "answer-w"), ("markdown", "YOUR ANSWER HERE", "answer-w"), ("markdown", "first", "answer-w")
    )
    notebook = assemble([cells[2], cells[0], cells[1]], BLUEPRINT)
    assert cell_named(notebook, "answer-w")["source"] == "my answer"  # type: ignore[index]
    assert {"first", "YOUR ANSWER HERE"} <= set(sources(notebook))


def test_text_in_locked_cells_is_kept_beside_the_released_text() -> None:
    """As when a student merges a solution with the cell below."""
    notebook = assemble(work(("code", "def f(): 1", "points-a-f")), BLUEPRINT)
    assert cell_named(notebook, "points-a-f")["source"] == "# points"  # type: ignore[index]
    assert "def f(): 1" in sources(notebook)


@pytest.mark.parametrize("blank", ["", "  \n", "YOUR ANSWER  HERE\n"])
def test_blanks_do_not_make_an_answer(blank: str) -> None:
    """Neither do they unmake one."""
    assert is_unchanged(blank, RELEASED[4])
    assert not is_unchanged(blank + "x", RELEASED[4])


def test_types_are_those_of_the_release() -> None:
    """A solution turned into text is code again."""
    notebook = assemble(work(("markdown", "def f(): 1", "solution-a-f"), ("code", "words", "answer-w")), BLUEPRINT)
    assert cell_named(notebook, "solution-a-f")["cell_type"] == "code"  # type: ignore[index]
    assert cell_named(notebook, "answer-w")["cell_type"] == "markdown"  # type: ignore[index]
    json.dumps(notebook)


def test_order_is_the_outlines() -> None:
    """Unknown cells follow."""
    extra = SourceCell("zz", "code", True, "", "", None, False, False)
    assert [cell.name for cell in in_order([extra, *reversed(RELEASED)], Outline("x", ()))][-1] == "zz"
