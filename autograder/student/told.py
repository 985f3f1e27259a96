"""What a student reads of one visible check: a mark, its title, and what went wrong with which values."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from autograder.assessment.disclosure import check_result
from autograder.assessment.outcomes import Outcome
from autograder.course.assignment import Exercise
from autograder.plaintext import printable

MARKS = {"passed": "✓", "missing": "·"}
LEGEND = "✓ passed, ✗ not right yet, · not implemented yet"
FORM_ONLY = " (form only; its value is checked when your work is graded)"


class Told(NamedTuple):
    """What became of a check, for whoever reports it."""

    outcome: Outcome
    lines: list[str]
    """What a student reads of it."""
    seconds: float = 0.0
    """How long it took."""


def mark_of(outcome: Outcome) -> str:
    """One character for a status."""
    return MARKS.get(outcome.status, "✗")


def title_of(outcome: Outcome, form_only: bool = False) -> str:
    """What the check looks at; ``form_only`` where no visible check of the exercise looks at values."""
    return outcome.check.title + (FORM_ONLY if form_only and outcome.passed and outcome.check.kind != "value" else "")


def looks_at_no_value(checks: Collection[Outcome]) -> bool:
    """Whether all of an exercise's visible checks look at the form of its answers only."""
    return all(outcome.check.kind != "value" for outcome in checks)


def explained(exercise: Exercise, outcome: Outcome) -> list[str]:
    """What went wrong and with which input, as lines; nothing for what passed or is not begun."""
    if outcome.status in ("passed", "missing"):
        return []
    result = check_result(exercise, outcome)
    lines = [f"    {printable(line)}" for line in result.message.splitlines()]
    for name, value in result.example.items():
        aligned = printable(value).replace("\n", "\n" + " " * (len(name) + 9))
        lines += f"      {name} = {aligned}".split("\n")
    return lines
