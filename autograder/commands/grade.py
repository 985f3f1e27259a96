"""``autograder grade``: a class, or one submission, in isolation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from autograder import cores
from autograder.commands.cluster.where import InsecureOption, SchedulerOption, TlsOption
from autograder.grading.options import Budget, Device, GradeOptions, Isolation, Training, fresh_seed


def run(
    assignment: Annotated[str, typer.Argument(help="The assignment, for example vae.")],
    paths: Annotated[
        list[Path], typer.Argument(help="Submissions (folder, .ipynb, .zip, .py) or folders of them, named by student.")
    ],
    out: Annotated[Path | None, typer.Option(help="Results folder; default results/<assignment>/.")] = None,
    jobs: Annotated[int, typer.Option(help="Submissions graded at once; default: cores.", min=1)] = cores.usable(),
    scheduler: SchedulerOption = None,
    tls: TlsOption = None,
    insecure: InsecureOption = False,
    device: Annotated[Device, typer.Option(help="Where training tasks run; checks of functions run on the CPU.")] = "auto",
    training: Annotated[
        bool, typer.Option("--training/--no-training", help="Run training tasks, which take most of the time.")
    ] = True,
    training_only: Annotated[bool, typer.Option("--training-only", help="Report training tasks alone.")] = False,
    data: Annotated[
        Path | None, typer.Option(help="Folder with MNIST/raw or CIFAR-10; default: AUTOGRADER_DATA, else a download.")
    ] = None,
    budget: Annotated[
        Budget, typer.Option(help="full: also score checkpoints/<task>.safetensors, beside the marks.")
    ] = "smoke",
    reference: Annotated[
        bool, typer.Option("--reference", help="Train the reference, too: OUT/reference/ has its figures, for staff.")
    ] = False,
    only: Annotated[list[str] | None, typer.Option(help="Grade this exercise only; may be repeated.")] = None,
    seed: Annotated[
        int | None,
        typer.Option(help="Seed of hidden inputs, to repeat a result; default: secret, noted in the results.", min=0),
    ] = None,
    isolation: Annotated[
        Isolation, typer.Option(help="full: S3; strict: S2 or better; best: what there is; none: debugging.")
    ] = GradeOptions.isolation,
    time_limit: Annotated[float, typer.Option(help="Seconds per check.", min=0.1)] = GradeOptions.time_limit,
    memory_limit: Annotated[int, typer.Option(help="Megabytes per worker.", min=1024)] = GradeOptions.memory_limit_mb,
    resume: Annotated[
        bool, typer.Option("--resume", help="Skip submissions whose content already has a result of this grader.")
    ] = False,
    shard: Annotated[
        str | None, typer.Option(help="Grade part i of n of the class only, as i/n; `autograder merge` joins the parts.")
    ] = None,
    times: Annotated[
        Path | None, typer.Option(help="CSV with student and submitted: when work was handed in, for the course's policy.")
    ] = None,
    format: Annotated[str, typer.Option(help="Comma-separated: json, html, junit, gradescope.")] = "json,html",
    fail_under: Annotated[
        float | None, typer.Option(help="Exit with 1 if a submission is below this percentage.", min=0, max=100)
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but warnings and errors.")] = False,
) -> None:
    """Grade submissions of ASSIGNMENT, each in locked processes of its own. For instructors and CI.

    Reads solutions/<assignment>/ and PATHS; writes OUT/<student>.json, OUT/<student>.html, summary.csv, class.json
    and index.html. Results appear as they come; after an interruption --resume continues.
    """
    from autograder.imports import require_grading, uncollected

    require_grading("grade")
    with uncollected():
        from autograder.sandbox.profiles import begin_probe

        if scheduler is None:  # otherwise other machines grade
            begin_probe()
        from autograder.course.location import remark_on_root
        from autograder.grading.class_run import ClassRun
        from autograder.grading.shards import parse_shard
        from autograder.lateness.times import read_times

    any_seed = seed is None
    chosen = fresh_seed() if seed is None else seed
    trains: Training = "only" if training_only else "with" if training else "without"
    options = GradeOptions(chosen, tuple(only or ()), isolation, time_limit, memory_limit, device, trains, budget, data)
    folder = out or Path("results") / assignment
    part = parse_shard(shard) if shard is not None else None
    kind: Callable[..., ClassRun] = ClassRun
    if scheduler is not None:
        from autograder.cluster.addresses import parse_scheduler
        from autograder.cluster.dask_run import ClusterRun

        kind = partial(ClusterRun, parse_scheduler(scheduler, tls, in_the_clear=insecure))
    handed_in = read_times(times) if times is not None else None
    run = kind(assignment, options, folder, formats(format), quiet=quiet, any_seed=any_seed, shard=part, times=handed_in)
    if reference:
        train_reference(assignment, options, folder)
    if not quiet and (remark := remark_on_root(run.root)):
        typer.echo(f"autograder: {remark}", err=True)
    run.grade(paths, jobs, resume=resume)
    raise typer.Exit(run.exit_code(fail_under))


def formats(text: str) -> frozenset[str]:
    """Parse ``--format``; raises :class:`autograder.errors.UsageError` for unknown names."""
    from autograder.errors import UsageError

    known = {"json", "html", "junit", "gradescope"}
    wanted = {part.strip() for part in text.split(",") if part.strip()}
    if not wanted or wanted - known:
        unknown = ", ".join(sorted(wanted - known)) or "nothing"
        raise UsageError(f"unknown format {unknown}", "--format", "use " + ", ".join(sorted(known)))
    return frozenset(wanted)


def train_reference(assignment: str, options: GradeOptions, out: Path) -> None:
    """Write the page of the reference's training below ``out``, where the class page finds it; nothing without such tasks."""
    import tempfile

    from autograder.course.course import open_course
    from autograder.course.location import find_root, read_outline
    from autograder.course.outline import TRAINING
    from autograder.grading.class_run import ClassRun
    from autograder.reports.class_page import REFERENCE
    from autograder.training.task import training_tasks

    course = open_course().assignment(assignment)
    keys = [f"{TRAINING}.{task.name}" for task in training_tasks(course)]
    asked = {item.key for item in map(read_outline(find_root(), assignment).training, options.only) if item is not None}
    wanted = [key for key in keys if not options.only or key in asked]
    if options.training == "without" or not wanted:
        return
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder) / REFERENCE
        work.mkdir()
        for name, content in course.reference_files().items():
            (work / name).write_bytes(content)
        alone = replace(options, training="only", only=tuple(wanted))
        run = ClassRun(assignment, alone, out / REFERENCE, frozenset({"json", "html"}), quiet=True)
        run.grade([work], 1, resume=False)
