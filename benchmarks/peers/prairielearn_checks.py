"""The tests that pytest-prairielearn-grader collects; ``with_prairielearn.py`` copies this file beside the student's."""

from __future__ import annotations

import builtins
import types
from typing import Any

import pytest
from common import ASSIGNMENT, EXERCISES, points
from pytest_prairielearn_grader import ConfigObject
from pytest_prairielearn_grader.fixture import FeedbackFixture, StudentFixture

from autograder.course.assignment import Exercise
from autograder.runtime.module_space import ModuleSpace
from autograder.sessions.local import LocalSession

SECONDS = 30.0
# Without a list of its own it withholds ``sum`` and ``any`` from students.
autograder_config = ConfigObject(sandbox_timeout=SECONDS, builtin_whitelist=dir(builtins))


class InSandbox(ModuleSpace):
    """Modules whose functions are called in the sandbox."""

    def __init__(self, sandbox: StudentFixture) -> None:
        super().__init__({}, ASSIGNMENT.modules, "sandboxed_")
        self._sandbox = sandbox

    def module(self, name: str) -> types.ModuleType:
        """A stand-in with the assignment's functions."""
        shown = types.ModuleType(name)
        for exercise in ASSIGNMENT.exercises:
            if exercise.module == name:
                setattr(shown, exercise.name, self._function(exercise.name))
        return shown

    def _function(self, name: str) -> Any:
        def call(*args: Any, **kwargs: Any) -> Any:
            return self._sandbox.query_function(name, *args, query_timeout=SECONDS, **kwargs)

        return call


def _parameters() -> list[Any]:
    return [pytest.param(one, id=one.key, marks=pytest.mark.grading_data(name=one.key, points=one.points)) for one in EXERCISES]


@pytest.mark.parametrize("exercise", _parameters())
def test_exercise(exercise: Exercise, module_sandbox: StudentFixture, feedback: FeedbackFixture) -> None:
    """Every check of an exercise."""
    score = points(exercise, lambda: LocalSession(InSandbox(module_sandbox)))
    feedback.set_score_final(score / exercise.points)
