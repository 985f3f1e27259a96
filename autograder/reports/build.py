"""Everything that people read in a results folder, rebuilt from its JSON files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from autograder.reports.class_page import write_class_page
from autograder.reports.feedback import write_feedback
from autograder.results.store import load_results, write_class, write_summary


@dataclass(frozen=True)
class Report:
    """What was written."""

    index: Path
    pages: list[Path]
    warnings: list[str]
    """Files that are no results, one line each."""


def build_report(folder: Path) -> Report:
    """Write the feedback pages, ``summary.csv``, ``class.json`` and ``index.html`` of a results folder.

    Raises:
        UsageError: there is no such folder, or it cannot be written to.
    """
    results, warnings = load_results(folder)
    pages = [write_feedback(stored.result, folder, stored.stem) for stored in results]
    write_summary(results, folder / "summary.csv")
    write_class(results, folder / "class.json")
    index = write_class_page(results, folder, warnings)
    return Report(index, pages, warnings)
