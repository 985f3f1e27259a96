"""Which column of a class list belongs to an assignment.

Canvas writes ``vae (4711)``: the title and its own id, by which it recognises the column; a column it does not know
becomes a new assignment with the points of the row ``Points Possible``. Moodle writes ``Assignment: vae (Real)``: the kind of
activity, the name and how the grade is shown; its grading worksheet is of one assignment and has the column ``Grade``.
"""

from __future__ import annotations

import re

from autograder.errors import UsageError
from autograder.exports.marks import AssignmentMarks
from autograder.exports.roster import ClassList, plain_heading
from autograder.plaintext import one_line
from autograder.results.spreadsheet import exact

_CANVAS_ID = re.compile(r"(?P<title>.*\S)\s*\(\d+\)")
_MOODLE_ITEM = re.compile(r"(?:[^:]{1,40}:\s*)?(?P<title>.*?)(?:\s*\((?P<shown>[^()]*)\))?")
_NOT_POINTS = frozenset({"percentage", "letter", "feedback"})


def column_of(base: ClassList, assignment: AssignmentMarks) -> int | None:
    """The column that holds an assignment's marks, None when there is none.

    Raises:
        UsageError: several columns would do.
    """
    wanted = plain_heading(assignment.heading)
    taken = set(base.columns.values())
    free = [column for column in range(len(base.header)) if column not in taken]
    exactly = [column for column in free if plain_heading(base.header[column]) == wanted]
    if not exactly and base.is_worksheet:
        exactly = [column for column in free if plain_heading(base.header[column]) == "grade"]
    found = exactly or [column for column in free if wanted in _titles(base.layout, base.header[column])]
    if len(found) > 1:
        told = f"has {len(found)} columns for {assignment.heading}"
        remedy = f'name the right one: --assignment "{assignment.name}={one_line(base.header[found[0]], 60)}"'
        raise UsageError(told, where=str(base.path), remedy=remedy)
    return found[0] if found else None


def new_column(base: ClassList, assignment: AssignmentMarks) -> int:
    """Add an empty column at the end; in a Canvas list with its points possible."""
    base.header.append(assignment.heading)
    for row in base.rows:
        row.append("")
    if base.points_row is not None:
        base.rows[base.points_row][-1] = exact(assignment.max_score)
    return len(base.header) - 1


def other_points(base: ClassList, assignment: AssignmentMarks, column: int) -> str:
    """The points possible of a column when they are not those of the assignment; empty when they agree."""
    cell = _points_possible(base, column)
    try:
        agrees = not cell or float(cell.replace(",", ".")) == round(assignment.max_score, 2)
    except ValueError:
        agrees = False
    return "" if agrees else cell


def _points_possible(base: ClassList, column: int) -> str:
    row, headings = base.points_row, list(map(plain_heading, base.header))
    if base.is_worksheet and headings[column] == "grade":
        row, column = next(iter(base.students), None), headings.index("maximum grade")
    return base.rows[row][column].strip() if row is not None else ""


def _titles(layout: str, heading: str) -> set[str]:
    if layout == "canvas":
        match = _CANVAS_ID.fullmatch(heading.strip())
        return {plain_heading(match["title"])} if match else set()
    if layout == "moodle":
        match = _MOODLE_ITEM.fullmatch(heading.strip())
        if match and plain_heading(match["shown"] or "") not in _NOT_POINTS:
            return {plain_heading(match["title"])}
    return set()
