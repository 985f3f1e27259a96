"""Writes scores and comments into nbgrader's gradebook, next to what people entered there."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from autograder.atomic import write_atomically
from autograder.errors import GraderError
from autograder.gradebook.scoring import CellScore, answers_of

_REMEDY = "it is damaged, or of another release: restore it from a copy"


def record(
    gradebook: Any, assignment: str, notebook: str, student: str, scores: Sequence[CellScore], *, changed: set[str]
) -> int:
    """Write the scores of one submitted notebook; manual scores and manual comments stay as they are.

    Returns how many answers wait for a person.

    Args:
        gradebook: nbgrader's ``Gradebook``; it is committed once.
        assignment: the assignment's name.
        notebook: the notebook's name.
        student: the student's id in the gradebook.
        scores: one per released cell.
        changed: answers that differ from those graded last; a person has to look at their manual scores again.

    Raises:
        GraderError: the gradebook's submission is of another release of the notebook.
    """
    from nbgrader import api

    submitted = gradebook.find_submission_notebook(notebook, assignment, student)
    by_name = {score.name: score for score in scores}
    grades = {name: grade for grade, name in _rows(gradebook, api.Grade, submitted)}
    for score in scores:
        if score.name in grades:
            _set_grade(grades[score.name], score, score.name in changed)
        elif score.score is not None or score.by_hand:
            raise GraderError(f"the gradebook has no place for the score of {score.name}", student, _REMEDY)
    for comment, name in _rows(gradebook, api.Comment, submitted):
        if name in by_name and comment.auto_comment != by_name[name].comment:
            comment.auto_comment = by_name[name].comment
    gradebook.db.commit()
    return sum(bool(grade.needs_manual_grade) for grade in grades.values())


def withdraw(gradebook: Any, assignment: str, notebook: str, student: str) -> None:
    """Leave a submission without automatic scores: the grader failed, which is no mark."""
    from nbgrader import api

    submitted = gradebook.find_submission_notebook(notebook, assignment, student)
    for grade, _ in _rows(gradebook, api.Grade, submitted):
        grade.auto_score, grade.needs_manual_grade = None, True
    gradebook.db.commit()


def penalise(gradebook: Any, penalties: Any, assignment: str, notebook: str, student: str) -> None:
    """Let nbgrader's plugin for late submissions decide, as its ``AssignLatePenalties`` does with a gradebook of its own."""
    submission = gradebook.find_submission(assignment, student)
    submitted = gradebook.find_submission_notebook(notebook, assignment, student)
    submitted.late_submission_penalty = None
    penalties.gradebook, penalties.assignment_id = gradebook, assignment  # what nbgrader's own step says to its plugin
    late = submission.total_seconds_late
    if late > 0:
        penalty = penalties.plugin_inst.late_submission_penalty(student, submitted.score, late)
        if penalty is not None:
            submitted.late_submission_penalty = penalties._check_late_penalty(submitted, penalty)
    gradebook.db.commit()


def _rows(gradebook: Any, table: Any, submitted: Any) -> list[tuple[Any, str]]:
    from nbgrader import api

    cells = api.BaseCell.__table__
    query = gradebook.db.query(table, cells.c.name).join(cells, cells.c.id == table.cell_id)
    return list(query.filter(table.notebook_id == submitted.id))


def _set_grade(grade: Any, score: CellScore, changed: bool) -> None:
    grade.auto_score = score.score
    if grade.manual_score is None or (score.answer is None and not score.by_hand):
        grade.needs_manual_grade = score.by_hand
    elif changed:
        grade.needs_manual_grade = True


class AnswerRecord:
    """Which answers lay before a person when a submission was graded last: digests, beside the autograded folder.

    A manual score outlives re-grading; when the answer below it is another one, somebody has to look again.
    """

    def __init__(self, autograded: Path) -> None:
        """``autograded`` is the submission's folder there, which nbgrader empties before each grading."""
        self._path = autograded.parent / f".{autograded.name}-answers.json"

    def changed(self, scores: Sequence[CellScore]) -> set[str]:
        """The answers that are not those of the last grading; all of them if nothing is known about it."""
        try:
            before = json.loads(self._path.read_text("utf-8"))
        except (OSError, ValueError):
            before = {}
        return {name for name, answer in answers_of(scores) if before.get(name) != _digest(answer)}

    def write(self, scores: Sequence[CellScore]) -> None:
        """Remember the answers of this grading."""
        digests = {name: _digest(answer) for name, answer in answers_of(scores)}
        write_atomically(self._path, json.dumps(digests, indent=1) + "\n")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
