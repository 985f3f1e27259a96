"""``autograder check``: what students run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def run(
    path: Annotated[Path, typer.Argument(help="Your folder, notebook, zip or file.")] = Path("."),
    assignment: Annotated[str | None, typer.Option(help="The assignment, if it cannot be told from the files.")] = None,
) -> None:
    """Run the visible checks on your own work and explain what fails. For students.

    Reads the checks beside your files, or those of assignments/<name>/. Exit code 1 when a check fails.
    """
    from autograder.student.check_work import check_folder

    if not check_folder(path, assignment):
        raise typer.Exit(1)
