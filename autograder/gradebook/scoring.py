"""What a result means for a notebook: a score, outputs and a comment for each of its released cells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from autograder.course.notebook_cells import exercise_of
from autograder.course.outline import TRAINING
from autograder.errors import GraderError
from autograder.gradebook.assembly import cell_named, is_unchanged
from autograder.gradebook.cell_outputs import graded_outputs, hint_comment
from autograder.gradebook.released_cells import Blueprint, SourceCell
from autograder.results.graded import Graded
from autograder.results.schema import ExerciseResult

NO_RESPONSE = "No response."
"""nbgrader's own words for an answer that was left as it was."""
UNREADABLE = "The submission could not be read."
_REBUILD = "run `autograder release` and `nbgrader generate_assignment --force`, so that the gradebook is up to date"


@dataclass(frozen=True)
class CellScore:
    """What the gradebook takes for one cell."""

    name: str
    score: float | None
    """None where a person has to grade, or nothing is graded."""
    comment: str | None
    by_hand: bool
    answer: str | None = None
    """What the student wrote into a cell that people grade."""


def score_notebook(notebook: dict[str, Any], blueprint: Blueprint, graded: Graded, assignment: str) -> list[CellScore]:
    """Fill the outputs of the graded cells of ``notebook`` and return what the gradebook takes for each cell.

    Raises:
        GraderError: the grader failed, or the gradebook and the course are not of the same release.
    """
    result = graded.result
    if result.status == "grader_error":
        raise GraderError(result.message or "the grader failed", result.student)
    exercises = {exercise.id: exercise for exercise in result.exercises}
    reason = "" if result.status == "graded" else result.message or UNREADABLE
    notes = list(result.notes)
    scores = []
    for released in blueprint.cells:
        kind, identifier = exercise_of(assignment, released.name) or ("", "")
        if kind == "points" and _waits(exercises.get(identifier), identifier, assignment, reason):
            scores.append(CellScore(released.name, None, None, by_hand=True))
        elif kind == "points" and released.points is not None:
            exercise = exercises.get(identifier) or _nothing(identifier, released.points, reason)
            _check_points(exercise, released.points)
            cell = cell_named(notebook, released.name)
            assert cell is not None, "assembled with every released cell"
            cell["outputs"] = graded_outputs(exercise, graded.figures, reason=reason, notes=notes)
            notes = []  # once is enough
            scores.append(CellScore(released.name, exercise.score, None, by_hand=False))
        elif released.is_answer:
            scores.append(_answer(notebook, released, reason))
        elif released.points is not None:
            scores.append(CellScore(released.name, None, None, by_hand=True))
        elif released.solution:
            scores.append(CellScore(released.name, None, _comment(notebook, released, exercises.get(identifier)), False))
    return scores


def _waits(exercise: ExerciseResult | None, identifier: str, assignment: str, reason: str) -> bool:
    """Whether a training task was not run, by choice or for want of data: then a person decides what it is worth."""
    is_training = identifier.startswith(f"{assignment}.{TRAINING}.")
    return is_training and not reason and (exercise is None or exercise.status == "skipped")


def _nothing(identifier: str, points: float, reason: str) -> ExerciseResult:
    """An exercise of a submission that could not be read: no points."""
    if not reason:
        raise GraderError("the gradebook has an exercise that the course has not", identifier, _REBUILD)
    return ExerciseResult(id=identifier, kind="function", score=0.0, max_score=points, status="skipped")


def _check_points(exercise: ExerciseResult, points: float) -> None:
    if exercise.max_score != points:
        told = f"worth {points:g} points in the gradebook, {exercise.max_score:g} in the course"
        raise GraderError(told, exercise.id, _REBUILD)


def _answer(notebook: dict[str, Any], released: SourceCell, reason: str) -> CellScore:
    source = _source(notebook, released)
    if released.task or not is_unchanged(source, released):
        return CellScore(released.name, None, None, by_hand=True, answer=source)
    return CellScore(released.name, 0.0, UNREADABLE if reason else NO_RESPONSE, by_hand=False, answer=source)


def _comment(notebook: dict[str, Any], released: SourceCell, exercise: ExerciseResult | None) -> str | None:
    if exercise is None:
        return None
    if exercise.status == "missing" and is_unchanged(_source(notebook, released), released):
        return NO_RESPONSE
    return hint_comment(exercise)


def _source(notebook: dict[str, Any], released: SourceCell) -> str:
    cell = cell_named(notebook, released.name)
    return cell["source"] if cell is not None else ""


def answers_of(scores: Sequence[CellScore]) -> Iterator[tuple[str, str]]:
    """The cells that people grade, each with what the student wrote."""
    return ((score.name, score.answer) for score in scores if score.answer is not None)
