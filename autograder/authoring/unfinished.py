"""What the pieces of an exercise still lack: lines that say ``TODO module.name: what to write``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from autograder.course.assignment import Assignment

_TODO = re.compile(r"\bTODO\b(?: (?P<key>\w+\.\w+):)?\s*(?P<what>.*)")
_ENDS = re.compile(r'[`"\').\]}:;, ]+$')


@dataclass(frozen=True)
class Unfinished:
    """One line of an assignment's files that somebody has still to write."""

    place: str
    """File and line, below ``solutions/``."""
    key: str
    """The exercise as ``module.name``; empty where the line names none."""
    what: str
    """What is to be done."""


def unfinished(assignment: Assignment) -> Iterator[Unfinished]:
    """Yield every line with a TODO in the Python files and texts of ``solutions/<assignment>/``."""
    paths = [path for suffix in ("md", "py") for path in assignment.folder.rglob(f"*.{suffix}")]
    for path in sorted(paths):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            if found := _TODO.search(line):
                place = f"{path.relative_to(assignment.folder.parent).as_posix()}:{number}"
                yield Unfinished(place, found["key"] or "", _ENDS.sub("", found["what"]) or "finish this")
