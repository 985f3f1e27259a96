"""``autograder list``: what there is to do, and for how many points."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from autograder.commands.tables import table_console

if TYPE_CHECKING:
    from autograder.course.assignment import Assignment
    from autograder.errors import UsageError


def run(
    assignment: Annotated[str | None, typer.Argument(help="Show the exercises of this assignment.")] = None,
) -> None:
    """List assignments, or the exercises of one, with points and sources.

    Of the course around this folder; for students, of the assignments that they were handed.
    """
    from autograder.errors import UsageError
    from autograder.imports import uncollected

    console = table_console()
    table = Table(box=None, header_style="bold", pad_edge=False)
    with uncollected():
        from autograder.course.course import open_course

        try:
            course = open_course()
        except UsageError as no_course:
            _fill_handed_out(table, assignment, no_course)
            console.print(table)
            return
        if assignment:
            _fill_exercises(table, course.described(assignment))
        else:
            _fill_assignments(table, [course.described(name) for name in course.names()])
    console.print(table)


def _fill_handed_out(table: Table, assignment: str | None, no_course: UsageError) -> None:
    """What a student has; raises :class:`UsageError` where that is nothing, too."""
    from autograder.course.location import ROOT_VARIABLE
    from autograder.errors import UsageError, suggest
    from autograder.student.handed_out import handed_out

    found = {} if os.environ.get(ROOT_VARIABLE) else {one.name: one for one in handed_out(Path.cwd())}
    if not found:
        remedy = f"students: run it in the folder that your course handed out; instructors: {no_course.remedy}"
        raise UsageError(no_course.message, no_course.where, remedy)
    if assignment and assignment not in found:
        raise UsageError(f"there is no assignment {assignment!r}", str(Path.cwd()), suggest(assignment, found))
    headings = (
        ("exercise", "title", "points", "graded") if assignment else ("assignment", "title", "exercises", "points", "folder")
    )
    for heading in headings:
        table.add_column(heading, justify="right" if heading in ("points", "exercises") else "left", overflow="fold")
    for one in found.values() if not assignment else ():
        exercises = sum(line.kind == "code" for line in one.lines)
        table.add_row(one.name, one.title, str(exercises), f"{one.points:g}", os.path.relpath(one.folder))
    for line in found[assignment].lines if assignment else ():
        graded = {"code": "by checks", "written": "by hand", "training": "training"}[line.kind]
        table.add_row(line.key or line.kind, line.title, f"{line.points:g}", graded)


def _fill_assignments(table: Table, assignments: list[Assignment]) -> None:
    for heading in ("assignment", "title", "exercises", "code", "short answers", "written", "training", "total"):
        table.add_column(heading, justify="left" if heading in ("assignment", "title") else "right")
    for one in assignments:
        short = sum(exercise.points for exercise in one.exercises if exercise.kind == "short_answer")
        training = sum(task.points for task in one.training)
        shares = (one.points - short, short, one.written_points, training, one.total_points)
        table.add_row(one.name, one.title, str(len(one.exercises)), *(f"{share:g}" for share in shares))


def _fill_exercises(table: Table, assignment: Assignment) -> None:
    for heading in ("exercise", "title", "points", "graded", "sources"):
        table.add_column(heading, justify="right" if heading == "points" else "left", overflow="fold")
    for one in assignment.exercises:
        table.add_row(one.id, one.title.replace("`", ""), f"{one.points:g}", one.kind.replace("_", " "), " ".join(one.sources))
    for question in assignment.written:
        table.add_row(question.id, question.title, f"{question.points:g}", "by hand", " ".join(question.sources))
    for task in assignment.training:
        table.add_row(task.id, task.title, f"{task.points:g}", "training", " ".join(task.sources))
    table.add_section()
    table.add_row("total", "", f"{assignment.total_points:g}", "", "")
