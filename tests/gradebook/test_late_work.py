"""nbgrader's plugin for late work goes by the course's policy: due dates, extensions, slack over the course."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from nbgrader.api import Gradebook
from nbgrader.preprocessors import AssignLatePenalties

from autograder.gradebook.configuration import find_alembic
from autograder.gradebook.late_work import CoursePolicy, enter_due

DUE = datetime(2026, 11, 20, 22, 0, tzinfo=UTC)
TABLE = """assignments = ["warmup", "vae"]
[policy]
slack_days = 1
per_day = 10
[policy.due]
warmup = 2026-11-20T23:00:00+01:00
"""


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A gradebook with two assignments, and submissions of three students."""
    for name in ("warmup", "vae"):
        (tmp_path / "solutions" / name).mkdir(parents=True)
        (tmp_path / "solutions" / name / "outline.md").write_text("# Some\n")
    (tmp_path / "solutions" / "course.toml").write_text(TABLE)
    monkeypatch.setenv("AUTOGRADER_COURSE", str(tmp_path))
    find_alembic()
    with Gradebook(f"sqlite:///{tmp_path}/gradebook.db") as made:
        made.add_assignment("warmup")
        made.add_assignment("vae", duedate=(DUE + timedelta(days=7)).replace(tzinfo=None))
        for student, days in (("ann", 0), ("ben", 1), ("cem", 3)):
            made.add_student(student)
            time = (DUE + timedelta(days=days)).replace(tzinfo=None)
            made.add_submission("warmup", student, timestamp=time)
            made.add_submission("vae", student, timestamp=time + timedelta(days=7))
        yield made


def penalty(book: Any, assignment: str, student: str) -> float | None:
    """What a notebook with 40 points loses, asked as nbgrader asks."""
    step = AssignLatePenalties(plugin_class=CoursePolicy)
    step.init_plugin()
    step.gradebook, step.assignment_id = book, assignment
    late = book.find_submission(assignment, student).total_seconds_late
    return step.plugin_inst.late_submission_penalty(student, 40.0, late) if late > 0 else None  # type: ignore[no-any-return]


def test_the_due_date_of_the_course_is_entered(book: Any) -> None:
    """In UTC, as the gradebook keeps times; what somebody entered stays where the course says nothing."""
    for name in ("warmup", "vae"):
        enter_due(book, name)
    assert book.find_assignment("warmup").duedate == DUE.replace(tzinfo=None)
    assert book.find_assignment("vae").duedate == (DUE + timedelta(days=7)).replace(tzinfo=None)


def test_slack_and_days(book: Any) -> None:
    """Ben's day is covered, Cem has two to pay for."""
    enter_due(book, "warmup")
    assert [penalty(book, "warmup", student) for student in ("ann", "ben", "cem")] == [None, 0.0, 8.0]


def test_extensions_of_nbgrader_count_too(book: Any) -> None:
    """Beside those of the policy."""
    enter_due(book, "warmup")
    book.grant_extension("warmup", "cem", days=2)
    assert penalty(book, "warmup", "cem") == 0.0


def test_without_a_due_date_of_the_course_nbgraders_own_rule_holds(book: Any) -> None:
    """The rule "none" takes nothing off."""
    assert penalty(book, "vae", "cem") is None
