"""The outline of an assignment: its statement, and one line for everything that earns points.

::

    - `losses.gaussian_kl` [D2.1, H2]: closed-form KL divergence to the standard normal.
    - `losses.negative_elbo` [H4] uses `losses.reconstruction_loss`, `losses.gaussian_kl`: the training objective.
    - `concepts.peak_value` [14.19]: a short answer, graded like a function.
    - `written.posterior_collapse` [14.6]: prose, graded by hand; see written/posterior_collapse.md.
    - `training.mnist` [H4, 14.21] reserves 15 points: a training task.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import GraderError

_LINE = re.compile(
    r"^- `(?P<name>[\w.]+)` \[(?P<sources>[^\]]*)\](?: uses (?P<uses>[^:]+))?(?: reserves (?P<points>[\d.]+) points)?"
    r": (?P<title>.+)$",
    re.MULTILINE,
)
_CRITERION = re.compile(r"^- (?P<points>[\d.]+) points?: (?P<text>.+(?:\n  .+)*)$", re.MULTILINE)

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


@dataclass(frozen=True)
class WrittenQuestion:
    """A question whose answer is prose, a derivation or a drawing, graded by hand."""

    id: str
    title: str
    sources: tuple[str, ...]
    prompt: str
    rubric: tuple[tuple[float, str], ...]
    """Points and criterion."""
    model_answer: str

    @property
    def points(self) -> float:
        """What the rubric adds up to."""
        return sum(points for points, _ in self.rubric)


@dataclass(frozen=True)
class TrainingTask:
    """A training task's name, sources and share of the points."""

    id: str
    title: str
    sources: tuple[str, ...]
    points: float


def read_items(text: str, where: str) -> list[Item]:
    """Parse the lines of an outline; raises :class:`GraderError` for lines that look like one and are not."""
    for number, line in enumerate(text.splitlines(), 1):
        if re.match(r"^- `[\w]+\.[\w]+`", line) and not _LINE.match(line):
            raise GraderError(
                "the line does not have the form - `module.name` [sources]: title",
                f"{where}:{number}",
                "see autograder/outline.py",
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


def read_written(path: Path, identifier: str, item: Item) -> WrittenQuestion:
    """Parse ``written/<key>.md``: a title, the prompt, ``## Rubric`` and ``## Model answer``."""
    if not path.is_file():
        raise GraderError("the outline names a written question without a file", str(path))
    text = path.read_text("utf-8")
    parts = re.split(r"^## (Rubric|Model answer)\s*$", text, flags=re.MULTILINE)
    sections = dict(zip(parts[1::2], parts[2::2], strict=True))
    rubric = tuple((float(m["points"]), " ".join(m["text"].split())) for m in _CRITERION.finditer(sections.get("Rubric", "")))
    answer = sections.get("Model answer", "").strip()
    if not rubric or not answer:
        raise GraderError("a written question needs '## Rubric' with '- N points: …' lines and '## Model answer'", str(path))
    prompt = re.sub(r"\A# .*\n", "", parts[0]).strip()
    return WrittenQuestion(identifier, item.title, item.sources, prompt, rubric, answer)


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
