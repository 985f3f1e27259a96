"""Visible checks that somebody has deleted: what passes without them is less than it seems."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path

from autograder.plaintext import listed

_EXERCISE = re.compile(r"^- `(\w+)\.(\w+)` \(", re.MULTILINE)
"""As the README of an assignment lists them."""


def missing_checks(folder: Path, covered: Collection[str], elsewhere: Collection[Path]) -> str:
    """Return what is not checked and why, as one line; empty where nothing is missed.

    Args:
        folder: where the checks were found.
        covered: exercises that these check, as ``losses.gaussian_kl``.
        elsewhere: other folders that may have the same assignment's checks.
    """
    readme = folder / "README.md"
    text = readme.read_text(encoding="utf-8", errors="replace") if readme.is_file() else ""
    pairs = [(module, name) for module, name in _EXERCISE.findall(text) if f"{module}.{name}" not in covered]
    here = {test.name for test in folder.glob("test_*.py")}
    others = {place: sorted({test.name for test in place.glob("test_*.py")} - here) for place in elsewhere}
    place = next((place for place, names in others.items() if names), None)
    if place is None and not pairs:
        return ""
    checked = {key.partition(".")[0] for key in covered}
    files = others[place] if place else sorted({f"test_{one}{'_*' if one in checked else ''}.py" for one, _ in pairs})
    exercises = listed([f"{module}.{name}" for module, name in pairs], 4) or "some exercises"
    verb, it = ("is", "it") if len(files) == 1 else ("are", "them")
    remedy = f"copy {it} from {place}" if place else f"copy {it} from what your course handed out"
    return f"not checked: {exercises}, because {listed(files)} {verb} not here ({remedy})"
