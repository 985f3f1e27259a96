"""Training tasks: what of a student's code trains, what the grader measures of it, and what that is worth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograder.imports import names_on_demand

if TYPE_CHECKING:
    from autograder.scores.levels import Level, Window
    from autograder.training.run import TrainingRun
    from autograder.training.task import Finding, Score

__all__ = ["Finding", "Level", "Score", "TrainingRun", "Window"]

__getattr__ = names_on_demand(
    __name__,
    {
        "Finding": "autograder.training.task",
        "Level": "autograder.scores.levels",
        "Score": "autograder.training.task",
        "TrainingRun": "autograder.training.run",
        "Window": "autograder.scores.levels",
    },
)
