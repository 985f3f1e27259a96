"""The assignments that a student has, as their own READMEs tell of them: a student has no course."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_EXERCISE = re.compile(r"^- `(?P<key>\w+\.\w+)` \((?P<points>[\d.]+) points?\): (?P<title>.+)$", re.MULTILINE)
_QUESTION = re.compile(r"^### (?P<title>.+) \((?P<points>[\d.]+) points?\)$", re.MULTILINE)
_TRAINING = re.compile(
    r"^- (?P<title>[^`\n]+.*) \((?P<points>[\d.]+) points?\)(?:: `autograder train (?P<key>[\w.]+)`)?$", re.MULTILINE
)


@dataclass(frozen=True)
class Line:
    """One thing that earns points."""

    key: str
    title: str
    points: float
    kind: str
    """``code``, ``written`` or ``training``."""


@dataclass(frozen=True)
class HandedOut:
    """An assignment's folder."""

    folder: Path
    title: str
    lines: tuple[Line, ...]

    @property
    def name(self) -> str:
        """As in commands."""
        return self.folder.name

    @property
    def points(self) -> float:
        """What its lines are worth."""
        return sum(line.points for line in self.lines)


def handed_out(here: Path) -> list[HandedOut]:
    """Return the assignments around a folder: it, those beside it, or those of an ``assignments/`` in or above it."""
    for place in (here, *here.parents):
        beside = [place.parent] if _read(place / "README.md") else []
        for folder in (place / "assignments", *beside, place):
            if found := [one for path in sorted(folder.glob("*/README.md")) if (one := _read(path)) is not None]:
                return found
    return []


def _read(readme: Path) -> HandedOut | None:
    """An assignment as its README lists it; None for any other README."""
    if not readme.is_file() or not any(readme.parent.glob("test_*.py")):
        return None
    text = readme.read_text(encoding="utf-8", errors="replace")
    exercises = [Line(one["key"], one["title"], float(one["points"]), "code") for one in _EXERCISE.finditer(text)]
    if not exercises:
        return None
    written = [Line("", one["title"], float(one["points"]), "written") for one in _QUESTION.finditer(text)]
    training = [Line(one["key"] or "", one["title"], float(one["points"]), "training") for one in _TRAINING.finditer(text)]
    title = next((line.removeprefix("# ").strip() for line in text.splitlines() if line.startswith("# ")), readme.parent.name)
    return HandedOut(readme.parent, title, (*exercises, *written, *training))
