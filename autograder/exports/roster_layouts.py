"""Class lists in the layout of a learning platform, made from another list or from the marks alone."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from autograder.errors import UsageError
from autograder.exports.marks import Person
from autograder.exports.roster import ClassList, plain_heading
from autograder.exports.roster_matching import Matching

POINTS_POSSIBLE = "    Points Possible"
"""How Canvas starts the row of points possible."""

CANVAS_COLUMNS = {"Student": "name", "ID": "lms_id", "SIS User ID": "number", "SIS Login ID": "login", "Section": "section"}
MOODLE_COLUMNS = {
    "Username": "login", "First name": "first_name", "Last name": "last_name", "ID number": "number",
    "Email address": "email",
}  # fmt: skip

_PERSON = {"id": "login", "first_name": "first_name", "last_name": "last_name", "email": "email", "lms_user_id": "lms_id"}


def list_of(people: Iterable[Person]) -> tuple[ClassList, Matching]:
    """A class list in nbgrader's layout, ordered by name, and everybody's row in it; the nameless have none."""
    ordered = sorted(people, key=lambda person: (person.last_name, person.first_name, person.id))
    nameless = {person.id: "has no name" for person in ordered if not person.id.strip()}
    ordered = [person for person in ordered if person.id not in nameless]
    rows = [[person.id, person.first_name, person.last_name, person.email, person.lms_id] for person in ordered]
    columns = {role: number for number, role in enumerate(_PERSON.values())}
    made = ClassList(Path(), "nbgrader", list(_PERSON), rows, list(range(2, len(rows) + 2)), columns, ",", "\n", False)
    return made, Matching({person.id: row for row, person in enumerate(ordered)}, nameless)


def in_layout(base: ClassList, layout: str) -> tuple[ClassList, dict[int, int]]:
    """The students of a class list as Canvas or Moodle list them, and where each row went.

    The list itself when it is in that layout already.

    Raises:
        UsageError: somebody has moved the columns that Canvas looks for by their place.
    """
    if base.layout == layout:
        return base, _completed(base)
    columns = CANVAS_COLUMNS if layout == "canvas" else MOODLE_COLUMNS
    students = base.students
    rows = [[_about(base, row, role) for role in columns.values()] for row in students]
    lines = [base.lines[row] for row in students]
    roles = {role: number for number, role in enumerate(columns.values())}
    made = ClassList(base.path, layout, list(columns), rows, lines, roles, ",", "\n", False)
    if layout == "canvas":
        add_points_row(made)
    return made, {old: new for new, old in enumerate(students, start=len(rows) - len(students))}


def add_points_row(base: ClassList) -> None:
    """Give a Canvas list the row of points possible that it has to have."""
    base.rows.insert(0, [POINTS_POSSIBLE] + [""] * (len(base.header) - 1))
    base.lines.insert(0, 0)


def _completed(base: ClassList) -> dict[int, int]:
    """Add what Canvas has to have; returns where each row went."""
    if base.layout == "canvas":
        start = [plain_heading(cell) for cell in base.header[:3]]
        if start[:2] != ["student", "id"] and start != ["lastname", "firstname", "id"]:
            told = "does not start with the columns Student, ID, as Canvas needs it"
            raise UsageError(told, where=str(base.path), remedy="export the gradebook from Canvas again")
    shift = int(base.layout == "canvas" and base.points_row is None)
    if shift:
        add_points_row(base)
    return {row: row + shift for row in range(len(base.rows) - shift)}


def _about(base: ClassList, row: int, role: str) -> str:
    if role == "name":
        full = ", ".join(filter(None, (base.cell(row, "last_name"), base.cell(row, "first_name"))))
        return base.cell(row, "name") or full or _about(base, row, "login")
    if role == "login":
        return base.cell(row, "login") or base.cell(row, "email") or base.cell(row, "own")
    if role == "number" and base.layout == "nbgrader":
        return base.cell(row, "lms_id")
    return base.cell(row, role)
