"""What a result depends on besides the files: the options of a grading run."""

from __future__ import annotations

import functools
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from autograder.sandbox.zygote_settings import MEMORY_MB
from autograder.sessions.budget import CHECK_SECONDS

if TYPE_CHECKING:
    from autograder.course.assignment import Assignment, Exercise
    from autograder.training.task import Task

Isolation = Literal["full", "strict", "best", "none"]
Device = Literal["auto", "cpu", "cuda"]
Budget = Literal["smoke", "full"]
Training = Literal["with", "without", "only"]
"""Whether training tasks run: with the checks, not at all, or alone in the result."""


@dataclass(frozen=True)
class GradeOptions:
    """Everything besides the files that a result depends on."""

    seed: int = 0
    only: tuple[str, ...] = ()
    isolation: Isolation = "strict"
    time_limit: float = CHECK_SECONDS
    memory_limit_mb: int = MEMORY_MB
    device: Device = "auto"
    training: Training = "without"
    budget: Budget = "smoke"
    """Whether checkpoints of the full budget are scored beside the training tasks."""
    data: Path | None = None
    """The folder of data sets; None for `AUTOGRADER_DATA`, else the user's cache, filled by a download."""


def fresh_seed() -> int:
    """A secret seed for one run: whoever knew it could know hidden inputs beforehand."""
    return secrets.randbelow(2**53)  # whole in JSON, whoever reads it


@functools.cache
def seed_of_this_process() -> int:
    """The seed of everything that this process grades where none is asked for."""
    return fresh_seed()


def chosen_tasks(assignment: Assignment, options: GradeOptions) -> tuple[Task, ...]:
    """The training tasks that the options ask for."""
    if options.training == "without":
        return ()
    from autograder.training.task import named, training_tasks  # whoever runs checks alone need not wait for it

    tasks = training_tasks(assignment)
    if not options.only:
        return tasks
    return tuple(task for task in tasks if named(task.id) & set(options.only))


def chosen_exercises(assignment: Assignment, only: tuple[str, ...]) -> tuple[Exercise, ...]:
    """The exercises that ``--only`` names, in the assignment's order; all when it names nothing."""
    if not only:
        return assignment.exercises
    wanted = {assignment.exercise(key).id for key in only if assignment.outline.training(key) is None}
    return tuple(exercise for exercise in assignment.exercises if exercise.id in wanted)
