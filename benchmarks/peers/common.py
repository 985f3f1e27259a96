"""What all peers are given: the exercises of an assignment and what one submission earns in each, in this process."""

from __future__ import annotations

import json
import os
import types
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from autograder.assessment.outcomes import Outcome
from autograder.assessment.runner import RunOptions, earned, run_checks
from autograder.course.assignment import Exercise
from autograder.course.course import open_course
from autograder.runtime.module_space import ModuleSpace
from autograder.sessions.local import LocalSession

ASSIGNMENT = open_course(Path(__file__).resolve().parents[2]).assignment(os.environ["PEER_ASSIGNMENT"])
_ONLY = os.environ.get("PEER_EXERCISES", "").split()
EXERCISES = [one for one in ASSIGNMENT.exercises if not _ONLY or one.key in _ONLY]
"""What is graded: all, or those that ``PEER_EXERCISES`` names."""


def submitted_session() -> LocalSession:
    """The submission's files, loaded into this process."""
    home = Path(os.environ["PEER_SUBMISSION"])
    files = {path.name: path.read_bytes() for path in home.glob("*.py")}
    return LocalSession(ModuleSpace(files, ASSIGNMENT.modules, "submitted_"))


def notebook_session(namespace: Mapping[str, Any]) -> Callable[[], LocalSession]:
    """What a notebook has defined so far, as every one of the assignment's modules."""

    class Notebook(ModuleSpace):
        def module(self, name: str) -> types.ModuleType:
            shown = types.ModuleType(name)
            shown.__dict__.update(namespace)
            return shown

    return lambda: LocalSession(Notebook({}, ASSIGNMENT.modules, "notebook_"))


def outcomes_of(exercise: Exercise, open_session: Callable[[], LocalSession] = submitted_session) -> list[Outcome]:
    """What became of each check of an exercise."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return run_checks(ASSIGNMENT, exercise.checks, open_session, RunOptions())  # type: ignore[arg-type]


def points(exercise: Exercise, open_session: Callable[[], LocalSession] = submitted_session) -> float:
    """What the submission earns in an exercise."""
    return float(earned(exercise, outcomes_of(exercise, open_session)))


def told(score: float) -> None:
    """Write the score where the driver of the comparison looks for it, as a platform's results file."""
    Path(os.environ["PEER_RESULT"]).write_text(json.dumps({"score": score}))
