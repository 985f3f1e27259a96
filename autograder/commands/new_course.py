"""``autograder new-course``: a small course that works, to be changed into one's own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def run(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new or empty folder.")],
) -> None:
    """Write a small working course: an assignment of two exercises in NumPy, with checks and hints. For instructors."""
    from autograder.authoring.new_course import new_course

    for path in new_course(folder):
        typer.echo(f"wrote {path}")
    typer.echo(f"what to do with it: {folder / 'README.md'}")
