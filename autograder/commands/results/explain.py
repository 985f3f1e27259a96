"""``autograder explain``: what may be told of a result to whoever helps."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def run(
    result: Annotated[Path, typer.Argument(help="The result of one submission, for example results/vae/anna.json.")],
    only: Annotated[list[str] | None, typer.Option(help="This exercise only, by id or name. May be repeated.")] = None,
) -> None:
    """Print what a course assistant (human or model) may see of RESULT, as Markdown. For instructors and helpers.

    Of every exercise that is not finished: the hint, the law that is broken, a visible example and the student's own
    lines. Nothing hidden: no hidden input, no expected value, no seed, no solution.
    """
    from autograder.errors import UsageError
    from autograder.results.explanation import explain
    from autograder.results.store import load_result
    from autograder.results.wording import short_id

    if result.suffix != ".json" or not result.is_file():
        raise UsageError("is not the result of one submission", str(result), f"name a student's file, {_example(result)}")
    loaded = load_result(result)
    known = {key for one in loaded.exercises for key in (one.id, short_id(one.id))}
    for name in only or ():
        if name not in known:
            raise UsageError(f"has no exercise {name}", str(result), "name one by its id or the last part of it")
    typer.echo(explain(loaded, only or ()), nl=False)


def _example(place: Path) -> str:
    """A result near what was named, where there is one."""
    folder = place if place.is_dir() else place.parent
    found = sorted(path for path in folder.glob("*.json") if path.name != "class.json")
    return f"such as {found[0]}" if found else "such as results/vae/anna.json"
