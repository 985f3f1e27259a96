"""Training tasks in this process, in few steps, on the digits that stand in for MNIST: for tests of forgeries."""

from __future__ import annotations

from typing import Any

import pytest

from autograder.course.course import open_course
from autograder.training.grade import Trained, TrainingOptions, train_modules
from autograder.training.task import find_task
from autograder.training.worlds import DataSource

SOURCE = DataSource(download=False, stand_in=True)


def trained(
    monkeypatch: pytest.MonkeyPatch, assignment: str, name: str, changed: dict[str, str], key: str = "test", **constants: Any
) -> Trained:
    """A run of a task on the reference with some files exchanged; ``constants`` replace those of the task's file."""
    course = open_course().assignment(assignment)
    task = find_task(course, name)
    for constant, value in constants.items():
        monkeypatch.setitem(task.measure.__globals__, constant, value)
    files = {**course.reference_files(), **{f"{module}.py": text.encode() for module, text in changed.items()}}
    return train_modules(course, task, files, TrainingOptions(key, SOURCE))


def credits_of(run: Trained) -> dict[str, float]:
    """The share of its points that each score earned."""
    return {check.name: check.score / check.max_score for check in run.result.checks}


def messages(run: Trained) -> str:
    """What the result says."""
    return " ".join(check.message for check in run.result.checks)
