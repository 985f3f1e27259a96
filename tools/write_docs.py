"""Writes the generated documents: consequences, the schema of results, and the figures of the audit where they are shown."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import audit_figures

from autograder.atomic import write_atomically
from autograder.audit.consequences import table
from autograder.course.course import open_course
from autograder.results.json_schema import json_schema

FOLDER = Path(__file__).resolve().parents[1] / "docs"


def documents() -> Mapping[Path, str]:
    """The text of every generated document, by its path."""
    own = {FOLDER / "consequences.md": table(open_course()), FOLDER / "result.schema.json": json_schema()}
    return own | audit_figures.documents()


def main() -> None:
    """Write them."""
    for path, text in documents().items():
        write_atomically(path, text)
        print(path)


if __name__ == "__main__":
    main()
