"""``autograder nbgrade``: all collected notebooks into nbgrader's gradebook, in parallel."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder import cores
from autograder.commands.grade import Isolation


def run(
    assignment: Annotated[str, typer.Argument(help="The assignment, for example vae.")],
    student: Annotated[list[str] | None, typer.Option(help="Grade this student only; may be repeated.")] = None,
    jobs: Annotated[int, typer.Option(help="Submissions graded at once; default: cores.", min=1)] = cores.usable(),
    force: Annotated[bool, typer.Option("--force", "-f", help="Grade again what has not changed, too.")] = False,
    out: Annotated[Path | None, typer.Option(help="Results folder; default results/<assignment>/.")] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of all inputs; default: nbgrader_config.py's.", min=0)] = None,
    isolation: Annotated[
        Isolation | None, typer.Option(help="As for grade: full, strict, best, none; default: nbgrader_config.py's.")
    ] = None,
    time_limit: Annotated[float | None, typer.Option(help="Seconds per check.", min=0.1)] = None,
    memory_limit: Annotated[int | None, typer.Option(help="Megabytes per worker.", min=1024)] = None,
    format: Annotated[str, typer.Option(help="Comma-separated: json, html, junit, gradescope.")] = "json,html",
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but warnings and errors.")] = False,
) -> None:
    """Grade the collected notebooks of ASSIGNMENT into nbgrader's gradebook. For instructors.

    Reads submitted/<student>/ASSIGNMENT/ and nbgrader_config.py; writes the gradebook, autograded/<student>/ASSIGNMENT/ and
    results in OUT, as `nbgrader autograde` and `autograder grade` do. Manual scores and comments stay as they are.
    """
    from autograder.commands.grade import formats
    from autograder.imports import import_nbformat, require_nbgrader

    require_nbgrader("autograder nbgrade")
    import_nbformat()
    from autograder.gradebook.notebook_run import NotebookRun

    wanted = {"seed": seed, "isolation": isolation, "time_limit": time_limit, "memory_limit_mb": memory_limit}
    changes = {name: value for name, value in wanted.items() if value is not None}
    run = NotebookRun(
        assignment, out or Path("results") / assignment, formats(format), changes, student or (), quiet=quiet, force=force
    )
    run.grade_collected(jobs)
    if not quiet:
        typer.echo(run.summary())
    raise typer.Exit(run.exit_code(None, all_readable=False))
