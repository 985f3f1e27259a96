"""From what a run measured to the result of its task: points, levels, words."""

from __future__ import annotations

import math

from autograder.reports.score_bars import level_words
from autograder.results.schema import Calibration, CheckResult, Diagnosis, ExerciseResult, ExerciseStatus
from autograder.scores.levels import Level, Window
from autograder.training.records.record import calibration_of, credits_of, outdated
from autograder.training.run import TrainingRun
from autograder.training.task import Score, Task

_WHOLE = 1 - 1e-9
_NO_NUMBER = (
    "The value is not a number. Something that your code returned or trained is infinite or no number: divided by zero, the "
    "root or logarithm of something negative, or grown without bound?"
)
_OUTDATED = "The calibration record is of an earlier form of this task, so these levels rest on no record."


def result_of(task: Task, run: TrainingRun) -> ExerciseResult:
    """The result of a training task: one entry for each score, the misconceptions that the values show, and notes."""
    calibration = calibration_of(task, run.fallback)
    checks = [_scored(task, score, run, calibration) for score in task.scores]
    earned = math.fsum(check.score for check in checks)
    status = _status(checks)
    findings = [] if status == "passed" else list(task.explain(run.values))
    return ExerciseResult(
        id=task.id, kind="training", title=task.title, score=round(earned, 4), max_score=task.points, status=status,
        checks=checks, note=" ".join([*run.notes, *([_OUTDATED] if outdated(task, run.fallback) else [])]),
        diagnosis=[Diagnosis(misconception=one.misconception, hint=one.hint, confidence="likely") for one in findings],
    )  # fmt: skip


def skipped(task: Task, reason: str) -> ExerciseResult:
    """The result of a task that could not be run here, which is no fault of the submission: its points wait for a person."""
    return ExerciseResult(
        id=task.id, kind="training", title=task.title, score=0.0, max_score=task.points, status="skipped", note=reason
    )


def _scored(task: Task, score: Score, run: TrainingRun, calibration: Calibration | None) -> CheckResult:
    value = run.values.get(score.name)
    level = score.level_on(run.fallback)
    zero, full = _levels(level)
    points = score.share * task.points
    base = CheckResult(
        name=score.name, title=score.title, visibility="visible", score=0.0, max_score=round(points, 4), status="failed",
        value=None if value is None or math.isnan(value) else float(f"{value:.5g}"), zero=zero, full=full,
        share=score.share, calibration=calibration,
    )  # fmt: skip
    if value is None:
        status, message = _why_not(score, task, run)
        return base.model_copy(update={"status": status, "message": message})
    if level.is_too_good(value):
        message = "This is better than honest training can be. It earns nothing and is shown to the course's staff."
        return base.model_copy(update={"too_good": True, "message": message})
    credit = credits_of(task, run.values, run.fallback)[score.name]
    passed = credit > _WHOLE
    message = "" if passed else _message(score, level, float(f"{value:.5g}"), credit)
    if not credit and level.credit(value) and score.needs:
        needed = next(one for one in task.scores if one.name == score.needs)
        message = f"This counts once the other score earns something: {needed.title}."
    status = "passed" if passed else "failed"
    return base.model_copy(update={"score": round(credit * points, 4), "status": status, "message": message})


def _levels(level: Level | Window) -> tuple[float | list[float], float | list[float]]:
    if isinstance(level, Window):
        return [level.zero_low, level.zero_high], [level.full_low, level.full_high]
    return level.zero, level.full


def _why_not(score: Score, task: Task, run: TrainingRun) -> tuple[str, str]:
    """Status and words for a score without a value: those of its part, or of one that names no score of the task."""
    ended = [part for part in run.parts if part.status != "passed"]
    known = {one.name for one in task.scores}
    of_it = [part for part in ended if score.name in part.names]
    for part in of_it or [part for part in ended if not known.issuperset(part.names)]:
        end = "" if "\n" in part.message else "."  # a traceback is no sentence
        return part.status, f"Not measured: {part.message}{end}"
    return "failed", "Not measured."


def _message(score: Score, level: Level | Window, value: float, credit: float) -> str:
    unit = f" {score.unit}" if score.unit else ""
    if math.isnan(value):
        return _NO_NUMBER
    zero, full = _levels(level)
    levels = f"nothing {level_words(zero, inside=False)}, everything {level_words(full)}"
    return f"{value:.4g}{unit}: {100 * credit:.0f} % of these points ({levels})."


def _status(checks: list[CheckResult]) -> ExerciseStatus:
    statuses = {check.status for check in checks}
    if statuses == {"passed"}:
        return "passed"
    if any(check.score > 0 for check in checks):
        return "partial"
    for status in ("missing", "timeout", "crashed", "error"):
        if statuses == {status}:
            return status  # type: ignore[return-value]
    return "failed"
