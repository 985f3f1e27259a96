"""The class report ``index.html``: how the class did, what it misunderstands, and a link to every student's page."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from autograder.atomic import write_atomically
from autograder.plaintext import one_line
from autograder.reports import pages
from autograder.results import wording
from autograder.results.class_statistics import BINS, ClassStatistics, statistics_of
from autograder.results.schema import ExerciseResult, SubmissionResult
from autograder.results.store import Stored

_STRIP_CHARACTERS = {"passed": "●", "partial": "◐", "missing": "·", "skipped": "·", "needs_manual_grading": "?"}
_STRIP_ORDER = ["passed", "partial", "failed", "error", "timeout", "crashed", "missing", "skipped"]
_ISOLATION_WARNINGS = {
    "S0": "ran without isolation (S0): such a submission could have written its own mark.",
    "S1": "ran in a restricted process (S1): it could read files and, with effort, change its own mark.",
}


@dataclass(frozen=True)
class Row:
    """One student's line in the table."""

    result: SubmissionResult
    link: str
    percent: float | None
    strip: str
    """One character per exercise, in order."""
    spoken: str
    """The strip in words."""


@dataclass(frozen=True)
class Bar:
    """One bar of the histogram, in units of its drawing."""

    left: float
    top: float
    width: float
    height: float
    count: int
    label: str


def write_class_page(results: list[Stored], folder: Path, warnings: list[str] | None = None) -> Path:
    """Write ``<folder>/index.html`` and return its path.

    Args:
        results: all results of the folder.
        folder: where the students' pages lie.
        warnings: files that were ignored, one line each.

    Raises:
        UsageError: the file cannot be written.
    """
    path = folder / "index.html"
    write_atomically(path, render_class_page(results, warnings))
    return path


def render_class_page(results: list[Stored], warnings: list[str] | None = None) -> str:
    """The page as text; works for no results, for one and for hundreds."""
    statistics = statistics_of([stored.result for stored in results])
    rows = [_row(stored) for stored in results]
    return pages.render(
        "class.html",
        statistics=statistics,
        assignment=one_line(", ".join(statistics.assignments)) or "no results",
        rows=rows,
        graded=statistics.statuses.get("graded", 0),
        failed=[row for row in rows if row.result.status == "grader_error"],
        unreadable=[row for row in rows if row.result.status == "unreadable"],
        isolation_warnings=_isolation_warnings(statistics),
        isolation=_isolation_words(statistics),
        environments=sorted({wording.environment_words(stored.result) for stored in results}),
        bars=_histogram(statistics.distribution),
        warnings=warnings or [],
    )


def _row(stored: Stored) -> Row:
    result = stored.result
    has_mark = result.status != "grader_error" and result.max_score
    return Row(
        result=result,
        link=quote(f"{stored.stem}.html"),
        percent=min(100.0, max(0.0, 100 * result.score / result.max_score)) if has_mark else None,
        strip="".join(_STRIP_CHARACTERS.get(exercise.status, "○") for exercise in result.exercises),
        spoken=_counted(result.exercises),
    )


def _counted(exercises: list[ExerciseResult]) -> str:
    states = Counter(str(exercise.status) for exercise in exercises)
    counts = [(states[state], wording.STATUS_WORDS[state]) for state in _STRIP_ORDER]
    return ", ".join(f"{count} {words}" for count, words in counts if count)


def _histogram(distribution: list[int]) -> list[Bar]:
    width, height = 36.0, 110.0
    tallest = max([*distribution, 1])
    bars = []
    for step, count in enumerate(distribution):
        tall = height * count / tallest
        bars.append(Bar(step * width, 16 + height - tall, width, tall, count, str(step * 100 // BINS)))
    return bars


def _isolation_words(statistics: ClassStatistics) -> str:
    if len(statistics.isolation) == 1:
        return next(iter(statistics.isolation))
    return ", ".join(f"{profile} for {count}" for profile, count in statistics.isolation.items())


def _isolation_warnings(statistics: ClassStatistics) -> list[tuple[int, str]]:
    return [
        (count, _ISOLATION_WARNINGS[profile])
        for profile, count in statistics.isolation.items()
        if profile in _ISOLATION_WARNINGS
    ]
