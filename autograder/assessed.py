"""One exercise with what became of its checks, and how that is written down."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.course import Exercise
from autograder.reports.schema import Diagnosis, ExerciseResult, ExerciseStatus
from autograder.runner import earned
from autograder.verdicts import Outcome
from autograder.wording import check_result, told_status


@dataclass
class Assessed:
    """One exercise with what became of its checks."""

    exercise: Exercise
    outcomes: list[Outcome]
    diagnosis: list[Diagnosis]
    note: str = ""
    memorised: bool = False
    """Whether it is right at the published inputs and nowhere else."""

    @property
    def score(self) -> float:
        """Points earned."""
        return 0.0 if self.memorised else earned(self.exercise, self.outcomes)

    @property
    def begun(self) -> bool:
        """Whether there is something to look at, as the visible checks have it."""
        visible = [outcome for outcome in self.outcomes if outcome.check.visibility == "visible"] or self.outcomes
        return any(outcome.status != "missing" for outcome in visible)

    @property
    def complete(self) -> bool:
        """Whether every check passed."""
        return all(outcome.passed for outcome in self.outcomes)


def exercise_result(one: Assessed) -> ExerciseResult:
    """Write down an assessed exercise for the result file."""
    return ExerciseResult(
        id=one.exercise.id, kind=one.exercise.kind, title=one.exercise.title, score=one.score,
        max_score=sum(outcome.check.info.points for outcome in one.outcomes),
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
    passed = sum(outcome.check.info.points for outcome in one.outcomes if outcome.passed)
    if passed > 0 and one.score == 0:
        forfeited = "no points, because none of the checks of its values passed"
        if one.memorised:
            forfeited = "no points, because it is right for the inputs of the visible checks only"
        return "; ".join(part for part in (one.note, forfeited) if part)
    return one.note
