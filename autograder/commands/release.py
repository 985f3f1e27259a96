"""``autograder release``: what students get, cut from the solutions."""

from __future__ import annotations

from typing import Annotated

import typer


def run(
    assignments: Annotated[list[str] | None, typer.Argument(help="Assignments; all when left out.")] = None,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; fail when something is out of date.")] = False,
) -> None:
    """Write what students get from solutions/<name>/. For instructors.

    assignments/<name>/ holds stubs, statement and visible checks; source/<name>/ the notebook with the solutions, and
    release/<name>/ the one that nbgrader cuts from it.
    """
    from autograder.course.course import open_course
    from autograder.imports import import_nbformat, require_nbgrader

    require_nbgrader("autograder release")
    import_nbformat()
    from autograder.release.release import release

    course = open_course()
    changed = release(course, assignments or course.names(), write=not check)
    for path in changed:
        typer.echo(f"{'out of date' if check else 'wrote'} {path.relative_to(course.root)}")
    if check and changed:
        typer.echo("run: autograder release", err=True)
        raise typer.Exit(1)
    if not changed:
        typer.echo("assignments/, source/ and release/ are up to date")
