"""``autograder sweep``: marks from all students' repositories."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from autograder import cores
from autograder.grading.options import GradeOptions, Isolation, fresh_seed


def run(
    assignment: Annotated[str, typer.Argument(help="The assignment, for example vae.")],
    org_listing: Annotated[
        Path, typer.Option("--org-listing", metavar="FILE", help="`gh repo list ORG --json name`, a CSV, or a name a line.")
    ],
    clones: Annotated[Path, typer.Option(help="Folder with a clone of each repository, under its name.")] = Path("clones"),
    before: Annotated[
        str | None,
        typer.Option(help="Latest commit date that counts. Its author chooses it: fetch at the deadline to be sure."),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Results folder; default results/<assignment>/.")] = None,
    jobs: Annotated[int, typer.Option(help="Submissions graded at once; default: cores.", min=1)] = cores.usable(),
    training: Annotated[bool, typer.Option("--training/--no-training", help="Run training tasks, too.")] = True,
    isolation: Annotated[Isolation, typer.Option(help="As for grade.")] = GradeOptions.isolation,
    resume: Annotated[bool, typer.Option("--resume", help="Skip work whose content already has a result.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but warnings and errors.")] = False,
) -> None:
    """Grade ASSIGNMENT in all repositories of a listing, from local clones. For instructors.

    A workflow in a student's repository can be changed by the student and shows every secret, so marks are made here. OUT also
    gets commits.csv: which commit of whom was graded. Exit code 2 where a repository has nothing to grade.
    """
    from autograder.imports import require_grading

    require_grading("sweep")
    from autograder.atomic import write_atomically
    from autograder.bundles import sweep as sweeping
    from autograder.grading.class_run import ClassRun

    folder = out or Path("results") / assignment
    options = GradeOptions(fresh_seed(), isolation=isolation, training="with" if training else "without")
    with tempfile.TemporaryDirectory(prefix="autograder-sweep-") as temporary:
        listing = sweeping.read_listing(org_listing, assignment)
        swept, missing = sweeping.sweep(listing, clones, assignment, before, Path(temporary))
        for line in missing:
            typer.echo(f"autograder: not graded: {line}", err=True)
        run = ClassRun(assignment, options, folder, frozenset({"json", "html"}), quiet=quiet, any_seed=True)
        run.grade([one.archive for one in swept], jobs, resume=resume)
        write_atomically(folder / "commits.csv", sweeping.commits_table(swept))
    code = run.exit_code(None)
    raise typer.Exit(max(code, 2) if missing else code)
