"""How a class's checkpoints of the full budget compare: one table per task, the best first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from autograder.plaintext import one_line
from autograder.results.schema import CheckResult, ExerciseResult, SubmissionResult


@dataclass(frozen=True)
class Place:
    """One checkpoint: its rank, whose it is (position in the list of results), and what was measured."""

    rank: int
    member: int
    values: tuple[str, ...]


@dataclass(frozen=True)
class Leaderboard:
    """The checkpoints of one task.

    Attributes:
        task: its id.
        columns: its scores; they are ranked by the first one.
        places: the best first; equal values share a rank.
        refused: positions of those whose checkpoint has no such value.
    """

    task: str
    columns: tuple[str, ...]
    places: list[Place]
    refused: list[int]


def leaderboards(results: Sequence[SubmissionResult]) -> list[Leaderboard]:
    """A table for every task of which a checkpoint was scored.

    They are ranked by the score that carries the largest share among those that have a direction: a window has none.
    """
    entries: dict[str, list[tuple[int, ExerciseResult]]] = {}
    for position, result in enumerate(results):
        for exercise in result.exercises:
            if exercise.checkpoint:
                entries.setdefault(exercise.id, []).append((position, exercise))
    boards = (_board(task, members) for task, members in entries.items())
    return [board for board in boards if board is not None]


def _board(task: str, members: list[tuple[int, ExerciseResult]]) -> Leaderboard | None:
    scores = members[0][1].checkpoint or []
    directed = [one for one in scores if isinstance(one.zero, float) and isinstance(one.full, float)]
    if not directed:
        return None
    first = max(directed, key=lambda one: one.share or 0.0)
    names = [first.name, *(one.name for one in scores if one.name != first.name)]
    sign = 1.0 if _as_number(first.full) > _as_number(first.zero) else -1.0
    found = {position: {one.name: one for one in exercise.checkpoint or []} for position, exercise in members}
    values = {position: of_name[first.name].value for position, of_name in found.items() if first.name in of_name}
    known = {position: sign * value for position, value in values.items() if value is not None}
    order = sorted(known, key=lambda position: -known[position])
    places = [
        Place(1 + sum(other > known[position] for other in known.values()), position,
              tuple(_text(found[position].get(name)) for name in names))
        for position in order
    ]  # fmt: skip
    refused = [position for position, _ in members if position not in known]
    return Leaderboard(one_line(task), tuple(one_line(name.replace("_", " ")) for name in names), places, refused)


def _as_number(level: float | list[float] | None) -> float:
    return level if isinstance(level, float) else 0.0


def _text(score: CheckResult | None) -> str:
    return "–" if score is None or score.value is None else f"{score.value:.4g}"
