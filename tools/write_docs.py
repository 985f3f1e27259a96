"""Writes the generated documents: ``docs/consequences.md`` and ``docs/result.schema.json``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from autograder.atomic import write_atomically
from autograder.audit.consequences import table
from autograder.course.course import open_course
from autograder.results.json_schema import json_schema

FOLDER = Path(__file__).resolve().parents[1] / "docs"


def documents() -> Mapping[Path, str]:
    """The text of every generated document, by its path."""
    return {FOLDER / "consequences.md": table(open_course()), FOLDER / "result.schema.json": json_schema()}


def main() -> None:
    """Write them."""
    for path, text in documents().items():
        write_atomically(path, text)
        print(path)


if __name__ == "__main__":
    main()
