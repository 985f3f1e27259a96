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

What two classes of a submission have in common, because one inherits from the other or both from a third, cannot be replaced:
it works on methods that are the submission's own. There a check says whose fault its failing is (`methods=` of `@check`):
where the same method breaks the same law in both, one is charged, that which the method comes from or the first.

A helper of the submission's own that several exercises call is charged in each of them. No correct version of it exists that
could be lent, since nobody but its author knows what it was to compute; and without one there is no telling whether what calls
it would be right otherwise. That the same mistake is recognised in all of them does not decide it either: marks would hang on
which mistakes have a hint, and whoever puts a whole assignment into one wrong helper would be charged once for everything.

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
