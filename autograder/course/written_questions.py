"""Written questions and training tasks of an outline."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from autograder.course.outline import Item
from autograder.errors import GraderError

_CRITERION = re.compile(r"^- (?P<points>[\d.]+) points?: (?P<text>.+(?:\n  .+)*)$", re.MULTILINE)


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
