"""Which exercise builds on which: where a mistake could be charged twice, and is not."""

from __future__ import annotations

from collections.abc import Iterator

from autograder.course.assignment import Assignment, Exercise
from autograder.course.course import Course

_HEAD = """# Consequential errors

When a check of the exercise on the left fails and a piece on the right has findings of its own, the check is repeated, on fresh
inputs, with a correct version of that piece in its place. What then passes, counts: a mistake is charged where it was made.
Pieces are functions and classes of modules, at any distance: a piece that is wrong only because of its own pieces is used as
it is, with correct versions of those. Of a class, parameters live beside the student's code and methods are evaluated by the
grader. An exercise that has all its points back gets no hint.

The table is what references build on. A submission builds on more where its own code calls another exercise's function, which
is read off its files (`assessment/own_calls.py`): that function is replaced likewise if it is begun, but not in a circle, nor
in what it builds on by the table.

| exercise | builds on | and through them on |
|---|---|---|
"""


def links(course: Course) -> Iterator[tuple[Assignment, Exercise, Exercise]]:
    """Yield ``(assignment, exercise, piece)`` for everything that an exercise builds on, directly or not."""
    for name in course.names():
        assignment = course.assignment(name)
        for exercise in assignment.exercises:
            for piece in assignment.pieces_of(exercise):
                yield assignment, exercise, piece


def table(course: Course) -> str:
    """The links as a markdown table."""
    rows: dict[str, tuple[list[str], list[str]]] = {}
    for _, exercise, piece in links(course):
        near, far = rows.setdefault(exercise.id, ([], []))
        (near if piece.key in exercise.uses else far).append(f"`{piece.key}`")
    return _HEAD + "".join(f"| `{name}` | {', '.join(near)} | {', '.join(far)} |\n" for name, (near, far) in rows.items())
