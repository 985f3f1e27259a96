"""The marks of a class, wherever they come from: what every mark sheet is written from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from autograder.errors import UsageError, suggest
from autograder.lateness.attempts import counts_more
from autograder.plaintext import one_line, short_name
from autograder.results.results_folder import HISTORY, attempts_before
from autograder.results.schema import SubmissionResult
from autograder.results.store import load_results


@dataclass(frozen=True)
class Person:
    """A student as the marks know them; everything but the id may be empty."""

    id: str
    """The name under which work was handed in: a folder, a file stem, or nbgrader's student id."""
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    lms_id: str = ""


@dataclass(frozen=True)
class Mark:
    """What one student has for one assignment."""

    score: float
    needs_grading: bool = False
    """Whether points of it still wait for a person."""


@dataclass(frozen=True)
class AssignmentMarks:
    """The marks of one assignment, by student id."""

    name: str
    max_score: float
    marks: Mapping[str, Mark]
    ungraded: frozenset[str] = frozenset()
    """Students who handed in work that has no mark because the grader failed: never a zero."""
    title: str = ""
    """How the column is called elsewhere; empty for the assignment's own name."""

    @property
    def heading(self) -> str:
        """The column's name."""
        return self.title or self.name


@dataclass(frozen=True)
class ClassMarks:
    """Students and marks, and what somebody should know about them."""

    people: Mapping[str, Person]
    assignments: list[AssignmentMarks]
    remarks: list[str] = field(default_factory=list)

    def chosen(self, wanted: Iterable[str]) -> ClassMarks:
        """The assignments somebody asked for, in their order; all when nobody asked.

        Args:
            wanted: names, or ``name=title`` for a column that is called otherwise elsewhere.

        Raises:
            UsageError: there are no marks of that assignment.
        """
        known = {assignment.name: assignment for assignment in self.assignments}
        picked = []
        for entry in wanted:
            name, _, title = entry.partition("=")
            if name not in known:
                remedy = suggest(name, known, f"there are marks of {', '.join(known) or 'nothing'}")
                raise UsageError("there are no marks of this assignment", where=one_line(name, 80), remedy=remedy)
            found = known[name]
            picked.append(AssignmentMarks(name, found.max_score, found.marks, found.ungraded, title.strip()))
        return ClassMarks(self.people, picked or self.assignments, self.remarks)

    def reminders(self) -> list[str]:
        """What is not final yet, one line each."""
        lines = list(self.remarks)
        for assignment in self.assignments:
            waiting = sum(mark.needs_grading for mark in assignment.marks.values())
            if waiting:
                lines.append(f"{assignment.name}: {waiting} of {len(assignment.marks)} submissions still need manual grading")
            if assignment.ungraded:
                names = ", ".join(short_name(student) for student in sorted(assignment.ungraded))
                lines.append(f"{assignment.name}: the grader failed, so there is no mark for {names}; grade them again")
        return lines


ATTEMPTS = ("best", "latest")


def marks_of_results(folders: Iterable[Path], attempts: str = "") -> ClassMarks:
    """Read the marks of one or several results folders.

    Args:
        folders: where the results are; a later folder holds later attempts. What a folder's history has of other work are
            attempts before those that it holds.
        attempts: which of several results of a student counts, ``best`` or ``latest``; empty where there may be one only.

    Raises:
        UsageError: a folder holds no results, a student has two marks of one assignment, or ``attempts`` is unknown.
    """
    if attempts and attempts not in ATTEMPTS:
        raise UsageError("is no way to choose among attempts", one_line(attempts, 40), "choose best or latest")
    results: dict[tuple[str, str], tuple[SubmissionResult, Path]] = {}
    remarks = []
    for folder in folders:
        stored, warnings = load_results(folder)
        remarks += warnings
        if not stored:
            raise UsageError("holds no results", where=str(folder), remedy="run `autograder grade` first")
        for number, entry in enumerate(attempts_before(folder, stored) if attempts else []):
            _add(results, entry.result, folder / HISTORY / str(number) / f"{entry.stem}.json", attempts)
        for entry in stored:
            _add(results, entry.result, folder / f"{entry.stem}.json", attempts)
    people = {student: Person(student) for _, student in results}
    grouped: dict[str, list[SubmissionResult]] = {}
    for (name, _), (result, _) in results.items():
        grouped.setdefault(name, []).append(result)
    return ClassMarks(people, [_of_assignment(name, group) for name, group in grouped.items()], remarks)


def _add(
    results: dict[tuple[str, str], tuple[SubmissionResult, Path]], result: SubmissionResult, path: Path, attempts: str
) -> None:
    key = (result.assignment, result.student)
    earlier = results.get(key)
    if earlier is not None and (not attempts or earlier[1].parent == path.parent):
        told = f"is a second result of {short_name(result.student)}, after {earlier[1]}"
        remedy = "move the one that does not count out of the folder, or choose with --attempts best or latest"
        raise UsageError(told, where=str(path), remedy=remedy)
    if earlier is None or counts_more(result, earlier[0], attempts):
        results[key] = (result, path)


def _of_assignment(name: str, results: list[SubmissionResult]) -> AssignmentMarks:
    graded = [result for result in results if result.status != "grader_error"]
    marks = {result.student: Mark(result.final, _needs_grading(result)) for result in graded}
    ungraded = frozenset(result.student for result in results) - marks.keys()
    return AssignmentMarks(name, max(result.max_score for result in results), marks, ungraded)


def _needs_grading(result: SubmissionResult) -> bool:
    return any(exercise.status == "needs_manual_grading" for exercise in result.exercises)
