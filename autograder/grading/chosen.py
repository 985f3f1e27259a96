"""What of an assignment a run grades."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograder.course.assignment import Assignment, Exercise
from autograder.grading.options import GradeOptions

if TYPE_CHECKING:
    from autograder.training.task import Task


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
