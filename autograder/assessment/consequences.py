"""Consequential errors: a mistake is charged where it was made, and only there.

A failed check is repeated with the pieces that its exercise builds on replaced by the reference's, where the subject's
own pieces lost points. What then passes, counts. The inputs of the repetition are drawn afresh, so that a lent function
is never asked what the checks of the piece itself ask; and an answer that guesses does not get a second throw: only
what fails again, unchanged, in one process after the other, can be the consequence of a faulty piece.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from autograder.assessment.assessed import Assessed
from autograder.assessment.outcomes import Outcome
from autograder.assessment.runner import RunOptions
from autograder.assessment.sitting import Sitting
from autograder.course.assignment import Assignment, Check, Exercise
from autograder.sessions.subjects import Subject

REPLAYS = 3
"""How often a check must fail in the same way before it may be forgiven: a coin that came down wrong once comes down so
three times more in one case of eight."""


def forgive_consequences(
    assignment: Assignment, assessed: Sequence[Assessed], faulty: set[str], subject: Subject, options: RunOptions
) -> None:
    """Let checks count that pass with correct versions of the faulty pieces that their exercise builds on.

    ``faulty`` names the exercises that lost points. What builds on little comes first: nothing is lent whose own checks
    are still to be repeated.
    """
    for one in sorted(assessed, key=lambda one: len(_pieces(assignment, one.exercise))):
        pieces = faulty_pieces(assignment, one.exercise, faulty)
        if pieces and not one.complete:
            _forgive(assignment, one, pieces, subject, options)


def _forgive(assignment: Assignment, one: Assessed, pieces: Sequence[Exercise], subject: Subject, options: RunOptions) -> None:
    failed = [outcome.check for outcome in one.outcomes if not outcome.passed]
    afresh = options.afresh(one.exercise.key)
    again = _run(assignment, one.exercise, failed, subject, afresh, pieces)
    better = {outcome.check.key: outcome for outcome in again if outcome.passed}
    if subject.guarded:
        better = _without_chance(assignment, one.exercise, better, subject, options)
    if not better:
        return
    names = ", ".join(piece.name for piece in pieces)
    note = f"checked with a correct version of {names}, because yours has findings of its own"
    one.outcomes = [
        replace(better[outcome.check.key], note=note) if outcome.check.key in better else outcome for outcome in one.outcomes
    ]
    one.note = "; ".join(part for part in (one.note, note) if part)


def _without_chance(
    assignment: Assignment, exercise: Exercise, better: dict[str, Outcome], subject: Subject, options: RunOptions
) -> dict[str, Outcome]:
    """Of the checks that pass now, those that fail again, every time, with the pieces as they are and the same inputs."""
    for _ in range(REPLAYS):
        if not better:
            break
        checks = [outcome.check for outcome in better.values()]
        replayed = _run(assignment, exercise, checks, subject, options, ())
        better = {one.check.key: better[one.check.key] for one in replayed if not one.passed}
    return better


def _run(
    assignment: Assignment, exercise: Exercise, checks: Sequence[Check], subject: Subject, options: RunOptions,
    pieces: Sequence[Exercise],
) -> list[Outcome]:  # fmt: skip
    sitting = Sitting(assignment, replace(exercise, checks=tuple(checks)), subject, options, pieces)
    try:
        sitting.visible()
        sitting.hidden()
    finally:
        sitting.close()
    return sitting.outcomes


def faulty_pieces(assignment: Assignment, exercise: Exercise, faulty: set[str]) -> list[Exercise]:
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
