"""Whose marks move from one grading to another, and on which check: what a changed check, or a new attempt, has done.

Students are paired by name. A submission on which a grader failed has no mark, so nothing is said of its points.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from autograder.results.schema import CheckResult, ExerciseResult, SubmissionResult

_SMALLEST = 1e-9
"""Points nearer to each other than this are equal: sums of shares in another order."""


@dataclass(frozen=True)
class CheckMove:
    """One check that came out differently; None where the check is not there."""

    old: CheckResult | None
    new: CheckResult | None

    @property
    def name(self) -> str:
        """The check's name."""
        return (self.new or self.old).name  # type: ignore[union-attr]

    @property
    def points(self) -> float:
        """Points gained, negative where lost."""
        return (self.new.score if self.new else 0.0) - (self.old.score if self.old else 0.0)

    @property
    def example(self) -> dict[str, str]:
        """The input that shows it: of a visible check that fails on one of the two sides, empty otherwise."""
        for check in (self.new, self.old):
            if check is not None and check.visibility == "visible" and check.example:
                return check.example
        return {}


@dataclass(frozen=True)
class ExerciseMove:
    """One exercise whose points or checks moved."""

    id: str
    old: float
    new: float
    max_score: float
    checks: tuple[CheckMove, ...]
    notes: tuple[str, str]
    """What was said of how it was graded, before and now."""


@dataclass(frozen=True)
class StudentMove:
    """One student whose result is another one."""

    student: str
    old: SubmissionResult
    new: SubmissionResult
    exercises: tuple[ExerciseMove, ...]

    @property
    def marked(self) -> bool:
        """Whether both sides have a mark."""
        return "grader_error" not in (self.old.status, self.new.status)

    @property
    def points(self) -> float:
        """Points gained, negative where lost; 0 where one side has no mark."""
        return _rounded(self.new.score - self.old.score) if self.marked else 0.0

    @property
    def same_work(self) -> bool:
        """Whether both sides are of the same files."""
        return self.old.submission_sha256 == self.new.submission_sha256


@dataclass(frozen=True)
class Comparison:
    """Two gradings of a class."""

    moves: tuple[StudentMove, ...]
    unchanged: int
    only_old: tuple[str, ...]
    only_new: tuple[str, ...]

    @property
    def gaining(self) -> tuple[StudentMove, ...]:
        """Who has more points now."""
        return tuple(move for move in self.moves if move.points > 0)

    @property
    def losing(self) -> tuple[StudentMove, ...]:
        """Who has fewer points now."""
        return tuple(move for move in self.moves if move.points < 0)

    def by_check(self) -> dict[tuple[str, str], tuple[int, int]]:
        """How many students gain and how many lose on a check, by exercise and check, the most moved first."""
        counts: dict[tuple[str, str], tuple[int, int]] = {}
        for move in self.moves:
            for exercise in move.exercises:
                for check in exercise.checks:
                    up, down = counts.get((exercise.id, check.name), (0, 0))
                    counts[exercise.id, check.name] = up + (check.points > 0), down + (check.points < 0)
        return dict(sorted(counts.items(), key=lambda item: (-sum(item[1]), item[0])))


def compare(old: Iterable[SubmissionResult], new: Iterable[SubmissionResult]) -> Comparison:
    """Return who moved from ``old`` to ``new``; of several results of one student the last one counts on either side."""
    before, after = {one.student: one for one in old}, {one.student: one for one in new}
    moves = []
    for student in sorted(before.keys() & after.keys(), key=str.casefold):
        move = StudentMove(student, before[student], after[student], tuple(_moved(before[student], after[student])))
        if move.exercises or move.points or move.old.status != move.new.status:
            moves.append(move)
    return Comparison(
        tuple(moves), len(before.keys() & after.keys()) - len(moves), _alone(before, after), _alone(after, before)
    )


def _alone(one: dict[str, SubmissionResult], other: dict[str, SubmissionResult]) -> tuple[str, ...]:
    return tuple(sorted(one.keys() - other.keys(), key=str.casefold))


def _moved(old: SubmissionResult, new: SubmissionResult) -> Iterator[ExerciseMove]:
    before, after = {one.id: one for one in old.exercises}, {one.id: one for one in new.exercises}
    for key in dict.fromkeys([*after, *before]):
        one, other = before.get(key), after.get(key)
        checks = tuple(_checks(one, other))
        scores = (one.score if one else 0.0), (other.score if other else 0.0)
        if checks or abs(scores[1] - scores[0]) > _SMALLEST:
            most = (other or one).max_score  # type: ignore[union-attr]
            notes = (one.note if one else ""), (other.note if other else "")
            yield ExerciseMove(key, *scores, most, checks, notes)


def _checks(old: ExerciseResult | None, new: ExerciseResult | None) -> Iterator[CheckMove]:
    before, after = _named(old), _named(new)
    for name in dict.fromkeys([*after, *before]):
        move = CheckMove(before.get(name), after.get(name))
        if move.old is None or move.new is None or _outcome(move.old) != _outcome(move.new):
            yield move


def _named(exercise: ExerciseResult | None) -> dict[str, CheckResult]:
    checks: Sequence[CheckResult] = exercise.checks if exercise else ()
    return {f"{check.visibility}.{check.name}": check for check in checks}


def _outcome(check: CheckResult) -> tuple[str, float, float]:
    return check.status, _rounded(check.score), _rounded(check.max_score)


def _rounded(points: float) -> float:
    return round(points, 6) or 0.0
