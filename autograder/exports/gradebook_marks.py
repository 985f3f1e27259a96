"""The marks of an nbgrader gradebook, read through nbgrader's own interface: SQLite, PostgreSQL, any SQLAlchemy URL."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.errors import UsageError
from autograder.exports.database_url import database_url
from autograder.exports.gradebook_values import named, number_in, readable, text_in
from autograder.exports.marks import AssignmentMarks, ClassMarks, Mark, Person
from autograder.imports import require_nbgrader
from autograder.plaintext import one_line

if TYPE_CHECKING:
    from nbgrader.api import Gradebook

CSV_COLUMNS = (
    "assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email",
    "raw_score", "late_submission_penalty", "score", "max_score",
)  # fmt: skip
"""The columns of nbgrader's CSV."""

_SQLITE = b"SQLite format 3\0"
_TABLES = frozenset({"course", "student", "assignment", "submitted_assignment", "grade"})
_REMEDY = "give the path of gradebook.db or the URL in nbgrader_config.py"


def is_gradebook(where: str) -> bool:
    """Whether marks are to be read from a database: a URL, or a file that SQLite wrote."""
    if "://" in where:
        return True
    try:
        with open(where, "rb") as file:
            return file.read(len(_SQLITE)) == _SQLITE
    except OSError:
        return False


def marks_of_gradebook(where: str, course_id: str | None = None) -> ClassMarks:
    """Read all marks of a course: manual scores and extra credit included, late penalties taken off.

    Args:
        where: the path of an SQLite gradebook, or a SQLAlchemy URL.
        course_id: the course, needed when the gradebook holds several.

    Raises:
        UsageError: there is no gradebook, no such course, or nbgrader is not installed.
    """
    with opened(where, course_id) as gradebook:
        people = {person.id: person for person in map(_person, gradebook.students)}
        assignments = [_of_assignment(gradebook, found, people) for found in assignments_of(gradebook)]
    return ClassMarks(people, [assignment for assignment in assignments if assignment.marks])


def assignments_of(gradebook: Gradebook) -> list[Any]:
    """The assignments of the gradebook's course, as nbgrader orders them."""
    return [assignment for assignment in gradebook.assignments if assignment.course_id == gradebook.course_id]


def final_score(submission: Any) -> float:
    """What counts of a submission: its score without the penalty for being late, never below zero, as in nbgrader's CSV."""
    return max(0.0, submission.score - (submission.late_submission_penalty or 0.0))


@contextmanager
def opened(where: str, course_id: str | None = None) -> Iterator[Gradebook]:
    """Open a gradebook that exists; nothing is created or changed.

    Raises:
        UsageError: there is none, it is another version's, or the course cannot be told.
    """
    require_nbgrader(f"reading {shown_place(where)}")
    from nbgrader.api import Gradebook

    try:
        with readable(shown_place(where), _REMEDY):
            url = _url(where)
            course = _course(url, course_id, shown_place(where))
            with Gradebook(url, course) as gradebook:
                yield gradebook
    except ModuleNotFoundError as error:
        known = (error.name or "").startswith("psycopg")
        remedy = "pip install 'dgm-autograder[postgresql]'" if known else "install the database's driver"
        raise UsageError(f"needs the module {error.name}", where=shown_place(where), remedy=remedy) from error


def _url(where: str) -> str:
    """The URL of an existing database; nbgrader would make a new, empty one."""
    if "://" not in where:
        return f"sqlite:///{Path(where).resolve()}"
    url = database_url(where)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        raise UsageError("there is no such gradebook", where=shown_place(where), remedy=_REMEDY)
    return str(url.render_as_string(hide_password=False))


def _course(url: str, wanted: str | None, where: str) -> str:
    """The course to read: nbgrader would quietly create one that is missing.

    Without a wish, the one that has assignments.
    """
    from sqlalchemy import create_engine, inspect, text

    engine = create_engine(url)
    try:
        if not set(inspect(engine).get_table_names()) >= _TABLES:
            raise UsageError("holds no gradebook of this nbgrader", where=where, remedy="an old one: run `nbgrader db upgrade`")
        with engine.connect() as connection:
            known = list(connection.execute(text("SELECT id FROM course ORDER BY id")).scalars())
            used = list(connection.execute(text("SELECT DISTINCT course_id FROM assignment ORDER BY course_id")).scalars())
    finally:
        engine.dispose()
    courses = [*used, *(course for course in known if course not in used)]
    if wanted is not None and wanted not in courses:
        raise UsageError("holds no such course", where=where, remedy=f"choose one with --course-id: {_names(courses)}")
    if wanted is None and len(used) > 1:
        raise UsageError("holds several courses", where=where, remedy=f"choose one with --course-id: {_names(used)}")
    return wanted if wanted is not None else next(iter(courses), "")


def _names(courses: list[str]) -> str:
    return one_line(", ".join(course or '""' for course in courses)) or "there is none"


def shown_place(where: str) -> str:
    """A path or URL as it may be printed: without a password."""
    return re.sub(r"(?<=://)([^/@:]*):.*@", r"\1:***@", one_line(where))


def _person(student: Any) -> Person:
    whose = named(student.id)
    columns = ("id", "first_name", "last_name", "email", "lms_user_id")
    return Person(*(text_in(getattr(student, one), f"the {one.replace('_', ' ')} of {whose}", "student") for one in columns))


def submissions_of(gradebook: Gradebook, assignment: Any) -> list[Any]:
    """All submissions of an assignment with their scores, in one query instead of two for each."""
    from nbgrader.api import SubmittedAssignment
    from sqlalchemy.orm import undefer

    query = gradebook.db.query(SubmittedAssignment).filter(SubmittedAssignment.assignment_id == assignment.id)
    computed = (SubmittedAssignment.score, SubmittedAssignment.needs_manual_grade, SubmittedAssignment.late_submission_penalty)
    return list(query.options(*map(undefer, computed)).order_by(SubmittedAssignment.student_id))


def _of_assignment(gradebook: Gradebook, assignment: Any, people: Container[str]) -> AssignmentMarks:
    name = text_in(assignment.name, "the name of an assignment", "assignment")
    marks = {}
    for submission in submissions_of(gradebook, assignment):
        if submission.student_id not in people:
            told = f"there is a submission of {named(submission.student_id)}, and no such student"
            raise UsageError(
                told, where=name, remedy="add the student with `nbgrader db student add`, or take a copy from before"
            )
        marks[submission.student_id] = _mark(name, submission)
    return AssignmentMarks(name, number_in(assignment.max_score, "the number of points", name) if marks else 0.0, marks)


def _mark(assignment: str, submission: Any) -> Mark:
    who = named(submission.student_id)
    number_in(submission.score, f"the score of {who}", assignment)
    number_in(submission.late_submission_penalty, f"the penalty of {who}", assignment)
    return Mark(final_score(submission), bool(submission.needs_manual_grade))
