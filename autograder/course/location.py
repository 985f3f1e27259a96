"""Where the course is and what it is made of, without importing anything heavy."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from autograder.course.manifest import read_manifest
from autograder.course.outline import Outline, read_items
from autograder.errors import GraderError, UsageError, suggest
from autograder.runtime.stand_ins.toys import FILE as TOYS

ROOT_VARIABLE = "AUTOGRADER_COURSE"


def find_root(root: Path | None = None) -> Path:
    """Return the course's root: ``root``, the one that ``AUTOGRADER_COURSE`` names, or the one around the working folder.

    Raises :class:`UsageError` when there is none.
    """
    for candidate in [root] if root else list(_possible_roots()):
        if any((candidate / "solutions").glob("*/outline.md")):
            return candidate.resolve()
    raise UsageError(
        "no course found here (a folder with solutions/<assignment>/outline.md)", str(root or Path.cwd()),
        f"run inside the course's repository or set {ROOT_VARIABLE} to it",
    )  # fmt: skip


def remark_on_root(root: Path) -> str:
    """A sentence where nobody has chosen the course: it is only where this package is installed. Empty otherwise."""
    if os.environ.get(ROOT_VARIABLE) or Path.cwd().resolve().is_relative_to(root):
        return ""
    return f"the course is {root}, where this package is installed ({ROOT_VARIABLE}=DIR names another)"


def assignment_names(root: Path) -> list[str]:
    """Return the assignments that exist: those that ``course.toml`` lists, in its order, then the others by name.

    One that is listed and not there yet is left out.
    """
    found = {path.parent.name for path in (root / "solutions").glob("*/outline.md")}
    planned = read_manifest(root).assignments
    return [name for name in planned if name in found] + sorted(found - set(planned))


def read_outline(root: Path, name: str) -> Outline:
    """Read one assignment's outline; raises :class:`UsageError` for unknown names."""
    known = assignment_names(root)
    if name not in known:
        raise UsageError(f"there is no assignment {name!r}", str(root / "solutions"), suggest(name, known))
    path = root / "solutions" / name / "outline.md"
    text = path.read_text("utf-8")
    title = next((line.removeprefix("# ").strip() for line in text.splitlines() if line.startswith("# ")), name)
    outline = Outline(name, tuple(read_items(text, str(path))), title)
    for module in outline.modules:
        if not (path.parent / f"{module}.py").is_file():
            raise GraderError(f"the outline names {module}.py, which does not exist", str(path))
        if f"{module}.py" == TOYS:
            raise GraderError(f"{TOYS} is for the small modules of checks", str(path), "give the exercises' file another name")
    return outline


def _possible_roots() -> Iterator[Path]:
    named = os.environ.get(ROOT_VARIABLE)
    if named:
        yield Path(named)
        return
    here = Path.cwd()
    yield from [here, *here.parents]
    yield Path(__file__).resolve().parents[2]
