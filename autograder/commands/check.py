"""``autograder check``: what students run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def run(
    path: Annotated[Path, typer.Argument(help="Your folder, notebook, zip or file.")] = Path("."),
    assignment: Annotated[str | None, typer.Option(help="The assignment, if it cannot be told from the files.")] = None,
    only: Annotated[
        list[str] | None, typer.Option(help="An exercise or module, as losses.gaussian_kl; may be repeated.")
    ] = None,
    checks: Annotated[
        Path | None, typer.Option(metavar="DIR", help="For CI: take the checks from here, not from beside the work.")
    ] = None,
    junit: Annotated[Path | None, typer.Option(help="For CI: also write a JUnit file.")] = None,
    json: Annotated[Path | None, typer.Option(help="For CI: also write what became of each check as JSON.")] = None,
    summary: Annotated[Path | None, typer.Option(help="For CI: add a Markdown table to this file.")] = None,
    annotate: Annotated[bool, typer.Option("--annotate", help="For GitHub Actions: mark the lines of what fails.")] = False,
) -> None:
    """Run the visible checks on your own work and explain what fails. For students.

    Reads the checks beside your files, those of assignments/<name>/, or those that a notebook brings along. Of a single
    module, losses.py, only its own. Exit code 1 when a check fails.
    """
    from autograder.imports import uncollected

    with uncollected():
        from autograder.student.check_work import check_folder
        from autograder.student.ci_report import CiReport

    report = CiReport(junit, json, summary, annotate)
    report.begin()
    if not check_folder(path, assignment, only or (), checks, report if report.wanted else None):
        raise typer.Exit(1)
