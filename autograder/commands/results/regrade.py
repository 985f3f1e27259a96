"""``autograder regrade``: a class again after a change of checks."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from autograder import cores
from autograder.commands.cluster.where import InsecureOption, SchedulerOption, TlsOption
from autograder.grading.options import Device


def run(
    results: Annotated[Path, typer.Argument(help="The folder with the results, for example results/vae.")],
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Where the submissions lie, if no longer where they were graded.")
    ] = None,
    jobs: Annotated[int, typer.Option(help="Submissions graded at once; default: cores.", min=1)] = cores.usable(),
    scheduler: SchedulerOption = None,
    tls: TlsOption = None,
    insecure: InsecureOption = False,
    device: Annotated[Device | None, typer.Option(help="Where training tasks run; default: as when they were graded.")] = None,
    data: Annotated[Path | None, typer.Option(help="Folder of data sets; default: as when they were graded.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Whose marks move as JSON instead of text.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but warnings and errors.")] = False,
) -> None:
    """Grade again what a change of checks touches, and say whose marks move. For instructors.

    Exercises whose reference, checks and misconceptions are what they were keep their results, and so do submissions; what
    builds on a changed exercise is graded again too. Seed, limits and isolation are those of before, so that the marks are
    those of a whole grading. What is replaced stays in RESULTS/history/, one folder for each run.
    """
    from autograder.imports import require_grading

    require_grading("regrade")
    from autograder.commands.results.diff import show
    from autograder.grading.regrade_run import RegradeRun

    kind: Callable[..., RegradeRun] = RegradeRun
    if scheduler is not None:
        from autograder.cluster.addresses import parse_scheduler
        from autograder.cluster.dask_run import ClusterRegradeRun

        kind = partial(ClusterRegradeRun, parse_scheduler(scheduler, tls, in_the_clear=insecure))
    running = kind(results, {"device": device, "data": data}, quiet=quiet or as_json)
    comparison = running.regrade(paths or [], jobs)
    if not quiet:
        show(comparison, as_json=as_json)
    raise typer.Exit(running.exit_code(None))
