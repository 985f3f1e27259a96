"""Submissions written down by hand, and read as the grader reads them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from autograder.submission import NOTEBOOK, Limits, Submission, read_submission

EXPECTED = {"losses.py", "model.py"}


def put(root: Path, files: dict[str, bytes | str]) -> None:
    """Write `files` below `root`."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)


def noted(submission: Submission, *words: str) -> bool:
    """Whether one note holds all of `words`."""
    return any(all(word in note for word in words) for note in submission.notes)


def code(source: Any, **more: Any) -> dict[str, Any]:
    """Return a code cell."""
    return {"cell_type": "code", "source": source, "metadata": {}, "outputs": [], "execution_count": None, **more}


def notebook(*cells: Any, **metadata: Any) -> str:
    """Return the text of a notebook."""
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": list(cells)})


def read_notebook(folder: Path, content: str | bytes, limits: Limits | None = None) -> Submission:
    """Read `content` as bob's notebook."""
    path = folder / "bob.ipynb"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_submission(path, EXPECTED, limits or Limits())


def cells_of(submission: Submission) -> list[dict[str, Any]]:
    """Return the cells as the worker sees them."""
    assert submission.unreadable is None
    cells: list[dict[str, Any]] = json.loads(submission.files[NOTEBOOK])
    return cells
