"""``autograder grade``: a class, or one submission, in isolation."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from autograder.grading.options import Device, GradeOptions, Isolation, fresh_seed


def run(
    assignment: Annotated[str, typer.Argument(help="The assignment, for example vae.")],
    paths: Annotated[
        list[Path], typer.Argument(help="Submissions (folder, .ipynb, .zip, .py) or folders of them, named by student.")
    ],
    out: Annotated[Path | None, typer.Option(help="Results folder; default results/<assignment>/.")] = None,
    jobs: Annotated[int, typer.Option(help="Submissions graded at once; default: cores.", min=1)] = os.cpu_count() or 1,
    device: Annotated[Device, typer.Option(help="Where training tasks run; checks of functions run on the CPU.")] = "auto",
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
    from autograder.extras import require_grading

    require_grading("grade")
    from autograder.grading.class_run import ClassRun

    any_seed = seed is None
    chosen = fresh_seed() if seed is None else seed
    options = GradeOptions(chosen, tuple(only or ()), isolation, time_limit, memory_limit, device)
    folder = out or Path("results") / assignment
    run = ClassRun(assignment, options, folder, formats(format), quiet=quiet, any_seed=any_seed)
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
