"""What the tests of otter-grader import, in the student's kernel: whether a check passed."""

from __future__ import annotations

from typing import Any

from common import ASSIGNMENT, notebook_session, outcomes_of

from autograder.assessment.runner import earned

_OUTCOMES: dict[str, list[bool]] = {}


def passed(key: str, number: int, namespace: dict[str, Any]) -> bool:
    """Whether a check of an exercise passed and counts: its exercise earns something."""
    if key not in _OUTCOMES:
        exercise = ASSIGNMENT.exercise(key)
        outcomes = outcomes_of(exercise, notebook_session(namespace))
        _OUTCOMES[key] = [outcome.passed and earned(exercise, outcomes) > 0 for outcome in outcomes]
    return _OUTCOMES[key][number]
