"""``autograder serve``: a standby for ``grade``, ``check`` and ``nbgrade``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from autograder.grading.options import GradeOptions, Isolation


def run(
    context: typer.Context,
    idle: Annotated[float, typer.Option(help="Minutes without work after which it ends.", min=0.01)] = 30.0,
    isolation: Annotated[Isolation, typer.Option(help="As for grade.")] = GradeOptions.isolation,
    memory_limit: Annotated[int, typer.Option(help="Megabytes per worker.", min=1024)] = GradeOptions.memory_limit_mb,
) -> None:
    """Keep a warm grader for your next calls of grade, check and nbgrade, until Ctrl-C or nobody calls. For instructors.

    Only your own processes are listened to. Calls find it by themselves and give the same results; AUTOGRADER_STANDBY=off
    keeps one from doing so.
    """
    from autograder.course.location import find_root
    from autograder.errors import UsageError
    from autograder.imports import require_grading

    if sys.platform != "linux":
        raise UsageError("a standby forks, which is safe on Linux only", "autograder serve", "run the commands without it")
    require_grading("autograder serve")
    from autograder.standby.server import Standby

    standby = Standby(find_root(), GradeOptions(isolation=isolation, memory_limit_mb=memory_limit), context.obj)
    try:
        standby.serve(60 * idle, _ready)
    finally:
        standby.close()


def _ready(path: Path) -> None:
    typer.echo(f"standing by at {path}", err=True)
