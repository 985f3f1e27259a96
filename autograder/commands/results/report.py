"""``autograder report``: pages from results."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def run(results: Annotated[Path, typer.Argument(help="The folder with the results, for example results/vae.")]) -> None:
    """Rebuild the class page and all feedback pages from RESULTS. For instructors.

    Reads RESULTS/*.json; writes RESULTS/index.html, RESULTS/<student>.html, summary.csv and class.json.
    """
    from autograder.extras import require_grading

    require_grading("report")
    from autograder.reports.build import build_report

    built = build_report(results)
    for warning in built.warnings:
        typer.echo(f"warning: {warning}", err=True)
    typer.echo(f"{len(built.pages)} feedback pages and {built.index}")
