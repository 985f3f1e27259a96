"""``autograder list``: what there is to do, and for how many points."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table


def run(assignment: Annotated[str | None, typer.Argument(help="Show the exercises of this assignment.")] = None) -> None:
    """List assignments, or the exercises of one, with points and sources. For everybody."""
    from autograder.course import open_course

    course = open_course()
    console = Console()
    names = [assignment] if assignment else course.names()
    table = Table(box=None, header_style="bold", pad_edge=False)
    for heading in ("exercise" if assignment else "assignment", "title", "points", "sources" if assignment else "exercises"):
        table.add_column(heading, justify="right" if heading == "points" else "left", overflow="fold")
    for name in names:
        loaded = course.assignment(name)
        if not assignment:
            table.add_row(name, loaded.title, f"{loaded.points:g}", str(len(loaded.exercises)))
            continue
        for exercise in loaded.exercises:
            table.add_row(exercise.id, exercise.title.replace("`", ""), f"{exercise.points:g}", " ".join(exercise.sources))
        table.add_section()
        table.add_row("total", "", f"{loaded.points:g}", "")
    console.print(table)
