"""A small nbgrader course in a temporary folder: the tiny assignment with a written question, and its exchange."""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tiny_course import OUTLINE, write_course

from autograder.course import Course
from autograder.notebooks.build import build_source

CANARY = "canary_9731"
"""Stands in the hidden checks, the rubric's neighbour and the model answer, and nowhere else."""

WRITTEN = f"""# Why double?

Explain why `double` is linear.

## Rubric

- 2 points: names additivity
- 1 point: names scaling

## Model answer

Because of {CANARY} and distributivity.
"""

CONFIG = """
from pathlib import Path
from autograder.notebooks.nbgrader_settings import configure
c = get_config()
configure(c, Path(__file__).parent)
c.CourseDirectory.course_id = "dgm"
c.Exchange.root = {exchange!r}
c.Exchange.cache = {cache!r}
c.ExternalScores.isolation = "best"
"""


@dataclass
class SmallCourse:
    """Where everything is."""

    root: Path
    name: str

    @property
    def exchange(self) -> Path:
        """The shared folder."""
        return self.root / "exchange"

    def submit(self, student: str, notebook: dict[str, Any] | bytes, name: str = "", timestamp: str = "") -> Path:
        """Put a notebook where `collect` puts it."""
        folder = self.root / "submitted" / student / self.name
        folder.mkdir(parents=True, exist_ok=True)
        data = notebook if isinstance(notebook, bytes) else json.dumps(notebook).encode()
        (folder / f"{name or self.name}.ipynb").write_bytes(data)
        if timestamp:
            (folder / "timestamp.txt").write_text(timestamp)
        return folder


def write_small_course(root: Path, name: str = "") -> SmallCourse:
    """Write solutions with canaries, the source notebook and nbgrader's configuration."""
    name = write_course(root, name)
    folder = root / "solutions" / name
    (folder / "outline.md").write_text(OUTLINE + "\n- `written.why` [S7]: why double is linear\n")
    (folder / "written").mkdir()
    (folder / "written" / "why.md").write_text(WRITTEN)
    for path in (folder / "hidden").glob("*.py"):
        path.write_text(path.read_text() + f"\n{CANARY} = '{CANARY}'\n")
    (root / "source" / name).mkdir(parents=True)
    (root / "source" / name / f"{name}.ipynb").write_text(build_source(Course(root).assignment(name)))
    course = SmallCourse(root, name)
    course.exchange.mkdir()
    course.exchange.chmod(0o777)
    (root / "nbgrader_config.py").write_text(CONFIG.format(exchange=str(course.exchange), cache=str(root / "cache")))
    return course


def solved(notebook: dict[str, Any], answers: dict[str, str], written: str | None = None) -> dict[str, Any]:
    """A released notebook with other sources in its solution cells, by plain name."""
    notebook = copy.deepcopy(notebook)
    for cell in notebook["cells"]:
        key = cell["id"].rpartition("-")[2]
        if cell["id"].startswith(("solution-", "setup-")) and key in answers:
            cell["source"] = answers[key]
        if cell["id"].startswith("answer-") and written is not None:
            cell["source"] = written
    return notebook


RIGHT = {
    "pieces": "import torch",
    "whole": "import torch\nfrom torch import nn",
    "double": "def double(x):\n    return x + x",
    "shift": "def shift(x, by=1.0):\n    return double(x) + by",
    "jitter": "def jitter(x):\n    return x + torch.randn_like(x)",
    "total": "def total(x, noisy=False):\n    return shift(jitter(x) if noisy else x).sum(-1)",
    "Scale": (
        "class Scale(nn.Module):\n    def __init__(self, start):\n        super().__init__()\n"
        "        self.weight = nn.Parameter(torch.tensor(start))\n\n    def forward(self, x):\n        return self.weight * x"
    ),
}
"""Solutions by plain name, other than the reference's."""

SQUARED = RIGHT | {"double": "def double(x):\n    return x * x"}
"""With a known misconception."""
