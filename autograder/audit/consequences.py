"""Which exercise builds on which: where a mistake could be charged twice, and is not."""

from __future__ import annotations

from collections.abc import Iterator

from autograder.course.assignment import Assignment, Exercise
from autograder.course.course import Course

_HEAD = """# Consequential errors

When a check of the exercise on the left fails and a piece on the right has findings of its own, the check is repeated, on fresh
inputs, with a correct version of that piece in its place. What then passes, counts: a mistake is charged where it was made.
Pieces are functions; a class is compared with the student's own other methods instead.

| exercise | builds on |
|---|---|
"""


def links(course: Course) -> Iterator[tuple[Assignment, Exercise, Exercise]]:
    """Yield ``(assignment, exercise, piece)`` for every function that an exercise says it uses."""
    for name in course.names():
        assignment = course.assignment(name)
        for exercise in assignment.exercises:
            for key in exercise.uses:
                piece = assignment.exercise(key)
                if piece.kind == "function":
                    yield assignment, exercise, piece


def table(course: Course) -> str:
    """The links as a markdown table."""
    pieces: dict[str, list[str]] = {}
    for _, exercise, piece in links(course):
        pieces.setdefault(exercise.id, []).append(f"`{piece.key}`")
    return _HEAD + "".join(f"| `{identifier}` | {', '.join(names)} |\n" for identifier, names in pieces.items())
