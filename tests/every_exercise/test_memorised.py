"""Of every exercise: a table of the published answers earns nothing, one wrong hidden value costs that check alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from autograder.assessment.assessed import Assessed
from autograder.assessment.memorised import computes_beside_the_published_inputs, needs_probation
from autograder.assessment.runner import RunOptions, run_checks
from autograder.course.assignment import Assignment, Exercise
from autograder.course.course import open_course
from autograder.sessions.local import LocalSession
from autograder.sessions.subjects import LoadedModules

COURSE = open_course(Path(__file__).resolve().parents[2])
EXERCISES = [
    (assignment, exercise)
    for assignment in map(COURSE.assignment, COURSE.names())
    for exercise in assignment.exercises
    if exercise.kind != "short_answer"
]
_ADDRESS = re.compile(r"<function \S+|0x[0-9a-f]+")
NAMES = [exercise.id for _, exercise in EXERCISES]


@pytest.mark.parametrize(("assignment", "exercise"), EXERCISES, ids=NAMES)
def test_one_wrong_hidden_value_is_not_called_memorised(assignment: Assignment, exercise: Exercise) -> None:
    """Each hidden value check is failed in turn; with the others goes what they are worth, and no more."""
    subject = LoadedModules(assignment, assignment.reference_files())
    right = run_checks(assignment, exercise.checks, lambda: subject.open(exercise.module), RunOptions())
    hidden = [one for one in right if one.check.kind == "value" and one.check.visibility == "hidden"]
    for wrong in ([hidden[0]], hidden) if len(hidden) > 1 else [hidden]:
        outcomes = [replace(one, status="failed") if one in wrong else one for one in right]
        if needs_probation(outcomes):
            assert computes_beside_the_published_inputs(
                assignment, exercise, outcomes, lambda: subject.open(exercise.module), RunOptions()
            )


class Publishing(LocalSession):
    """Notes what visible checks ask: each question with everything asked before it in the same check."""

    def __init__(self, assignment: Assignment) -> None:
        super().__init__(assignment.reference_space(), assignment.toys)
        self._before = ""
        self.asked: set[str] = set()

    def request(self, operation: dict[str, Any]) -> list:
        """Note it."""
        if operation["op"] == "seed":
            self._before = ""
        else:
            self._before += repr(sorted((name, repr(value)) for name, value in operation.items() if name != "lane"))
            self._before = _ADDRESS.sub("", self._before)
            self.note()
        return self.perform(operation)

    def perform(self, operation: dict[str, Any]) -> list:
        """Ask the reference."""
        return super().request(operation)

    def note(self) -> None:
        """Remember the question."""
        self.asked.add(self._before)


class Table(Publishing):
    """The reference where the visible checks ask it, and zeros of the right form anywhere else."""

    def __init__(self, assignment: Assignment, published: set[str]) -> None:
        super().__init__(assignment)
        self._published = published

    def note(self) -> None:
        """A table learns nothing."""

    def request(self, operation: dict[str, Any]) -> list:
        """Look it up."""
        reply = super().request(operation)
        known = operation["op"] not in ("call", "observe", "grad") or self._before in self._published
        if known or reply[0] != "ok":
            return reply
        if operation["op"] == "observe":
            return ["ok", {**reply[1], "value": _emptied(reply[1]["value"])}]
        return ["ok", _emptied(reply[1])]

    def perform(self, operation: dict[str, Any]) -> list:
        """What is not in the table asks nobody else anything of interest."""
        asks = operation["op"] in ("call", "observe", "grad") and self._before not in self._published
        return super().perform(_with_idle_functions(operation) if asks else operation)


def _with_idle_functions(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return type(value)(map(_with_idle_functions, value))
    if isinstance(value, dict):
        return {name: _with_idle_functions(item) for name, item in value.items()}
    if callable(value) and not isinstance(value, torch.dtype):
        return lambda *args, **kwargs: value(*(torch.zeros_like(one) for one in args), **kwargs)
    return value


def _emptied(value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return torch.zeros_like(value)
    if isinstance(value, list | tuple):
        return type(value)(map(_emptied, value))
    if isinstance(value, dict):
        return {name: _emptied(item) for name, item in value.items()}
    return type(value)(0) if isinstance(value, int | float) or hasattr(value, "dtype") else value


class TableSubject:
    """A submission that is such a table."""

    guarded = False

    def __init__(self, assignment: Assignment, published: set[str]) -> None:
        self.load_notes: dict[str, str] = {}
        self.files: dict[str, bytes] = {}
        self._made = lambda: Table(assignment, published)

    def open(self, module: str, substitutes: Sequence[Exercise] = ()) -> LocalSession:
        """The table has no pieces."""
        return self._made()

    def keep_silent(self) -> None:
        """Nothing."""


TABLES = [(assignment, exercise) for assignment, exercise in EXERCISES if exercise.id != "vae.train.train"]
"""What trains a model does so whatever it returns: that is no table."""


@pytest.mark.parametrize(("assignment", "exercise"), TABLES, ids=[exercise.id for _, exercise in TABLES])
def test_a_table_of_the_published_answers_earns_nothing(assignment: Assignment, exercise: Exercise) -> None:
    """Right at every published input, zeros beside it."""
    recorder = Publishing(assignment)
    visible = [check for check in exercise.checks if check.visibility == "visible"]
    run_checks(assignment, visible, lambda: recorder, RunOptions())  # type: ignore[arg-type,return-value]
    subject = TableSubject(assignment, recorder.asked)
    outcomes = run_checks(assignment, exercise.checks, lambda: subject.open(exercise.module), RunOptions())  # type: ignore[arg-type,return-value]
    one = Assessed(exercise, outcomes, [])
    if needs_probation(outcomes):
        one.memorised = not computes_beside_the_published_inputs(
            assignment,
            exercise,
            outcomes,
            lambda: subject.open(exercise.module),
            RunOptions(),  # type: ignore[arg-type,return-value]
        )
    assert one.score == 0, [outcome.check.name for outcome in outcomes if outcome.passed]
