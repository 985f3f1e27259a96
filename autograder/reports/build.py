"""Everything that people read in a results folder, rebuilt from its JSON files."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from autograder.course.location import find_root, read_outline
from autograder.errors import AutograderError, UsageError
from autograder.lateness.penalties import apply_policy, course_here
from autograder.reports.class_page import write_class_page
from autograder.reports.feedback import write_feedback
from autograder.results.hand_marks import enter_marks
from autograder.results.store import Stored, load_results, write_class, write_summary


@dataclass(frozen=True)
class Report:
    """What was written."""

    index: Path
    pages: list[Path]
    warnings: list[str]
    """Files that are no results, one line each."""


def build_report(folder: Path, times: Mapping[str, datetime] | None = None) -> Report:
    """Write the feedback pages, ``summary.csv``, ``class.json`` and ``index.html`` of a results folder.

    Marks that a person has entered by hand are taken in first, then what the course's policy makes of ``times``, the old
    and the new ones.

    Raises:
        UsageError: there is no such folder, it holds no results (a submission's folder, by mistake), or cannot be written to.
    """
    results, warnings = load_results(folder)
    if not results:
        raise UsageError("holds no results", where=str(folder), remedy="name a folder that `autograder grade` has written")
    warnings += enter_marks(folder, results)
    if (course := course_here()) is not None:
        warnings += apply_policy(folder, results, course, times or {})
    return write_report(folder, results, warnings)


def write_report(folder: Path, results: list[Stored], warnings: list[str], kept: Collection[str] = ()) -> Report:
    """The same, from results that have been read already.

    The page of a result that was ``kept`` (its stem) is drawn again only when it is missing, or older than its result or
    than what draws it.
    """
    drawn = _last_change()
    pages = [
        folder / f"{one.stem}.html"
        if one.stem in kept and _is_current(folder, one.stem, drawn)
        else write_feedback(one.result, folder, one.stem)
        for one in results
    ]
    write_summary(results, folder / "summary.csv")
    write_class(results, folder / "class.json")
    index = write_class_page(results, folder, warnings, _title(results))
    return Report(index, pages, warnings)


def _title(results: list[Stored]) -> str:
    """The assignment's heading in the course around the working folder; empty where there is none, or for several."""
    names = {one.result.assignment for one in results}
    try:
        return read_outline(find_root(), names.pop()).title if len(names) == 1 else ""
    except AutograderError:
        return ""


def _is_current(folder: Path, stem: str, drawn: float) -> bool:
    page, result = folder / f"{stem}.html", folder / f"{stem}.json"
    try:
        return page.stat().st_mtime >= max(result.stat().st_mtime, drawn)
    except OSError:
        return False


def _last_change() -> float:
    """When the code and the templates of pages were changed last."""
    own = Path(__file__).parent
    files = [*own.glob("*.py"), *(own / "templates").iterdir(), *own.with_name("results").glob("*.py")]
    return max(path.stat().st_mtime for path in files)
