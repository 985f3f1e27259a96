"""A small nbgrader course in a temporary folder: the tiny assignment with a written question, and its exchange."""

from __future__ import annotations

import contextlib
import copy
import json
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tiny_course import write_course
from tiny_course_files import OUTLINE

from autograder.course.course import Course
from autograder.release.source_notebook import build_source

CANARY = "canary_9731"
"""Stands in the hidden checks and in the model answer, and nowhere else."""

CANARIES = (CANARY, "97310.5", "doubled_with_a_secret_name")
"""A name and an expected value of hidden checks, and a name of the reference."""

RUBRIC = ("names additivity", "names scaling")
"""What people who grade see, and students do not."""

HIDDEN_WITH_CANARY = f'''

{CANARY} = torch.tensor([48655.25])


@check("double", points=0.75, title="doubles large numbers")
def test_double_of_canary(candidate):
    """The double of a large number is wrong."""
    assert_close(candidate.double({CANARY}), torch.tensor([97310.5]))
'''

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
from autograder.gradebook.configuration import configure
c = get_config()
configure(c, Path(__file__).parent)
c.CourseDirectory.course_id = "dgm"
c.Exchange.root = {exchange!r}
c.Exchange.cache = {cache!r}
c.ExternalScores.isolation = "best"
c.LateSubmissionPlugin.penalty_method = "zero"
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


def read_json(path: Path) -> Any:
    """The content of a JSON file."""
    return json.loads(path.read_text("utf-8"))


def gradebook_rows(course: SmallCourse, *students: str) -> list[tuple[Any, ...]]:
    """Everything that the gradebook holds about these students' submissions, without ids."""
    with contextlib.closing(sqlite3.connect(course.root / "gradebook.db")) as database:
        rows: list[tuple[Any, ...]] = []
        for student in students:
            rows += database.execute(_SUBMISSION.format("s.timestamp, n.late_submission_penalty, n.flagged", ""), [student])
            for table, columns in (
                ("grade", "t.auto_score, t.manual_score, t.extra_credit, t.needs_manual_grade"),
                ("comment", "t.auto_comment, t.manual_comment"),
            ):
                join = f"JOIN {table} t ON t.notebook_id = n.id JOIN base_cell c ON c.id = t.cell_id"
                rows += database.execute(_SUBMISSION.format(f"c.name, {columns}", join) + " ORDER BY c.name", [student])
        return rows


_SUBMISSION = (
    "SELECT s.student_id, {} FROM submitted_assignment s JOIN submitted_notebook n ON n.assignment_id = s.id {}"
    " WHERE s.student_id = ?"
)


def scores(course: SmallCourse, student: str) -> dict[str, float | None]:
    """Automatic scores by plain exercise name."""
    rows = gradebook_rows(course, student)
    return {row[1].rpartition("-")[2]: row[2] for row in rows if len(row) == 6 and str(row[1]).startswith("points-")}


def autograded(course: SmallCourse, student: str) -> dict[str, Any]:
    """The notebook that formgrader shows."""
    return read_json(course.root / "autograded" / student / course.name / f"{course.name}.ipynb")


def write_small_course(root: Path, name: str = "") -> SmallCourse:
    """Write solutions with canaries, the source notebook and nbgrader's configuration."""
    name = write_course(root, name)
    folder = root / "solutions" / name
    (folder / "outline.md").write_text(OUTLINE + "\n- `written.why` [S7]: why double is linear\n")
    (folder / "written").mkdir()
    (folder / "written" / "why.md").write_text(WRITTEN)
    hidden = folder / "hidden" / "test_pieces.py"
    hidden.write_text(hidden.read_text() + HIDDEN_WITH_CANARY)
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
        cell["source"] = "".join(cell["source"])
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
