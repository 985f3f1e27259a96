"""Answers that nobody here wrote for this grader: right ones in foreign styles, and mistakes with the hints that fit them."""

from __future__ import annotations

import inspect
import re
import textwrap
import tomllib
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from autograder.assessment import assess as assessing
from autograder.assessment.assess import assess
from autograder.assessment.assessed import Assessed
from autograder.assessment.runner import RunOptions
from autograder.course.assignment import Assignment, Exercise
from autograder.course.course import open_course
from autograder.diagnosis.catalogue import catalogue
from autograder.sessions.subjects import LoadedModules

COURSE = open_course()
HERE = Path(__file__).parent
RIGHT: dict[str, list[str]] = tomllib.loads((HERE / "right.toml").read_text("utf-8"))
WRONG: dict[str, list[list[str]]] = tomllib.loads((HERE / "wrong.toml").read_text("utf-8"))
CHANGED: dict[str, list[list[Any]]] = tomllib.loads((HERE / "changed.toml").read_text("utf-8"))


_IMPORTS = "import math\nimport numpy as np\nimport torch\nfrom torch import nn\nimport torch.nn.functional as F\n"


def assessed(key: str, body: str, hints: bool = False) -> Assessed:
    """What becomes of an exercise whose reference is replaced by an answer of the corpus."""
    name, _, exercise_key = key.partition(" ")
    assignment = COURSE.assignment(name)
    exercise = assignment.exercise(exercise_key)
    return by_itself(assignment, exercise, with_answer(assignment, exercise, body), hints)


def by_itself(assignment: Assignment, exercise: Exercise, files: dict[str, bytes], hints: bool) -> Assessed:
    """What becomes of an exercise whose pieces are the reference's, so that they need not be checked."""
    with mock.patch.object(assessing, "with_pieces", lambda assignment, exercises: list(exercises)):
        subject = LoadedModules(assignment, files)
        (one,) = assess(assignment, [exercise], subject, RunOptions(5), catalogue(assignment) if hints else None)
    return one


def with_answer(assignment: Assignment, exercise: Exercise, body: str) -> dict[str, bytes]:
    """The files of the references, with one of them defining an exercise anew."""
    file = f"{exercise.module}.py"
    source = assignment.reference_files()[file].decode() + "\n" + _definition(exercise.target, exercise.name, body)
    return {**assignment.reference_files(), file: source.encode()}


def _definition(target: Any, name: str, body: str) -> str:
    if "class " in body:
        return _IMPORTS + body
    parameters = [
        one.name if one.default is one.empty else f"{one.name}={one.default!r}"
        for one in inspect.signature(target).parameters.values()
    ]
    lines = body.strip("\n") if "\n" in body else f"return {body}"
    return f"{_IMPORTS}def {name}({', '.join(parameters)}):\n" + textwrap.indent(lines, "    ") + "\n"


@pytest.mark.parametrize("key", RIGHT)
def test_a_right_answer_gets_full_marks(key: str) -> None:
    """However it is written."""
    for body in RIGHT[key]:
        one = assessed(key, body)
        assert [(outcome.check.name, outcome.detail or outcome.summary) for outcome in one.outcomes if not outcome.passed] == []


_TOLD: list[tuple[str, str, str]] = []
"""Answers that get a hint: the exercise, what fits, and what it is called."""


@pytest.mark.parametrize("key", WRONG)
def test_a_mistake_loses_points_and_its_first_hint_fits(key: str) -> None:
    """Every one is caught; what the hint is called must be one of the names that fit."""
    for pattern, body in WRONG[key]:
        one = assessed(key, body, hints=True)
        assert one.score < one.exercise.points, body
        first = one.diagnosis[0].misconception if one.diagnosis else ""
        _TOLD.append((key, pattern, first))
        assert not (pattern and first) or re.search(pattern, first), (body, first)


def test_nine_in_ten_mistakes_get_a_hint() -> None:
    """Of those that were assessed before, in the same run."""
    if len(_TOLD) < sum(map(len, WRONG.values())):
        pytest.skip("needs the whole corpus")
    asked = [first for _, pattern, first in _TOLD if pattern]
    assert sum(map(bool, asked)) >= 0.9 * len(asked)


@pytest.mark.parametrize("key", CHANGED)
def test_a_changed_reference_loses_points_and_its_first_hint_fits(key: str) -> None:
    """Seeds set inside, gradients cut between layers, samples that meet in train mode: everything else is right."""
    name, _, exercise_key = key.partition(" ")
    assignment = COURSE.assignment(name)
    exercise = assignment.exercise(exercise_key)
    file = f"{exercise.module}.py"
    for label, pattern, *changes in CHANGED[key]:
        source = assignment.reference_files()[file].decode()
        for old, new in changes:
            assert old in source, label
            source = source.replace(old, new)
        one = by_itself(assignment, exercise, {**assignment.reference_files(), file: source.encode()}, hints=True)
        assert 0.7 * exercise.points < one.score < exercise.points, label
        first = one.diagnosis[0].misconception if one.diagnosis else ""
        assert re.search(pattern, first), (label, first)
