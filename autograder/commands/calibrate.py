"""``autograder calibrate``: measures what the levels of training tasks rest on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from autograder import cores
from autograder.grading.options import Device

if TYPE_CHECKING:
    from autograder.training.records.record import Record
    from autograder.training.task import Task


def run(
    tasks: Annotated[list[str] | None, typer.Argument(help="Tasks, for example vae.training.vae_mnist; default: all.")] = None,
    seeds: Annotated[int, typer.Option(help="Runs of the reference.", min=3)] = 20,
    wrong_seeds: Annotated[
        int, typer.Option(help="Runs of every other answer; wrong ones near full credit get all --seeds.", min=1)
    ] = 5,
    device: Annotated[Device, typer.Option(help="Where networks train.")] = "cpu",
    data: Annotated[Path | None, typer.Option(help="Folder of data sets; default: AUTOGRADER_DATA, else a download.")] = None,
    fallback: Annotated[
        bool, typer.Option("--fallback", help="On the digits that stand in for MNIST, with levels and a record of their own.")
    ] = False,
    anew: Annotated[bool, typer.Option("--anew", help="Forget the records first: all runs are of this machine.")] = False,
    jobs: Annotated[int, typer.Option(help="Processes; default: cores.", min=1)] = cores.usable(),
) -> None:
    """Measure references, right alternatives and wrong variants of training tasks over seeds. For authors of a course.

    Writes solutions/<assignment>/training/<task>.json, run by run: an interrupted calibration goes on where it was. What is
    in the record already is run again only when the answer or the task has changed; other levels change the verdicts alone.
    """
    from autograder.audit.calibration import Plan, calibrate, missing_runs, settle
    from autograder.course.course import open_course
    from autograder.training.devices import device_for
    from autograder.training.task import find_task, training_tasks
    from autograder.training.worlds import DataSource

    course = open_course()
    known = [task.id for name in course.names() for task in training_tasks(course.assignment(name))]
    console = Console()
    for identifier in tasks or known:
        name, _, key = identifier.partition(".")
        task = find_task(course.assignment(name), key.removeprefix("training."))
        plan = Plan(course.root, name, task.name, DataSource(data, stand_in=fallback), device_for(device), fallback)
        if anew:
            task.record_on(fallback).unlink(missing_ok=True)
        while runs := missing_runs(plan, seeds, wrong_seeds):
            progress = track(calibrate(plan, runs, jobs), task.name, len(runs), console=Console(stderr=True), transient=True)
            for _ in progress:
                pass
        record = settle(plan)
        if record is not None:
            console.print(_table(task, record, fallback))


def _table(task: Task, record: Record, fallback: bool) -> Table:
    from autograder.audit.margins import near_misses
    from autograder.training.records.record import credit

    table = Table(title=f"{task.id}: {record.machine.dataset}, {record.yardsticks or 0:.1f} Y", box=None)
    for heading in ("answer", "runs", *(score.name for score in task.scores), "credit"):
        table.add_column(heading, justify="left" if heading == "answer" else "right")
    for name, variant in record.variants.items():
        cells = [_range([run.values.get(score.name) for run in variant.runs]) for score in task.scores]
        credits = [credit(task, run, fallback) for run in variant.runs]
        table.add_row(f"{variant.kind}: {name}", str(len(variant.runs)), *cells, _range(list(credits)))
    errors = record.errors
    if errors is not None:
        ends = f"{errors.false_accept_low:.3f} to {errors.false_accept_high:.3f}"
        table.caption = (
            f"false reject {errors.false_reject:.2g}; "
            f"alternatives refused {errors.refused_alternatives} of {errors.alternatives}; "
            f"wrong accepted {errors.accepted} of {errors.trials} (95 %: {ends})"
        )
        table.caption += "; machines differ: --anew makes all runs on this one" if record.elsewhere else ""
        near = ", ".join(f"{name} {value:.1f}" for name, value in near_misses(task, record, fallback).items())
        table.caption += f"; deviations between wrong answers and full credit: {near}" if near else ""
    return table


def _range(values: list[float | None]) -> str:
    known = sorted(value for value in values if value is not None)
    if not known:
        return "–"
    middle = known[len(known) // 2]
    return f"{middle:.4g} ({known[0]:.4g} … {known[-1]:.4g})"
