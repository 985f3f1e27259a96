"""The outline of an assignment: its statement, and one line for everything that earns points.

::

    - `losses.gaussian_kl` [D2.1, H2]: closed-form KL divergence to the standard normal.
    - `losses.negative_elbo` [H4] uses `losses.reconstruction_loss`, `losses.gaussian_kl`: the training objective.
    - `concepts.peak_value` [14.19]: a short answer, graded like a function.
    - `written.posterior_collapse` [14.6]: prose, graded by hand; see written/posterior_collapse.md.
    - `training.mnist` [H4, 14.21] reserves 15 points: a training task.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from autograder.errors import GraderError, UsageError, suggest

_LINE = re.compile(
    r"^- `(?P<name>[\w.]+)` \[(?P<sources>[^\]]*)\](?: uses (?P<uses>[^:]+))?(?: reserves (?P<points>[\d.]+) points)?"
    r": (?P<title>.+)$",
    re.MULTILINE,
)

CONCEPTS = "concepts"
WRITTEN = "written"
TRAINING = "training"


@dataclass(frozen=True)
class Item:
    """One line of an outline."""

    room: str
    """The module, or ``written`` or ``training``."""
    name: str
    title: str
    sources: tuple[str, ...]
    uses: tuple[str, ...]
    reserved: float
    """Points that a training task takes; 0 elsewhere, where points sit on checks and rubrics."""

    @property
    def key(self) -> str:
        """``module.name``, as written."""
        return f"{self.room}.{self.name}"


def read_items(text: str, where: str) -> list[Item]:
    """Parse the lines of an outline; raises :class:`GraderError` for lines that look like one and are not."""
    for number, line in enumerate(text.splitlines(), 1):
        if re.match(r"^- `[\w]+\.[\w]+`", line) and not _LINE.match(line):
            raise GraderError(
                "the line does not have the form - `module.name` [sources]: title",
                f"{where}:{number}",
                "such as - `losses.gaussian_kl` [D2.1, H2]: closed-form KL divergence; the brackets hold sources that "
                "solutions/course.toml lists, or nothing",
            )
    return [_item(match) for match in _LINE.finditer(text)]


def number_of_points(number: float) -> str:
    """Points as a statement says them: ``4 points``, ``0.25 points``, ``1 point``."""
    return f"{number:g} point" + ("" if number == 1 else "s")


def replace_items(text: str, describe: dict[str, str]) -> str:
    """Replace every item's line by ``describe[module.name]``; items that are not in it vanish."""
    return _LINE.sub(lambda match: describe.get(match["name"], ""), text)


def _item(match: re.Match[str]) -> Item:
    room, name = match["name"].rsplit(".", 1)
    uses = tuple(use.strip("` ") for use in _split(match["uses"] or ""))
    return Item(room, name, match["title"].strip(), _split(match["sources"]), uses, float(match["points"] or 0))


def _split(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.replace(" ", ",").split(",") if part.strip())


def split_outline(text: str) -> list[tuple[str, list[Item]]]:
    """Return the outline as blocks of prose, each beginning with its heading if it has one, and the items below them."""
    blocks: list[tuple[str, list[Item]]] = []
    prose: list[str] = []
    for line in text.splitlines():
        item = _LINE.match(line)
        if item and (prose or not blocks):
            blocks.append(("\n".join(prose).strip(), []))
            prose = []
        if item:
            blocks[-1][1].append(_item(item))
        elif line.startswith("#") and any(prose):
            blocks.append(("\n".join(prose).strip(), []))
            prose = [line]
        elif line.strip() or prose:
            prose.append(line)
    return [*blocks, *([("\n".join(prose).strip(), [])] if any(prose) else [])]


@dataclass(frozen=True)
class Outline:
    """An assignment as its outline lists it."""

    name: str
    items: tuple[Item, ...]
    title: str = ""
    """Its heading."""

    @functools.cached_property
    def modules(self) -> tuple[str, ...]:
        """The assignment's modules, in order."""
        return tuple(dict.fromkeys(item.room for item in self.items if item.room not in (WRITTEN, TRAINING)))

    @functools.cached_property
    def expected_files(self) -> frozenset[str]:
        """The files that a submission holds."""
        return frozenset(f"{module}.py" for module in self.modules)

    @property
    def results(self) -> int:
        """How many exercises a complete result lists, besides training tasks."""
        return sum(item.room != TRAINING for item in self.items)

    def training(self, key: str) -> Item | None:
        """Return a training task by id, ``training.name`` or plain name; None where there is none."""
        tasks = (item for item in self.items if item.room == TRAINING)
        return next((item for item in tasks if key in (f"{self.name}.{item.key}", item.key, item.name)), None)

    def find(self, key: str) -> Item:
        """Return an exercise by id, ``module.name`` or plain name; raises :class:`UsageError` for unknown ones."""
        for item in self.items:
            if item.room in self.modules and key in (f"{self.name}.{item.key}", item.key, item.name):
                return item
        known = [f"{self.name}.{item.key}" for item in self.items if item.room in self.modules]
        raise UsageError(f"there is no exercise {key!r} in {self.name}", "--only", suggest(key, known))
