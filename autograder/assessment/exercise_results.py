"""From what became of the checks of an exercise to its result: status, points, texts."""

from __future__ import annotations

from autograder.assessment.assessed import Assessed
from autograder.assessment.disclosure import check_result, told_status
from autograder.course.assignment import Assignment
from autograder.results.schema import (
    ExerciseResult,
    ExerciseStatus,
)


def exercise_result(one: Assessed) -> ExerciseResult:
    """Write down an assessed exercise for the result file."""
    return ExerciseResult(
        id=one.exercise.id, kind=one.exercise.kind, title=one.exercise.title, score=one.score,
        max_score=sum(outcome.check.points for outcome in one.outcomes),
        status=_status(one), checks=[check_result(one.exercise, outcome, begun=one.begun) for outcome in one.outcomes],
        diagnosis=one.diagnosis, note=_note(one),
    )  # fmt: skip


def _status(one: Assessed) -> ExerciseStatus:
    statuses = [told_status(outcome, begun=one.begun) for outcome in one.outcomes]
    if one.complete:
        return "passed"
    if all(status == "missing" for status in statuses):
        return "missing"
    if one.score > 0:
        return "partial"
    for status in ("timeout", "crashed", "error"):
        if status in statuses and "failed" not in statuses:
            return status  # type: ignore[return-value]
    return "failed"


def _note(one: Assessed) -> str:
    passed = sum(outcome.check.points for outcome in one.outcomes if outcome.passed)
    if passed > 0 and one.score == 0:
        forfeited = "no points, because none of the checks of its values passed"
        if one.memorised:
            forfeited = "no points, because it is right for the inputs of the visible checks only"
        return "; ".join(part for part in (one.note, forfeited) if part)
    return one.note


def written_results(assignment: Assignment) -> list[ExerciseResult]:
    """Entries for the questions that people grade."""
    return [
        ExerciseResult(
            id=question.id, kind="written", title=question.title, score=0.0, max_score=question.points,
            status="needs_manual_grading",
        )
        for question in assignment.written
    ]  # fmt: skip
