"""``autograder export``: results for other tools."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def run(
    format: Annotated[str, typer.Argument(help="csv, junit or gradescope.")],
    results: Annotated[Path, typer.Argument(help="The folder with the results.")],
    out: Annotated[Path | None, typer.Option(help="Where to write; by default into RESULTS.")] = None,
) -> None:
    """Write RESULTS in the layout of another tool. For instructors and CI."""
    from autograder.reports.exports import export

    for path in export(format, results, out or results):
        typer.echo(str(path))
