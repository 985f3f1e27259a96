"""A course with a mark on everything that students must not see."""

from __future__ import annotations

from pathlib import Path

from tiny_course import write_course
from tiny_course_files import HIDDEN_PIECES, MISCONCEPTIONS, OUTLINE, PIECES

from autograder.course.course import Course

SECRETS = ("SOLUTION", "HELPER", "HIDDEN", "BELIEF", "RUBRIC", "MODEL")
"""What the marks in the course below are called; each is written CANARY_<name>."""

WRITTEN = """# Why?

Why is $2x$ not *x*?

## Rubric

- 1.5 points: CANARY_RUBRIC short.
- 1 point: A longer criterion that goes on
  over two lines with CANARY_RUBRIC in the second.

## Model answer

CANARY_MODEL because $2x = x + x$.
"""


HELPER = "\n\n### BEGIN SOLUTION\ndef _CANARY_HELPER(x):\n    return x\n### END SOLUTION\n"

MORE = """
## Written questions

- `written.why` [S7]: Why?

## Training

- `training.long` [S8] reserves 3 points: train for long
"""


def _marked(text: str, name: str, *places: str) -> str:
    """The text with marks in these places."""
    for place in places:
        assert place in text
        text = text.replace(place, f"CANARY_{name}")
    return text


def marked_course(root: Path) -> Course:
    """The tiny course with marks in every secret place, a helper of a solution and a written question."""
    name = write_course(root)
    folder = root / "solutions" / name
    texts = {
        "pieces.py": PIECES.replace("return double(x) + by", "k = 'CANARY_SOLUTION'\n    return double(x) + by") + HELPER,
        "hidden/test_pieces.py": _marked(HIDDEN_PIECES, "HIDDEN", "is linear", "shift_everywhere"),
        "misconceptions/pieces.py": _marked(MISCONCEPTIONS, "BELIEF", "doubling is squaring", "Square"),
        "outline.md": OUTLINE + MORE,
        "written/why.md": WRITTEN,
    }
    for path, text in texts.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(text)
    return Course(root)
