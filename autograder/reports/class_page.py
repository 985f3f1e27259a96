"""The class report ``index.html``: how the class did, what it misunderstands, and a link to every student's page."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import quote

from markupsafe import Markup

from autograder.atomic import write_atomically
from autograder.plaintext import one_line, short_name
from autograder.reports import pages
from autograder.reports.leaderboard import leaderboards
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
    strip: list[tuple[str, str]]
    """For each exercise of the class, in order: its sign, and its anchor on the page where there is something to mend."""
    spoken: str
    """The strip in words."""
    searched: str
    """The name as it is searched for."""
    open: str
    """For the filter: numbers of exercises that are not passed, ``u`` for unreadable work, ``g`` where there is no mark."""

    @property
    def sorted_by(self) -> str:
        """Points, below all others where there is no mark."""
        return "-1" if self.percent is None else f"{self.result.score:g}"


@dataclass(frozen=True)
class Bar:
    """One bar of the histogram, in units of its drawing."""

    left: float
    top: float
    width: float
    height: float
    count: int
    label: str


REFERENCE = "reference"
REFERENCE_PAGE = f"{REFERENCE}/{REFERENCE}.html"
"""What staff may compare a class's training with: the reference's, in a results folder of its own below the class's."""


def write_class_page(results: list[Stored], folder: Path, warnings: list[str] | None = None, title: str = "") -> Path:
    """Write ``<folder>/index.html`` and return its path.

    Args:
        results: all results of the folder.
        folder: where the students' pages lie.
        warnings: files that were ignored, one line each.
        title: of the assignment, where it is known.

    Raises:
        UsageError: the file cannot be written.
    """
    path = folder / "index.html"
    write_atomically(path, render_class_page(results, warnings, title, (folder / REFERENCE_PAGE).is_file()))
    return path


def render_class_page(
    results: list[Stored], warnings: list[str] | None = None, title: str = "", reference: bool = False
) -> str:
    """The page as text; works for no results, for one and for hundreds; ``reference`` says that its training was graded."""
    statistics = statistics_of([stored.result for stored in results])
    order = {exercise.id: number for number, exercise in enumerate(statistics.exercises)}
    rows = [_row(stored, order) for stored in results]
    program, program_hash = script()
    return pages.render(
        "class.html",
        statistics=statistics,
        assignment=one_line(", ".join(statistics.assignments)) or "no results",
        title=one_line(title),
        rows=rows,
        graded=statistics.statuses.get("graded", 0),
        failed=[row for row in rows if row.result.status == "grader_error"],
        unreadable=[row for row in rows if row.result.status == "unreadable"],
        isolation_warnings=_isolation_warnings(statistics),
        isolation=_isolation_words(statistics),
        environments=sorted({wording.environment_words(stored.result) for stored in results}),
        bars=_histogram(statistics.distribution),
        warnings=warnings or [],
        script=program,
        script_hash=program_hash if rows else "",
        reference=REFERENCE_PAGE if reference else "",
        leaderboards=leaderboards([stored.result for stored in results]),
    )


def _row(stored: Stored, order: dict[str, int]) -> Row:
    result = stored.result
    return Row(
        result=result,
        link=quote(f"{stored.stem}.html"),
        percent=result.percent if result.max_score else None,
        strip=_strip(result, order),
        spoken=_counted(result.exercises),
        searched=short_name(result.student).lower(),
        open=" ".join(_open(result, order)),
    )


def _strip(result: SubmissionResult, order: dict[str, int]) -> list[tuple[str, str]]:
    done = ("passed", "needs_manual_grading")
    signs = {
        n.exercise.id: (_STRIP_CHARACTERS.get(n.exercise.status, "○"), "" if n.exercise.status in done else n.anchor)
        for n in wording.numbered(result)
    }
    return [signs.get(key, ("", "")) for key in order]  # one that was not graded leaves a gap: the columns have numbers


def _open(result: SubmissionResult, order: dict[str, int]) -> list[str]:
    if result.status != "graded":
        return ["u" if result.status == "unreadable" else "g"]
    return [str(order[one.id]) for one in result.exercises if one.status not in ("passed", "needs_manual_grading")]


@cache
def script() -> tuple[Markup, str]:
    """What sorts and filters the table of students, and its hash, by which the page allows this script and no other."""
    text = (Path(__file__).with_name("templates") / "class.js").read_text("utf-8")
    return Markup(text), base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


def _counted(exercises: list[ExerciseResult]) -> str:
    states = Counter(str(exercise.status) for exercise in exercises)
    counts = [(states[state], wording.STATUS_WORDS[state]) for state in _STRIP_ORDER]
    return ", ".join(f"{count} {words}" for count, words in counts if count)


def _histogram(distribution: list[int]) -> list[Bar]:
    width, height = 56.0, 110.0
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
