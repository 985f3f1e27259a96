"""A course of one small assignment, written into a temporary folder: what the tests of the grader's core grade.

Five exercises: `double` alone, `shift` on top of it, `jitter` that draws random numbers, `total` in another file on top
of `shift` and `jitter`, and a class.
"""

from __future__ import annotations

import itertools
from pathlib import Path

from tiny_course_files import (
    HIDDEN_PIECES,
    HIDDEN_WHOLE,
    MISCONCEPTIONS,
    OUTLINE,
    PIECES,
    VISIBLE_PIECES,
    VISIBLE_WHOLE,
    WHOLE,
)

from autograder.course.assignment import Assignment
from autograder.course.course import Course

_numbers = itertools.count()


def write_course(root: Path, name: str = "") -> str:
    """Write the tiny course below `root`; return the name of its assignment, by default one never used before."""
    name = name or f"tiny{next(_numbers)}"
    folder = root / "solutions" / name
    texts = {
        "outline.md": OUTLINE,
        "pieces.py": PIECES,
        "whole.py": WHOLE,
        "visible/test_pieces.py": VISIBLE_PIECES,
        "visible/test_whole.py": VISIBLE_WHOLE,
        "hidden/test_pieces.py": HIDDEN_PIECES,
        "hidden/test_whole.py": HIDDEN_WHOLE,
        "misconceptions/pieces.py": MISCONCEPTIONS,
    }
    for path, text in texts.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return name


def load_course(root: Path) -> Assignment:
    """Write the tiny course and load its assignment."""
    return Course(root).assignment(write_course(root))


def right_answers(**changes: str) -> dict[str, bytes]:
    """The right files; a keyword such as `pieces=…` replaces a file's text."""
    return {f"{module}.py": text.encode() for module, text in {"pieces": PIECES, "whole": WHOLE, **changes}.items()}


def pieces(double: str = "2 * x", shift: str = "double(x) + by", jitter: str = "x + torch.randn_like(x)") -> str:
    """The file `pieces.py` with other expressions returned."""
    return f"""import torch


def double(x):
    return {double}


def shift(x, by=1.0):
    return {shift}


def jitter(x):
    return {jitter}
"""


def whole(total: str = "shift(jitter(x) if noisy else x).sum(-1)", scale: str = "self.weight * x") -> str:
    """The file `whole.py` with other expressions returned."""
    return f"""import torch
from torch import nn
from pieces import jitter, shift


def total(x, noisy=False):
    return {total}


class Scale(nn.Module):
    def __init__(self, start):
        super().__init__()
        self.weight = nn.Parameter(torch.tensor(start))

    def forward(self, x):
        return {scale}
"""


def hand_in(folder: Path, files: dict[str, bytes] | None = None) -> Path:
    """Write a submission."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in (files or right_answers()).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder
