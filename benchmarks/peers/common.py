"""What all peers are given: the exercises of an assignment and what one submission earns in each, in this process."""

from __future__ import annotations

import os
import warnings
from pathlib import Path

from autograder.assessment.runner import RunOptions, earned, run_checks
from autograder.course.assignment import Exercise
from autograder.course.course import open_course
from autograder.runtime.module_space import ModuleSpace
from autograder.sessions.local import LocalSession

ASSIGNMENT = open_course(Path(__file__).resolve().parents[2]).assignment(os.environ["PEER_ASSIGNMENT"])
_HOME = Path(os.environ["PEER_SUBMISSION"])
_FILES = {path.name: path.read_bytes() for path in _HOME.glob("*.py")}


def points(exercise: Exercise) -> float:
    """What the submission earns in an exercise."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        outcomes = run_checks(ASSIGNMENT, exercise.checks, _session, RunOptions())
    return float(earned(exercise, outcomes))


def _session() -> LocalSession:
    return LocalSession(ModuleSpace(_FILES, ASSIGNMENT.modules, "submitted_"))
