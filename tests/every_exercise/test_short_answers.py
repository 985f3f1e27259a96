"""Short answers cannot be guessed: one word, or one number, everywhere earns nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from autograder.assessment.runner import RunOptions, earned, run_checks
from autograder.course.assignment import Assignment, Exercise
from autograder.course.course import open_course
from autograder.diagnosis.catalogue import catalogue


def short_answers(assignment: Assignment) -> list[Exercise]:
    """The questions of one assignment."""
    return [exercise for exercise in assignment.exercises if exercise.kind == "short_answer"]


def points(assignment: Assignment, exercise: Exercise, variant: Callable[[], Any]) -> float:
    """What an answer earns, everything else being right."""
    session = catalogue(assignment).variant_session(exercise, variant)
    return earned(exercise, run_checks(assignment, exercise.checks, lambda: session, RunOptions()))


def guesses(right: Any) -> Iterator[Any]:
    """Answers of the right form that take no thought."""
    keys = right if isinstance(right, dict) else {}
    words = {value for value in keys.values() if isinstance(value, str)}
    for guess in (0.0, 1.0, 0.5, *words):
        yield dict.fromkeys(keys, guess) if keys else guess
    yield from ({}, None, "", [])


@pytest.mark.parametrize("name", open_course().names())
def test_guess_earns_nothing(name: str) -> None:
    """A table filled with one word or one number must not earn a point, whatever the word or number."""
    assignment = open_course().assignment(name)
    for exercise in short_answers(assignment):
        right = getattr(assignment.reference("concepts"), exercise.name)()
        for guess in guesses(right):
            assert points(assignment, exercise, lambda guess=guess: guess) == 0, (exercise.id, guess)


@pytest.mark.parametrize("name", open_course().names())
def test_right_answer_may_be_given_to_five_digits(name: str) -> None:
    """A table of numbers may be typed in by hand: rounded to five significant digits it earns everything."""
    assignment = open_course().assignment(name)
    for exercise in short_answers(assignment):
        right = getattr(assignment.reference("concepts"), exercise.name)()
        if isinstance(right, dict):
            rounded = {key: float(f"{x:.5g}") if isinstance(x, float) else x for key, x in right.items()}
            assert points(assignment, exercise, lambda rounded=rounded: rounded) == exercise.points, exercise.id
