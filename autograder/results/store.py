"""Results on disk: one JSON file per submission, and the class's ``summary.csv`` and ``class.json``.

Every file appears whole or not at all, so a grader that is stopped half-way leaves nothing that misleads.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import PydanticSerializationError

from autograder.atomic import write_atomically
from autograder.errors import GraderError, UsageError
from autograder.plaintext import one_line, points, printable
from autograder.results.class_statistics import exercise_ids, statistics_of
from autograder.results.schema import SCHEMA_VERSION, ExerciseResult, SubmissionResult
from autograder.results.spreadsheet import csv_text, shown

CLASS_FILES = frozenset({"class", "index", "summary"})
"""Stems of the class's own files, never those of a result."""

_LARGEST_RESULT = 64 * 2**20
LARGEST_SCORE = 1e9
"""What no points, penalties and seconds are beyond: the sum of a class's would be no number, and nobody means them."""
_ATTEMPTS = ("attempt", "counting")
_LATE = ("submitted", "days_late", "slack_days", "penalty", "final")


@dataclass(frozen=True)
class Stored:
    """A result together with the stem of its file, which names the student's page as well."""

    stem: str
    result: SubmissionResult


class InCommon:
    """Exercises that results have in common, each held once.

    A result takes 200 kB as objects, and most of it is the same for everybody who is right. Whoever changes an exercise of a
    result that is held changes a copy; those that a person marks are changed in place and not shared.
    """

    def __init__(self) -> None:
        self._known: dict[bytes, ExerciseResult] = {}

    def share(self, result: SubmissionResult) -> SubmissionResult:
        """The same result, its exercises replaced by equal ones that are held already."""
        result.exercises = [one if one.kind == "written" else self._held(one) for one in result.exercises]
        return result

    def _held(self, exercise: ExerciseResult) -> ExerciseResult:
        try:
            content = exercise.model_dump_json().encode()
        except PydanticSerializationError:  # a lone surrogate, as in a file name that is not UTF-8: nobody else's
            return exercise
        return self._known.setdefault(hashlib.sha256(content).digest(), exercise)


def save_result(result: SubmissionResult, folder: Path, stem: str) -> Path:
    """Write one result to ``<folder>/<stem>.json`` and return that path.

    Raises:
        UsageError: the file cannot be written.
        GraderError: the result contains a score that is not a finite number.
    """
    if not _is_finite(result):
        raise GraderError("a score is not a finite number, so nothing was written", where=f"result of {stem}")
    path = folder / f"{stem}.json"
    write_atomically(path, _as_json(result))
    return path


def load_result(path: Path) -> SubmissionResult:
    """Read one result.

    Raises:
        UsageError: the file cannot be read or is not the result of a submission; one line says why.
    """
    remedy = "grade that submission again, or move the file out of the results folder"
    try:
        if path.stat().st_size > _LARGEST_RESULT:
            raise UsageError("is too large for a result", where=str(path), remedy=remedy)
        result = SubmissionResult.from_json(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ValidationError) as error:
        raise UsageError(f"is not a result: {_reason(error)}", where=str(path), remedy=remedy) from error
    if result.schema_version != SCHEMA_VERSION:
        told = f"has schema {result.schema_version}, this version reads schema {SCHEMA_VERSION}"
        raise UsageError(told, where=str(path), remedy=remedy)
    if not _is_finite(result):
        raise UsageError("contains a score that is not a finite number, or beyond all scores", where=str(path), remedy=remedy)
    return result


def load_results(folder: Path, in_common: InCommon | None = None) -> tuple[list[Stored], list[str]]:
    """Read all results of a folder, ordered by student; files that are none are named in one warning line each.

    Args:
        folder: the results folder.
        in_common: exercises of other results that these are held with.

    Returns:
        the results, and the warnings.

    Raises:
        UsageError: there is no such folder.
    """
    if not folder.is_dir():
        raise UsageError("is not a folder of results", where=str(folder), remedy="run `autograder grade` first")
    results, warnings, common = [], [], in_common or InCommon()
    for path in _candidates(folder):
        try:
            results.append(Stored(path.stem, common.share(load_result(path))))
        except UsageError as error:
            warnings.append(one_line(f"ignored {path.name}: {error.message}"))
    return in_order(results), warnings


def in_order(results: Iterable[Stored]) -> list[Stored]:
    """By student, as every list of a class has them."""
    return sorted(results, key=lambda stored: (stored.result.student.casefold(), stored.stem))


def write_summary(results: list[Stored], path: Path) -> None:
    """Write ``summary.csv``: student, score, max_score, percent, status, awaiting, then one column per exercise.

    ``percent`` is of what has been graded; ``awaiting`` are the points that a person still has to give, whose exercises
    stay empty until then. Where the course has due dates, ``submitted``, ``days_late``, ``slack_days``, ``penalty`` and
    ``final``, the score less the penalty, come before the exercises; where somebody has handed in more than once, ``attempt``,
    the number of the one in this line, and ``counting``, the mark of the one that counts by the course's policy.
    A submission on which the grader failed has no mark: its score, percent and exercises stay empty.
    """
    ids = exercise_ids([stored.result for stored in results])
    dated = any(stored.result.late is not None for stored in results)
    repeated = any(stored.result.attempt is not None for stored in results)
    about = ["student", "score", "max_score", "percent", "status", "awaiting"]
    rows = [[*about, *(_LATE if dated else ()), *(_ATTEMPTS if repeated else ()), *map(_cell, ids)]]
    for stored in results:
        one = stored.result
        more = [*(_lateness(one) if dated else ()), *(_attempts(one) if repeated else ())]
        rows.append(_row(one, ids, more))
    write_atomically(path, csv_text(rows))


def write_class(results: list[Stored], path: Path) -> None:
    """Write ``class.json``: success per exercise, the distribution of scores, common misconceptions."""
    statistics = statistics_of([stored.result for stored in results])
    write_atomically(path, json.dumps(statistics.as_json(), indent=1, ensure_ascii=False, allow_nan=False) + "\n")


def _row(result: SubmissionResult, ids: list[str], more: list[str]) -> list[str]:
    scores = {one.id: points(one.score) for one in result.exercises if one.status != "needs_manual_grading"}
    if result.status == "grader_error":
        return [_cell(result.student), "", points(result.max_score), "", result.status, "", *more, *("" for _ in ids)]
    percent = f"{result.percent:.1f}" if result.percent is not None else ""
    marks = [points(result.score), points(result.max_score), percent, result.status, points(result.awaiting)]
    return [_cell(result.student), *marks, *more, *(scores.get(key, "") for key in ids)]


def _attempts(result: SubmissionResult) -> list[str]:
    if result.attempt is None:
        return ["1", "" if result.status == "grader_error" else points(result.final)]
    counting = result.attempt.counting
    return [str(result.attempt.number), "" if counting is None else points(counting)]


def _lateness(result: SubmissionResult) -> list[str]:
    if result.status == "grader_error":
        return ["" for _ in _LATE]
    if result.late is None:
        return [result.submitted or "", "", "", "", points(result.final)]
    late = result.late
    return [result.submitted or "", str(late.days), str(late.slack_days), points(late.penalty), points(result.final)]


def _cell(text: str) -> str:
    return shown(printable(text, keep=""))


def _as_json(result: SubmissionResult) -> str:
    try:
        return result.to_json()
    except PydanticSerializationError:  # a lone surrogate, as in a file name that is not UTF-8
        return json.dumps(_well_formed(result.model_dump(by_alias=True)), indent=1, ensure_ascii=False) + "\n"


def _well_formed(value: object) -> object:
    if isinstance(value, str):
        return value.encode("utf-8", errors="backslashreplace").decode("utf-8")
    if isinstance(value, dict):
        return {_well_formed(key): _well_formed(item) for key, item in value.items()}
    return [_well_formed(item) for item in value] if isinstance(value, list) else value


def _is_finite(result: SubmissionResult) -> bool:
    return all(abs(number) <= LARGEST_SCORE for number in _points(result)) and all(map(math.isfinite, _measured(result)))


def _points(result: SubmissionResult) -> Iterator[float]:
    """Points and seconds, which are added up and compared."""
    yield from (result.score, result.max_score, result.duration_s)
    if result.late is not None:
        yield result.late.penalty
    if result.attempt is not None and result.attempt.counting is not None:
        yield result.attempt.counting
    for exercise in result.exercises:
        yield from (exercise.score, exercise.max_score)
        for check in exercise.checks:
            yield from (check.score, check.max_score)


def _measured(result: SubmissionResult) -> Iterator[float]:
    """Values and levels of trainings, which are drawn."""
    for check in (check for one in result.exercises for check in (*one.checks, *(one.checkpoint or ()))):
        for number in (check.value, check.zero, check.full, check.share):
            yield from number if isinstance(number, list) else () if number is None else (number,)


def _candidates(folder: Path) -> list[Path]:
    return sorted(
        path
        for path in folder.glob("*.json")
        if path.is_file() and path.stem not in CLASS_FILES and not path.name.startswith(".")
    )


def _reason(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        return one_line(f"{place}: {first['msg']}" if place else first["msg"], 160)
    return one_line(str(getattr(error, "strerror", None) or error), 160)
