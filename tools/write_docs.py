"""Writes the generated documents: ``docs/consequences.md``."""

from __future__ import annotations

from autograder.atomic import write_atomically
from autograder.audit.consequences import table
from autograder.course.course import open_course


def main() -> None:
    """Write them."""
    course = open_course()
    path = course.root / "docs" / "consequences.md"
    path.parent.mkdir(exist_ok=True)
    write_atomically(path, table(course))
    print(path)


if __name__ == "__main__":
    main()
