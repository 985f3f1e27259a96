"""Which exercise, question or task covers which item of the course's sources."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.course.course import Course

SOURCE_ITEMS: tuple[str, ...] = (
    *(f"E{number}" for number in range(1, 11)),
    *(f"T{number}" for number in range(1, 14)),
    *(f"14.{number}" for number in range(1, 34)),
    *(f"H{number}" for number in range(1, 5)),
    *(f"D2.{number}" for number in range(1, 5)),
)
"""Exercises notebook, theory notebook, textbook chapter 14, homework 1, course part two."""


@dataclass(frozen=True)
class Cover:
    """One thing that covers a source item."""

    id: str
    graded: str
    """How it is graded, in words."""


def coverage(course: Course) -> dict[str, list[Cover]]:
    """Map every source item to what covers it, in the order of the sources; nothing means an empty list."""
    table: dict[str, list[Cover]] = {item: [] for item in SOURCE_ITEMS}
    for name in course.names():
        assignment = course.assignment(name)
        covers = [(exercise.sources, Cover(exercise.id, "automatically")) for exercise in assignment.exercises]
        covers += [(question.sources, Cover(question.id, "by hand, with a rubric")) for question in assignment.written]
        covers += [(task.sources, Cover(task.id, "training task")) for task in assignment.training]
        for sources, cover in covers:
            for source in sources:
                table.setdefault(source, []).append(cover)
    return table


def unknown_items(course: Course) -> list[str]:
    """Source items named in outlines that the sources do not have: misspelt tags."""
    return [item for item in coverage(course) if item not in SOURCE_ITEMS]
