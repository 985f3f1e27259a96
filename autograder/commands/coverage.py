"""``autograder coverage``: is every item of the sources covered?"""

from __future__ import annotations

import typer
from rich.table import Table

from autograder.commands.tables import table_console


def run() -> None:
    """Show which exercise, question or task covers each item of the sources. For instructors.

    Exit code 1 when an item is not covered.
    """
    from autograder.imports import uncollected

    table = Table(box=None, header_style="bold", pad_edge=False)
    for heading in ("source", "covered by", "graded"):
        table.add_column(heading, overflow="fold")
    with uncollected():
        from autograder.audit.source_items import coverage
        from autograder.course.course import open_course

        covered = coverage(open_course())
    for item, covers in covered.items():
        for index, cover in enumerate(covers):
            table.add_row(item if index == 0 else "", cover.id, cover.graded)
        if not covers:
            table.add_row(item, "nothing", "")
    table_console().print(table)
    missing = [item for item, covers in covered.items() if not covers]
    if missing:
        typer.echo("not covered: " + ", ".join(missing), err=True)
        raise typer.Exit(1)
