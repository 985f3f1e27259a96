"""A student's folder with the visible checks."""

from __future__ import annotations

from pathlib import Path

import pytest
from tiny_course import pieces, right_answers, whole
from tiny_course_files import VISIBLE_PIECES, VISIBLE_WHOLE


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """A student's folder with right answers and the visible checks, without any course around it."""
    folder = tmp_path / "sums"
    folder.mkdir()
    for name, content in right_answers(pieces=pieces(), whole=whole()).items():
        (folder / name).write_bytes(content)
    (folder / "test_pieces.py").write_text(VISIBLE_PIECES)
    (folder / "test_whole.py").write_text(VISIBLE_WHOLE)
    return folder
