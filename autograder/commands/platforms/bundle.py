"""``autograder bundle``: what is handed to other people and platforms."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

app = typer.Typer(help="Write what is handed to a class or a platform. For instructors.", no_args_is_help=True)

_Out = Annotated[Path | None, typer.Option(help="Where to write it; by default into dist/.")]


@app.command("student")
def student(
    assignments: Annotated[list[str] | None, typer.Argument(help="Assignments; all when left out.")] = None,
    shape: Annotated[
        Literal["dir", "zip", "git"], typer.Option("--as", help="A folder, an archive, or a git repository.")
    ] = "zip",
    out: _Out = None,
    wheel: Annotated[Path | None, typer.Option(help="A wheel of this package to put in; by default one is built.")] = None,
    by_name: Annotated[bool, typer.Option("--by-name", help="Put in no wheel: pip finds dgm-autograder in an index.")] = False,
    repository: Annotated[
        str, typer.Option(metavar="ORG/REPO", help="Where it will lie on GitHub, for Colab and Binder.")
    ] = "",
) -> None:
    """Write what a class gets: assignments, notebooks, README and the package.

    Everything is made anew from solutions/ and looked through for secrets: files, the wheel, notebooks' metadata, and git's
    history. --as git into an earlier kit adds a commit, which students pull.
    """
    from autograder.bundles.student import KitOptions, bundle_student
    from autograder.course.course import open_course

    place = out or Path("dist") / ("student-kit.zip" if shape == "zip" else "student-kit")
    options = KitOptions(shape, wheel, by_name, repository)
    typer.echo(str(bundle_student(open_course(), assignments or (), place, options)))


@app.command("gradescope")
def gradescope(
    assignment: Annotated[str, typer.Argument(help="The assignment, for example vae.")],
    out: _Out = None,
    training: Annotated[bool, typer.Option("--training/--no-training", help="Run training tasks, too: minutes each.")] = False,
    hidden: Annotated[
        Literal["visible", "after_due_date", "after_published"],
        typer.Option(help="When students see entries of hidden checks, and with them their score."),
    ] = "visible",
    keep: Annotated[Literal["latest", "best"], typer.Option(help="Which attempt's score counts.")] = "latest",
    attempts_per_day: Annotated[int, typer.Option(help="Attempts graded within 24 hours; 0: any number.", min=0)] = 0,
    wheel: Annotated[Path | None, typer.Option(help="A wheel of this package; by default one is built.")] = None,
) -> None:
    """Write Gradescope's autograder archive for ASSIGNMENT. It holds solutions: upload it, hand it to nobody."""
    from autograder.bundles.gradescope import autograder_points, bundle_gradescope
    from autograder.bundles.gradescope_settings import Settings
    from autograder.bundles.platform_needs import MEMORY_GB
    from autograder.course.course import open_course

    settings = Settings(assignment, training, hidden, keep, attempts_per_day)
    course = open_course()
    typer.echo(str(bundle_gradescope(course, settings, out or Path("dist") / f"gradescope-{assignment}.zip", wheel)))
    machine, people, left = autograder_points(course, settings)
    told = (
        f"enter {machine:g} autograder points, {people:g} for questions of your own; container: 1 CPU, {MEMORY_GB:g} GB or more"
    )
    typer.echo(f"autograder: {told}", err=True)
    if left:
        typer.echo(f"autograder: {left:g} points of training tasks are not measured in this way; see --training", err=True)


_Names = Annotated[list[str] | None, typer.Argument(help="Assignments; all when left out.")]
_ByName = Annotated[bool, typer.Option("--by-name", help="Put in no wheel: pip finds dgm-autograder in an index.")]
_Wheel = Annotated[Path | None, typer.Option(help="A wheel of this package to put in; by default one is built.")]


@app.command("github")
def github(assignments: _Names = None, out: _Out = None, wheel: _Wheel = None, by_name: _ByName = False) -> None:
    """Write a template repository with Actions that run the visible checks, and a workflow that makes marks elsewhere.

    template-repository/ is for students, private-repository/ for the one with solutions/. Whoever can push can change a
    workflow: no mark is made in a student's repository.
    """
    from autograder.bundles.ci_platforms import bundle_github
    from autograder.bundles.student import KitOptions
    from autograder.course.course import open_course

    options = KitOptions(wheel=wheel, by_name=by_name)
    typer.echo(str(bundle_github(open_course(), assignments or (), out or Path("dist") / "github", options)))


@app.command("gitlab")
def gitlab(assignments: _Names = None, out: _Out = None, wheel: _Wheel = None, by_name: _ByName = False) -> None:
    """Write a template repository whose pipeline runs the visible checks and shows them under Tests."""
    from autograder.bundles.ci_platforms import bundle_gitlab
    from autograder.bundles.student import KitOptions
    from autograder.course.course import open_course

    options = KitOptions(wheel=wheel, by_name=by_name)
    typer.echo(str(bundle_gitlab(open_course(), assignments or (), out or Path("dist") / "gitlab", options)))


@app.command("classroom50")
def classroom50(assignments: _Names = None, out: _Out = None, wheel: _Wheel = None, by_name: _ByName = False) -> None:
    """Write autograders/<assignment>/ for Classroom 50: visible checks only, since anybody may read its bundles."""
    from autograder.bundles.ci_platforms import bundle_classroom50
    from autograder.bundles.student import KitOptions
    from autograder.course.course import open_course

    options = KitOptions(wheel=wheel, by_name=by_name)
    typer.echo(str(bundle_classroom50(open_course(), assignments or (), out or Path("dist") / "classroom50", options)))
