"""``autograder export``: results for other tools."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def run(
    format: Annotated[str, typer.Argument(help="csv, junit or gradescope.")],
    results: Annotated[Path, typer.Argument(help="The folder with the results.")],
    out: Annotated[
        Path | None, typer.Option(help="File, or folder, to write; by default a new one in RESULTS.")
    ] = None,
) -> None:
    """Write RESULTS in the layout of another tool. For instructors and CI."""
    from autograder.reports.exports import destination_of, export

    for path in export(format, results, destination_of(format, results, out)):
        typer.echo(str(path))
