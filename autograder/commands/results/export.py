"""``autograder export``: marks for other tools."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def run(
    format: Annotated[str, typer.Argument(help="canvas, moodle, csv, junit, gradescope or progsnap2.")],
    results: Annotated[list[str], typer.Argument(help="Folders with results, or a gradebook: gradebook.db or a database URL.")],
    out: Annotated[Path | None, typer.Option(help="File, or folder, to write; by default a new one in RESULTS.")] = None,
    roster: Annotated[
        Path | None, typer.Option(help="Class list (CSV) from Canvas, Moodle or nbgrader, to be filled in.")
    ] = None,
    assignment: Annotated[
        list[str] | None,
        typer.Option(help="This assignment only; NAME=TITLE if its column has another title. May be repeated."),
    ] = None,
    missing_as_zero: Annotated[
        bool, typer.Option("--missing-as-zero", help="0 for students without a submission, instead of an empty cell.")
    ] = False,
    id_column: Annotated[
        str | None, typer.Option(help="Heading of the class list's column that has the names of submissions.")
    ] = None,
    groups: Annotated[
        Path | None, typer.Option(help="CSV with the columns group and student: each member gets the group's mark.")
    ] = None,
    attempts: Annotated[
        str,
        typer.Option(help="best or latest, of several folders, earlier ones first, and their histories; default: the policy."),
    ] = "",
    pseudonyms: Annotated[
        Path | None, typer.Option(help="Of progsnap2: a file with a secret, made if need be; names become pseudonyms with it.")
    ] = None,
    course_id: Annotated[str | None, typer.Option(help="Course to read from a gradebook that holds several.")] = None,
) -> None:
    """Write marks in the layout of another tool. For instructors and CI.

    Reads results folders of `autograder grade`, or nbgrader's gradebook with manual scores and late penalties. canvas and
    moodle write what these import; with --roster, the class list that they exported comes back with the marks in it.
    csv is a plain table. junit and gradescope take one results folder. progsnap2 writes a line of JSON per student, attempt,
    exercise and misconception, for those who study teaching.

    Students are found in the class list by --id-column, login, number, id or e-mail address, in this order. Marks without
    a place are listed, and the exit code is then 2; the file is written all the same.
    """
    from autograder.exports.export import SheetOptions, export_marks
    from autograder.lateness.penalties import default_attempts

    attempts = attempts or default_attempts()
    options = SheetOptions(roster, tuple(assignment or ()), missing_as_zero, id_column, course_id, groups, attempts, pseudonyms)
    exported = export_marks(format, results, out, options)
    for line in exported.remarks:
        typer.echo(f"autograder: {line}", err=True)
    for path in exported.paths:
        typer.echo(str(path))
    exported.fail_if_incomplete()
