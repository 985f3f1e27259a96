"""All feedback on one page: every misconception of every exercise as the student who holds it would read it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from autograder.assessment.assessed import Assessed
from autograder.assessment.exercise_results import exercise_result
from autograder.assessment.runner import RunOptions, run_checks
from autograder.course.assignment import Assignment, Exercise
from autograder.course.course import Course
from autograder.diagnosis.catalogue import catalogue
from autograder.diagnosis.matching import diagnose
from autograder.diagnosis.registry import Misconception
from autograder.reports.pages import render
from autograder.results.schema import ExerciseResult


@dataclass(frozen=True)
class Sample:
    """One misconception and the result that it gets."""

    belief: str
    name: str
    result: ExerciseResult

    @property
    def failed(self) -> list:
        """The checks that lost points."""
        return [check for check in self.result.checks if check.status != "passed"]

    @property
    def named_first(self) -> bool:
        """Whether its own hint ranks first."""
        return [diagnosis.misconception for diagnosis in self.result.diagnosis][:1] == [self.name]


def samples(assignment: Assignment) -> Iterator[tuple[Exercise, list[Sample]]]:
    """Run every variant of an assignment through its checks and its diagnosis."""
    known = catalogue(assignment)
    for exercise in assignment.exercises:
        yield exercise, [_sample(assignment, exercise, entry) for entry in known.misconceptions.get(exercise.key, [])]


def _sample(assignment: Assignment, exercise: Exercise, entry: Misconception) -> Sample:
    known = catalogue(assignment)
    session = known.variant_session(exercise, entry.variant)
    outcomes = run_checks(assignment, exercise.checks, lambda: session, RunOptions())
    hints = diagnose(known, exercise, known.variant_session(exercise, entry.variant))
    return Sample(entry.belief, entry.name, exercise_result(Assessed(exercise, outcomes, hints)))


def gallery_page(course: Course, names: Sequence[str]) -> str:
    """Render the page for the given assignments."""
    assignments = [(course.assignment(name), list(samples(course.assignment(name)))) for name in names]
    return render("gallery.html", assignments=assignments)
