"""``autograder new``: the pieces of an exercise, to be filled in."""

from __future__ import annotations

from typing import Annotated

import typer


def run(
    exercise: Annotated[str, typer.Argument(metavar="ASSIGNMENT.MODULE.NAME", help="The function to be written.")],
    source: Annotated[list[str] | None, typer.Option(help="Tag of a source item that it covers; may be repeated.")] = None,
) -> None:
    """Write the pieces of a new exercise into solutions/, with TODOs. For instructors.

    A reference, a visible and a hidden check, a probe with a misconception, and the outline's line; in files that exist they
    come last, and nothing is overwritten. `autograder audit` lists what is still to be written.
    """
    from autograder.authoring.new_exercise import new_exercise
    from autograder.course.location import find_root

    root = find_root()
    for path in new_exercise(root, exercise, source or ()):
        typer.echo(f"wrote {path.relative_to(root)}")
    typer.echo(f"what is to be written: autograder audit {exercise.partition('.')[0]}")
