"""``autograder merge``: the results of shards in one folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def run(
    folders: Annotated[list[Path], typer.Argument(help="Folders with results, for example those of the shards of a class.")],
    out: Annotated[Path | None, typer.Option(help="Where to put them; default: the first of FOLDERS.")] = None,
) -> None:
    """Put the results of shards into one folder, with all its pages. For instructors and clusters.

    Reads FOLDERS/*.json, their figures, histories, written.csv and run.jsonl; writes OUT like `autograder grade`. The same
    merge again changes nothing.
    """
    from autograder.imports import require_grading

    require_grading("merge")
    from autograder.reports.build import build_report
    from autograder.results.merging import merge_results

    target = out or folders[0]
    warnings = merge_results(folders, target)
    built = build_report(target)
    for warning in dict.fromkeys([*warnings, *built.warnings]):
        typer.echo(f"warning: {warning}", err=True)
    typer.echo(f"{len(built.pages)} results; report: {built.index}")
