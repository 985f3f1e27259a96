"""Which exercise, question or task covers which item of the course's sources."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.course.course import Course


@dataclass(frozen=True)
class Cover:
    """One thing that covers a source item."""

    id: str
    graded: str
    """How it is graded, in words."""


def coverage(course: Course) -> dict[str, list[Cover]]:
    """Map every source item of ``course.toml`` to what covers it; nothing means an empty list.

    Items that only outlines name come after those.
    """
    table: dict[str, list[Cover]] = {item: [] for item in course.manifest().source_items}
    for name in course.names():
        assignment = course.described(name)
        covers = [(exercise.sources, Cover(exercise.id, "automatically")) for exercise in assignment.exercises]
        covers += [(question.sources, Cover(question.id, "by hand, with a rubric")) for question in assignment.written]
        covers += [(task.sources, Cover(task.id, "training task")) for task in assignment.training]
        for sources, cover in covers:
            for source in sources:
                table.setdefault(source, []).append(cover)
    return table


def unknown_items(course: Course) -> list[str]:
    """Source items named in outlines that the sources do not have: misspelt tags; none where no sources are listed."""
    known = course.manifest().source_items
    return [item for item in coverage(course) if item not in known] if known else []
