"""Where the course is and what it is made of, without importing anything heavy."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from autograder.errors import GraderError, UsageError
from autograder.outline import TRAINING, WRITTEN, Item, read_items

ASSIGNMENTS = ("warmup", "autoregressive", "vae", "gan", "flows", "diffusion", "frontier")
"""The order in which the course teaches them; assignments that are not there are left out."""

ROOT_VARIABLE = "AUTOGRADER_COURSE"


@dataclass(frozen=True)
class Outline:
    """An assignment as its outline lists it."""

    name: str
    items: tuple[Item, ...]

    @property
    def modules(self) -> tuple[str, ...]:
        """The assignment's modules, in order."""
        return tuple(dict.fromkeys(item.room for item in self.items if item.room not in (WRITTEN, TRAINING)))

    @property
    def expected_files(self) -> frozenset[str]:
        """The files that a submission holds."""
        return frozenset(f"{module}.py" for module in self.modules)

    @property
    def results(self) -> int:
        """How many exercises a complete result lists."""
        return sum(item.room != TRAINING for item in self.items)

    def find(self, key: str) -> Item:
        """Return an exercise by id, ``module.name`` or plain name; raises :class:`UsageError` for unknown ones."""
        for item in self.items:
            if item.room in self.modules and key in (f"{self.name}.{item.key}", item.key, item.name):
                return item
        known = [f"{self.name}.{item.key}" for item in self.items if item.room in self.modules]
        raise UsageError(f"there is no exercise {key!r} in {self.name}", "--only", suggest(key, known))


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


def assignment_names(root: Path) -> list[str]:
    """The assignments that exist, in teaching order."""
    found = {path.parent.name for path in (root / "solutions").glob("*/outline.md")}
    return [name for name in ASSIGNMENTS if name in found] + sorted(found - set(ASSIGNMENTS))


def read_outline(root: Path, name: str) -> Outline:
    """Read one assignment's outline; raises :class:`UsageError` for unknown names."""
    known = assignment_names(root)
    if name not in known:
        raise UsageError(f"there is no assignment {name!r}", str(root / "solutions"), suggest(name, known))
    path = root / "solutions" / name / "outline.md"
    outline = Outline(name, tuple(read_items(path.read_text("utf-8"), str(path))))
    for module in outline.modules:
        if not (path.parent / f"{module}.py").is_file():
            raise GraderError(f"the outline names {module}.py, which does not exist", str(path))
    return outline


def suggest(name: str, known: Sequence[str]) -> str:
    """Name what was probably meant."""
    near = get_close_matches(name, known, n=3, cutoff=0.4) or list(known)[:12]
    return "did you mean " + ", ".join(near) + "?" if near else ""


def _possible_roots() -> Iterator[Path]:
    named = os.environ.get(ROOT_VARIABLE)
    if named:
        yield Path(named)
        return
    here = Path.cwd()
    yield from [here, *here.parents]
    yield Path(__file__).resolve().parents[1]
