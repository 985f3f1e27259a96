"""The gradebook as a table of nbgrader's columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from autograder.exports.gradebook_marks import CSV_COLUMNS, assignments_of, final_score, submissions_of
from autograder.results.spreadsheet import shown

if TYPE_CHECKING:
    from nbgrader.api import Gradebook


def table(gradebook: Gradebook, assignments: set[str] | None = None, students: set[str] | None = None) -> list[list[str]]:
    """The header and a row for every student and assignment.

    Args:
        gradebook: an open gradebook.
        assignments: the names wanted; all by default.
        students: the ids wanted; all by default.
    """
    people = [student for student in gradebook.students if not students or student.id in students]
    chosen = [found for found in assignments_of(gradebook) if not assignments or found.name in assignments]
    return [list(CSV_COLUMNS), *(row for assignment in chosen for row in _rows(gradebook, assignment, people))]


def not_handed_in(rows: Sequence[Sequence[str]]) -> list[str]:
    """A line for each assignment of which a table says 0 of everybody, because nobody has handed anything in."""
    place, time = CSV_COLUMNS.index("assignment"), CSV_COLUMNS.index("timestamp")
    begun = {row[place] for row in rows[1:] if row[time]}
    names = dict.fromkeys(row[place] for row in rows[1:] if row[place] not in begun)
    remedy = "name others with --assignment, or `nbgrader db assignment remove"
    return [f"{name}: nobody has handed in anything, and everybody's 0 is in the table ({remedy} {name}`)" for name in names]


def _rows(gradebook: Gradebook, assignment: Any, people: list[Any]) -> Iterator[list[str]]:
    submissions = {submission.student_id: submission for submission in submissions_of(gradebook, assignment)}
    for student in people:
        found = submissions.get(student.id)
        about = [student.id, student.last_name, student.first_name, student.email]
        scores = [found.score, found.late_submission_penalty, final_score(found)] if found else [0.0, 0.0, 0.0]
        cells = [assignment.name, assignment.duedate, found.timestamp if found else None, *about, *scores, assignment.max_score]
        yield ["" if cell is None else shown(str(cell)) for cell in cells]
