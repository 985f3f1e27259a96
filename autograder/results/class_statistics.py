"""What a class's results have in common: scores, success per exercise, misconceptions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from statistics import mean, median

from autograder.plaintext import one_line, printable
from autograder.results.schema import SCHEMA_VERSION, ExerciseResult, SubmissionResult

BINS = 10
"""The distribution counts scores in ten steps of 10 percent; full marks belong to the last."""


@dataclass
class ExerciseStatistics:
    """How the graded submissions did on one exercise."""

    id: str
    title: str
    kind: str
    max_score: float
    mean_score: float
    attempts: int
    statuses: dict[str, int]

    @property
    def passed(self) -> int:
        """Number of submissions that passed the exercise."""
        return self.statuses.get("passed", 0)

    @property
    def success(self) -> float:
        """Mean share of the points, between 0 and 1."""
        return min(1.0, max(0.0, self.mean_score / self.max_score)) if self.max_score else 0.0

    @property
    def awaiting(self) -> bool:
        """Whether a person still has to mark it for everybody."""
        return self.attempts > 0 and self.statuses.get("needs_manual_grading", 0) == self.attempts


@dataclass
class MisconceptionStatistics:
    """A misconception and those who show it (positions in the list of results)."""

    exercise: str
    misconception: str
    hint: str
    members: list[int] = field(default_factory=list)


@dataclass
class ClassStatistics:
    """Statistics of all results of one folder. Scores are those of graded submissions only."""

    assignments: list[str]
    students: list[str]
    statuses: dict[str, int]
    percentages: list[float]
    exercises: list[ExerciseStatistics]
    misconceptions: list[MisconceptionStatistics]
    isolation: dict[str, int]

    @property
    def distribution(self) -> list[int]:
        """Number of graded submissions per step of 10 percent."""
        counts = Counter(min(BINS - 1, max(0, int(percent * BINS / 100))) for percent in self.percentages)
        return [counts[step] for step in range(BINS)]

    @property
    def mean_percent(self) -> float | None:
        """Mean score in percent of what has been graded; None when nothing is graded."""
        return mean(self.percentages) if self.percentages else None

    @property
    def median_percent(self) -> float | None:
        """Median score in percent; None when nothing is graded."""
        return median(self.percentages) if self.percentages else None

    def as_json(self) -> dict[str, object]:
        """The content of ``class.json``: plain data, names with every character visible."""
        return {
            "schema": SCHEMA_VERSION,
            "assignments": self.assignments,
            "students": len(self.students),
            "statuses": self.statuses,
            "mean_percent": _rounded(self.mean_percent),
            "median_percent": _rounded(self.median_percent),
            "distribution": [
                {"from_percent": step * 100 // BINS, "to_percent": (step + 1) * 100 // BINS, "count": count}
                for step, count in enumerate(self.distribution)
            ],
            "exercises": [{**asdict(e), "mean_score": _rounded(e.mean_score)} for e in self.exercises],
            "misconceptions": [self._misconception_json(m) for m in self.misconceptions],
            "isolation": self.isolation,
        }

    def _misconception_json(self, item: MisconceptionStatistics) -> dict[str, object]:
        students = [self.students[member] for member in item.members]
        told = {"exercise": item.exercise, "misconception": item.misconception, "hint": item.hint}
        return {**told, "count": len(students), "students": students}


def statistics_of(results: list[SubmissionResult]) -> ClassStatistics:
    """Count what a class report shows; works for no results at all."""
    graded = [result for result in results if result.status == "graded"]
    return ClassStatistics(
        assignments=sorted({printable(result.assignment) for result in results}),
        students=[printable(result.student, keep="") for result in results],
        statuses=dict(Counter(result.status for result in results)),
        percentages=[result.percent for result in graded if result.percent is not None],
        exercises=[_exercise_statistics(key, graded) for key in exercise_ids(graded)],
        misconceptions=_misconceptions(results),
        isolation=dict(sorted(Counter(result.isolation.profile for result in results).items())),
    )


def exercise_ids(results: Iterable[SubmissionResult]) -> list[str]:
    """The ids of all exercises, in the order in which they are first met."""
    return list(dict.fromkeys(exercise.id for result in results for exercise in result.exercises))


def _exercise_statistics(key: str, graded: list[SubmissionResult]) -> ExerciseStatistics:
    found: list[ExerciseResult] = [e for result in graded for e in result.exercises if e.id == key]
    return ExerciseStatistics(
        id=printable(key),
        title=one_line(found[0].title),
        kind=found[0].kind,
        max_score=max(e.max_score for e in found),
        mean_score=mean(e.score for e in found),
        attempts=len(found),
        statuses=dict(Counter(e.status for e in found)),
    )


def _misconceptions(results: list[SubmissionResult]) -> list[MisconceptionStatistics]:
    found: dict[tuple[str, str], MisconceptionStatistics] = {}
    for position, result in enumerate(results):
        for exercise in result.exercises:
            for diagnosis in exercise.diagnosis:
                key = (printable(exercise.id), printable(diagnosis.misconception))
                entry = found.setdefault(key, MisconceptionStatistics(*key, hint=one_line(diagnosis.hint)))
                if position not in entry.members[-1:]:
                    entry.members.append(position)
    return sorted(found.values(), key=lambda m: (-len(m.members), m.exercise, m.misconception))


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
