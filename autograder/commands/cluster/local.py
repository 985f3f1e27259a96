"""``autograder cluster``: graders of this machine, alone or together with others, for ``grade --scheduler``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder import cores


def run(
    workers: Annotated[int, typer.Option(help="Submissions graded at once here; 0: scheduler only.", min=0)] = cores.usable(),
    host: Annotated[str, typer.Option(help="Where the scheduler listens; beyond this machine with TLS.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The scheduler's port; 0: any.", min=0, max=65535)] = 8786,
    tls: Annotated[
        Path | None, typer.Option(help="Folder with certificate and key, made if missing; the same on all machines.")
    ] = None,
    join: Annotated[
        str | None, typer.Option(help="Start workers only, for the scheduler at this address.", metavar="ADDRESS")
    ] = None,
    gpus: Annotated[int, typer.Option(help="How many of the workers have a GPU for training tasks.", min=0)] = 0,
    insecure: Annotated[bool, typer.Option("--insecure", help="Plain TCP even beyond this machine.")] = False,
) -> None:
    """Run graders that `autograder grade --scheduler` uses, until Ctrl-C. For instructors and clusters.

    Starts a Dask scheduler and workers of one thread each. Of other machines: `ssh HOST autograder cluster --join ADDRESS
    --tls DIR`. All of them need the course, the submissions at the same place, and DIR.
    """
    from autograder.imports import require_cluster, require_grading

    require_cluster("autograder cluster")
    require_grading("autograder cluster")
    from autograder.cluster.addresses import parse_scheduler
    from autograder.cluster.local import ClusterPlan, run_cluster

    scheduler = parse_scheduler(join, tls, in_the_clear=insecure, option="--join") if join is not None else None
    plan = ClusterPlan(workers, host, port, tls, insecure, scheduler, gpus)
    how = f" --tls {tls}" if tls else ""

    def ready(address: str) -> None:
        typer.echo(f"{workers} workers for {address}", err=True)
        if join is None:
            typer.echo(f"grade with: autograder grade ASSIGNMENT PATH --scheduler {address}{how}")

    run_cluster(plan, ready)
    raise typer.Exit
