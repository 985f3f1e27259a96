"""One exercise with what became of its checks, and how that is written down."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.assessment.outcomes import Outcome
from autograder.assessment.runner import earned
from autograder.course.assignment import Exercise
from autograder.results.schema import Diagnosis


@dataclass
class Assessed:
    """One exercise with what became of its checks."""

    exercise: Exercise
    outcomes: list[Outcome]
    diagnosis: list[Diagnosis]
    note: str = ""
    memorised: bool = False
    """Whether it is right at the published inputs and nowhere else."""

    @property
    def score(self) -> float:
        """Points earned."""
        return 0.0 if self.memorised else earned(self.exercise, self.outcomes)

    @property
    def begun(self) -> bool:
        """Whether there is something to look at, as the visible checks have it."""
        visible = [outcome for outcome in self.outcomes if outcome.check.visibility == "visible"] or self.outcomes
        return any(outcome.status != "missing" for outcome in visible)

    @property
    def complete(self) -> bool:
        """Whether every check passed."""
        return all(outcome.passed for outcome in self.outcomes)
