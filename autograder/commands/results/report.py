"""``autograder report``: pages from results."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def run(
    results: Annotated[Path, typer.Argument(help="The folder with the results, for example results/vae.")],
    times: Annotated[
        Path | None, typer.Option(help="CSV with student and submitted: when work was handed in, for the course's policy.")
    ] = None,
) -> None:
    """Rebuild the class page and all feedback pages from RESULTS. For instructors.

    Takes in marks from RESULTS/written.csv, and due dates, extensions and slack from [policy] in solutions/course.toml.
    Reads RESULTS/*.json; writes RESULTS/index.html, RESULTS/<student>.html, summary.csv and class.json.
    """
    from autograder.imports import require_grading

    require_grading("report")
    from autograder.lateness.times import read_times
    from autograder.reports.build import build_report

    built = build_report(results, read_times(times) if times is not None else None)
    for warning in built.warnings:
        typer.echo(f"warning: {warning}", err=True)
    typer.echo(f"{len(built.pages)} feedback pages and {built.index}")
