"""What a result means for a notebook: a score, outputs and a comment for each of its released cells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from autograder.course.assignment import Assignment
from autograder.course.notebook_cells import exercise_cell, exercise_of, written_cell
from autograder.course.outline import TRAINING, WRITTEN
from autograder.errors import GraderError, UsageError
from autograder.gradebook.assembly import cell_named, is_unchanged
from autograder.gradebook.cell_outputs import graded_outputs, hint_comment
from autograder.gradebook.released_cells import Blueprint, SourceCell
from autograder.results.graded import Graded
from autograder.results.schema import ExerciseResult

NO_RESPONSE = "No response."
"""nbgrader's own words for an answer that was left as it was."""
UNREADABLE = "The submission could not be read."
_REBUILD = "run `autograder release` and `nbgrader generate_assignment --force`, so that the gradebook is up to date"
_GONE = "the gradebook has an exercise that the course has not"
_ANSWER = written_cell("answer", "")
_NO_CELLS = (
    "nbgrader adds and removes no cells once somebody has handed in: take that change of the course back, or begin anew "
    "with `nbgrader db assignment remove`, which forgets marks given by hand, too"
)


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
        raise GraderError(_GONE, identifier, _REBUILD)
    return ExerciseResult(id=identifier, kind="function", score=0.0, max_score=points, status="skipped")


def _check_points(exercise: ExerciseResult, points: float) -> None:
    if exercise.max_score != points:
        raise GraderError(_two_points(points, exercise.max_score), exercise.id, _REBUILD)


def _two_points(gradebook: float, course: float) -> str:
    return f"worth {gradebook:g} points in the gradebook, {course:g} in the course"


def refuse_another_course(blueprint: Blueprint, assignment: Assignment, *, handed_in: bool) -> list[str]:
    """Return what the gradebook will not hold, a line each; refuse, before anything is graded, what it would hold wrongly.

    Args:
        blueprint: the cells of the gradebook.
        assignment: the course as it is now.
        handed_in: whether the gradebook has submissions; nbgrader then changes points, but adds and removes no cells.

    Raises:
        UsageError: points differ, or the two have not the same exercises and that can be mended.
    """
    course = _points_of(assignment)
    known = {cell.name: cell.points for cell in blueprint.cells if cell.points is not None}
    warnings = []
    for name, points in known.items():
        if name in course and course[name][1] != points:
            raise UsageError(_two_points(points, course[name][1]), course[name][0], _REBUILD)
        if name not in course and (identifier := _of_this_course(assignment.name, name)):
            gone = UsageError(_GONE, identifier, _NO_CELLS if handed_in else _REBUILD)
            if not handed_in or not name.startswith(_ANSWER):
                raise gone
            warnings.append(str(gone))
    for name, (identifier, _) in course.items():
        if name not in known:
            new = UsageError(
                "the gradebook has no cell for it, only results have", identifier, _NO_CELLS if handed_in else _REBUILD
            )
            if not handed_in:
                raise new
            warnings.append(str(new))
    return warnings


def _points_of(assignment: Assignment) -> dict[str, tuple[str, float]]:
    """What earns points, by the name of the cell that the gradebook keeps them in."""
    found = {exercise_cell("points", one.id): (one.id, one.points) for one in assignment.exercises}
    found |= {exercise_cell("points", one.id): (one.id, one.points) for one in assignment.training}
    return found | {written_cell("answer", one.id): (one.id, one.points) for one in assignment.written}


def _of_this_course(assignment: str, cell: str) -> str:
    """The exercise or question of a cell by its name alone; nothing for a cell that an instructor has added."""
    named = exercise_of(assignment, cell)
    if named:
        return named[1]
    return f"{assignment}.{WRITTEN}.{cell.removeprefix(_ANSWER)}" if cell.startswith(_ANSWER) else ""


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
