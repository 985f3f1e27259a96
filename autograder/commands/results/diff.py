"""``autograder diff``: whose marks move from one grading to another."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from autograder.plaintext import listed, one_line, points, short_name

if TYPE_CHECKING:
    from autograder.results.comparison import CheckMove, Comparison, ExerciseMove, StudentMove
    from autograder.results.schema import SubmissionResult


def run(
    old: Annotated[Path, typer.Argument(help="A folder with results, or one result, from before.")],
    new: Annotated[Path, typer.Argument(help="The same from now.")],
    as_json: Annotated[bool, typer.Option("--json", help="Everything as JSON instead of text.")] = False,
) -> None:
    """Say who gains and who loses from OLD to NEW, on which check, with the inputs that show it. For instructors.

    After a change of checks: grade into a new folder, then compare. Writes nothing.
    """
    from autograder.results.comparison import compare

    before, after = _results(old), _results(new)
    comparison = compare(before, after)
    _warn(before, after, comparison)
    show(comparison, as_json=as_json)


def show(comparison: Comparison, *, as_json: bool) -> None:
    """Print who moved."""
    if as_json:
        typer.echo(json.dumps(_as_data(comparison), indent=1, ensure_ascii=False))
        return
    for move in comparison.moves:
        for line in _student(move):
            typer.echo(line)
    typer.echo(_summary(comparison))


def _results(path: Path) -> list[SubmissionResult]:
    from autograder.results.store import load_result, load_results

    if path.is_file():
        return [load_result(path)]
    stored, warnings = load_results(path)
    for warning in warnings:
        typer.echo(f"warning: {warning}", err=True)
    return [one.result for one in stored]


def _warn(before: list[SubmissionResult], after: list[SubmissionResult], comparison: Comparison) -> None:
    from autograder.errors import UsageError

    assignments = {one.assignment for one in [*before, *after]}
    if len(assignments) > 1:
        names = " and ".join(sorted(assignments))
        raise UsageError(f"these are results of {names}", "diff", "compare results of one assignment")
    others = [move.student for move in comparison.moves if not move.same_work]
    if others:
        typer.echo(f"warning: other files were graded of {len(others)} students: {listed(others)}", err=True)


def _student(move: StudentMove) -> list[str]:
    if not move.marked:
        return [f"{short_name(move.student)}: {move.old.status} -> {move.new.status}, so one of the marks is missing"]
    marks = f"{points(move.old.score)} -> {points(move.new.score)} of {points(move.new.max_score)} ({_signed(move.points)})"
    lines = [f"{short_name(move.student)}: {marks}" + ("" if move.same_work else ", other files")]
    for exercise in move.exercises:
        lines += _exercise(exercise)
    return lines


def _exercise(exercise: ExerciseMove) -> list[str]:
    marks = f"{points(exercise.old)} -> {points(exercise.new)} of {points(exercise.max_score)}"
    lines = [f"  {one_line(exercise.id)}: {marks}"]
    for check in exercise.checks:
        lines.append(f"    {_signed(check.points)} {one_line(check.name)}: {_status(check.old)} -> {_status(check.new)}")
        lines += [f"        {one_line(name)} = {one_line(value)}" for name, value in check.example.items()]
    if exercise.notes[0] != exercise.notes[1]:
        lines.append(f"    note: {one_line(exercise.notes[1] or 'none any more')}")
    return lines


def _status(check: Any) -> str:
    return "not there" if check is None else f"{check.status} ({points(check.score)} of {points(check.max_score)})"


def _signed(value: float) -> str:
    if not round(value, 2):
        return "±0"
    return ("+" if value > 0 else "-") + points(abs(value))


def _summary(comparison: Comparison) -> str:
    gain, lose = len(comparison.gaining), len(comparison.losing)
    others = len(comparison.moves) - gain - lose
    parts = [f"{gain} gain", f"{lose} lose", f"{others} move without points", f"{comparison.unchanged} unchanged"]
    for names, side in ((comparison.only_old, "OLD"), (comparison.only_new, "NEW")):
        if names:
            parts.append(f"{len(names)} only in {side}: {listed(names)}")
    counts = [
        f"  {key} {name}: {up} up, {down} down" for (key, name), (up, down) in comparison.by_check().items() if up or down
    ]
    return "\n".join(["; ".join(parts), *counts[:20]])


def _as_data(comparison: Comparison) -> dict[str, Any]:
    return {
        "gain": len(comparison.gaining),
        "lose": len(comparison.losing),
        "unchanged": comparison.unchanged,
        "only_old": list(comparison.only_old),
        "only_new": list(comparison.only_new),
        "students": [
            {
                "student": move.student,
                "old": move.old.score if move.old.status != "grader_error" else None,
                "new": move.new.score if move.new.status != "grader_error" else None,
                "max_score": move.new.max_score,
                "same_work": move.same_work,
                "exercises": [_exercise_data(one) for one in move.exercises],
            }
            for move in comparison.moves
        ],
    }


def _exercise_data(exercise: ExerciseMove) -> dict[str, Any]:
    checks = [_check_data(check) for check in exercise.checks]
    return {"id": exercise.id, "old": exercise.old, "new": exercise.new, "max_score": exercise.max_score, "checks": checks}


def _check_data(check: CheckMove) -> dict[str, Any]:
    sides = {side: None if one is None else one.status for side, one in (("old", check.old), ("new", check.new))}
    return {"name": check.name, **sides, "points": round(check.points, 6), "example": check.example}
