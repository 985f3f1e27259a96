"""From a subject to the results of its exercises: checks, consequential errors, diagnosis, points."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from autograder.bounds import bounded_memory
from autograder.course import Assignment, Check, Exercise
from autograder.diagnosis import Catalogue, diagnose
from autograder.probation import answers_beside_the_published_inputs, needs_probation
from autograder.reports.schema import Diagnosis, ExerciseResult, ExerciseStatus
from autograder.runner import RunOptions, earned, run_checks, run_together
from autograder.sessions import WorkerLost
from autograder.subjects import Subject
from autograder.verdicts import Outcome
from autograder.wording import check_result

PATIENCE = 60.0
"""Seconds that a submission's endless or dying code may cost before the limits become short."""
IMPATIENT_LIMIT = 2.0
"""Seconds for one check after that: still many times what a right answer needs."""


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
    def complete(self) -> bool:
        """Whether every check passed."""
        return all(outcome.passed for outcome in self.outcomes)


def assess(
    assignment: Assignment,
    exercises: Sequence[Exercise],
    subject: Subject,
    options: RunOptions,
    catalogue: Catalogue | None,
) -> list[Assessed]:
    """Run the checks of all ``exercises`` on ``subject``.

    A failed check is repeated with the pieces it builds on replaced by the reference's where the subject's own pieces
    lost points: a mistake is charged where it was made, and only there.
    """
    assessed, options = _first_passes(assignment, exercises, subject, options)
    faulty = {one.exercise.key for one in assessed if not one.complete}
    for one in assessed:
        _forgive_consequences(assignment, one, faulty, subject, options)
        _unmask_tables(assignment, one, subject, options)
    if catalogue is not None:
        for one in assessed:
            one.diagnosis = _diagnosis(assignment, catalogue, one, faulty, subject, options)
    return assessed


def _first_passes(
    assignment: Assignment, exercises: Sequence[Exercise], subject: Subject, options: RunOptions
) -> tuple[list[Assessed], RunOptions]:
    """Assess one exercise after the other; when endless code has cost a lot, later checks get less time to be endless in.

    What is quick stays unharmed by that: only how long the grader waits changes.
    """
    assessed = []
    wasted = 0.0
    for exercise in exercises:
        started = time.monotonic()
        one = _first_pass(assignment, exercise, subject, options)
        assessed.append(one)
        if any(outcome.status in ("timeout", "crashed") for outcome in one.outcomes):
            wasted += time.monotonic() - started
        if wasted > PATIENCE:
            options = replace(options, time_limit=min(options.time_limit, IMPATIENT_LIMIT))
    return assessed, options


def _first_pass(assignment: Assignment, exercise: Exercise, subject: Subject, options: RunOptions) -> Assessed:
    checks = [check for check in exercise.checks if check.visibility == "visible" or not options.visible_only]
    outcomes = _run_lightly(assignment, exercise, checks, subject, options)
    if outcomes is None:
        outcomes = run_checks(assignment, checks, lambda: subject.open(exercise.module), options)
    return Assessed(exercise, outcomes, [], subject.load_notes.get(exercise.module, ""))


def _run_lightly(
    assignment: Assignment, exercise: Exercise, checks: Sequence[Check], subject: Subject, options: RunOptions
) -> list[Outcome] | None:
    """Outcomes of a short answer that is right in a worker without torch; None says to ask a full one.

    What such a worker cannot do costs no points, because it is believed only when every check has passed.
    """
    session = subject.open_light(exercise.module) if exercise.kind == "short_answer" else None
    if session is None:
        return None
    outcomes = run_together(assignment, checks, session, options)
    return outcomes if outcomes and all(outcome.passed for outcome in outcomes) else None


def _forgive_consequences(
    assignment: Assignment, one: Assessed, faulty: set[str], subject: Subject, options: RunOptions
) -> None:
    pieces = _faulty_pieces(assignment, one.exercise, faulty)
    if one.complete or not pieces:
        return
    failed = [outcome.check for outcome in one.outcomes if not outcome.passed]
    again = run_checks(assignment, failed, lambda: subject.open(one.exercise.module, pieces), options)
    better = {outcome.check.key: outcome for outcome in again if outcome.passed}
    if not better:
        return
    names = ", ".join(piece.name for piece in pieces)
    note = f"checked with a correct version of {names}, because yours has findings of its own"
    one.outcomes = [
        replace(better[outcome.check.key], note=note) if outcome.check.key in better else outcome
        for outcome in one.outcomes
    ]
    one.note = "; ".join(part for part in (one.note, note) if part)


def _unmask_tables(assignment: Assignment, one: Assessed, subject: Subject, options: RunOptions) -> None:
    """Take no points for a table of the published answers."""
    if needs_probation(one.outcomes):
        one.memorised = not answers_beside_the_published_inputs(
            assignment, one.exercise, one.outcomes, lambda: subject.open(one.exercise.module), options
        )


def _faulty_pieces(assignment: Assignment, exercise: Exercise, faulty: set[str]) -> list[Exercise]:
    """The functions that an exercise builds on and that lost points."""
    return [piece for piece in _pieces(assignment, exercise) if piece.key in faulty and piece.kind == "function"]


def _pieces(assignment: Assignment, exercise: Exercise) -> list[Exercise]:
    """Everything that an exercise builds on, directly or not, nearest first."""
    found: dict[str, Exercise] = {}
    waiting = list(exercise.uses)
    while waiting:
        key = waiting.pop(0)
        if key not in found and key != exercise.key:
            found[key] = assignment.exercise(key)
            waiting += found[key].uses
    return list(found.values())


def _diagnosis(
    assignment: Assignment, catalogue: Catalogue, one: Assessed, faulty: set[str], subject: Subject, options: RunOptions
) -> list[Diagnosis]:
    """Compare the behaviour of a wrong answer with known mistakes; nothing for code that does not run.

    Pieces with findings of their own are replaced, so that what is seen is this exercise's own mistake.
    """
    if one.complete or all(outcome.status in ("missing", "timeout", "crashed") for outcome in one.outcomes):
        return []
    try:
        session = subject.open(one.exercise.module, _faulty_pieces(assignment, one.exercise, faulty))
    except WorkerLost:
        return []
    try:
        session.limit(options.time_limit)
        with bounded_memory():
            return diagnose(catalogue, one.exercise, session)
    except Exception:  # a hint is never worth a result
        return []
    finally:
        session.close()


def exercise_result(one: Assessed) -> ExerciseResult:
    """Write down an assessed exercise for the result file."""
    return ExerciseResult(
        id=one.exercise.id, kind=one.exercise.kind, title=one.exercise.title, score=one.score,
        max_score=sum(outcome.check.info.points for outcome in one.outcomes),
        status=_status(one), checks=[check_result(one.exercise, outcome) for outcome in one.outcomes],
        diagnosis=one.diagnosis, note=_note(one),
    )  # fmt: skip


def _status(one: Assessed) -> ExerciseStatus:
    statuses = [outcome.status for outcome in one.outcomes]
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
