"""What of an earlier result still holds after a change of checks, so that only the rest is graded again.

A result is a function of the submission, the seed, the limits and what :mod:`autograder.course.basis` covers. Where the
first three are the same, an exercise whose basis is the same has the same result; training tasks, which use the
reference's functions in place of faulty ones, also need the same exercises to be right.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from autograder.assessment.consequences import with_pieces
from autograder.course.assignment import Assignment
from autograder.results.schema import ExerciseResult, SubmissionResult


@dataclass(frozen=True)
class Kept:
    """The exercises of an earlier result that need not be graded again, by id; none of a first grading."""

    earlier: SubmissionResult | None = None
    exercises: Mapping[str, ExerciseResult] = field(default_factory=dict)
    training: Mapping[str, ExerciseResult] = field(default_factory=dict)

    def standing(self, assignment: Assignment) -> Kept:
        """Without exercises that build on one that is not kept, as ``assignment`` has it for this submission.

        What the outline names is part of an exercise's basis; what the student's own code calls or inherits is not.
        """
        pieces = {one.id: with_pieces(assignment, [one]) for one in assignment.exercises}
        moved = {key for key in self.exercises if any(piece.id not in self.exercises for piece in pieces.get(key, []))}
        return replace(self, exercises={key: one for key, one in self.exercises.items() if key not in moved})

    def trainings(self, results: Iterable[ExerciseResult], used: Iterable[str]) -> list[ExerciseResult]:
        """The training tasks that hold beside ``results``; none where one of the exercises that they use (ids) moved."""
        if self.earlier is None or not self.training:
            return []
        used = set(used)
        before = {one.id: is_right(one) for one in self.earlier.exercises if one.id in used}
        now = {one.id: is_right(one) for one in results if one.id in used}
        return list(self.training.values()) if before == now else []


def kept_of(earlier: SubmissionResult, bases: Mapping[str, str], *, trains: bool) -> Kept:
    """What of ``earlier`` holds where exercises and training tasks have these bases (by id); trainings only where all do."""
    same = {one.id: _as_graded(one) for one in earlier.exercises if one.basis and bases.get(one.id) == one.basis}
    tasks = [key for key in bases if ".training." in key]
    training = {key: same[key] for key in tasks} if trains and all(key in same for key in tasks) else {}
    return Kept(earlier, {key: one for key, one in same.items() if key not in tasks}, training)


def is_right(result: ExerciseResult) -> bool:
    """Whether every check passed: an exercise that is not right is at fault in what builds on it."""
    return all(check.status == "passed" for check in result.checks)


def pictures_of(results: Sequence[ExerciseResult], earlier: SubmissionResult) -> list[str]:
    """Names of the pictures that the kept ``results`` have in the folder of ``earlier``."""
    ids = tuple(f"{one.id}." for one in results)
    return [name for name in map(_name, earlier.artifacts.figures) if name.startswith(ids)]


def _as_graded(result: ExerciseResult) -> ExerciseResult:
    """The result before it was stored: pictures by name, without their folder."""
    copy = result.model_copy(deep=True)
    for check in copy.checks:
        if check.figure:
            check.figure = _name(check.figure)
    return copy


def _name(figure: str) -> str:
    return PurePosixPath(figure).name
