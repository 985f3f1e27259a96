"""What an instructor puts into a hidden folder for stock nbgrader: the graded cells import it, in the student's kernel.

The same check functions as in ``solutions/``, visible and hidden, with the same number of examples, run directly on what
the notebook defines. No walls, no diagnosis, no figures, no messages: the least that gives the same points.
"""

from __future__ import annotations

import os
import types
import warnings
from collections.abc import Callable
from typing import Any

from autograder.assessment.runner import RunOptions, earned, run_checks
from autograder.course.course import open_course
from autograder.runtime.module_space import ModuleSpace
from autograder.sessions.local import LocalSession

ASSIGNMENT = open_course().assignment(os.environ["STOCK_ASSIGNMENT"])


def points(exercise_id: str, namespace: dict[str, Any]) -> float:
    """The points that what the notebook defines now earns in an exercise: nbgrader's partial credit."""
    exercise = ASSIGNMENT.exercise(exercise_id)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # any line on stderr costs all points of a cell
        outcomes = run_checks(ASSIGNMENT, exercise.checks, _sessions(namespace), RunOptions())  # type: ignore[arg-type]
    return float(earned(exercise, outcomes))  # a whole number would be full marks


def _sessions(namespace: dict[str, Any]) -> Callable[[], LocalSession]:
    class Notebook(ModuleSpace):
        def module(self, name: str) -> types.ModuleType:
            shown = types.ModuleType(name)
            shown.__dict__.update(namespace)
            return shown

    return lambda: LocalSession(Notebook({}, ASSIGNMENT.modules, "notebook_"))
