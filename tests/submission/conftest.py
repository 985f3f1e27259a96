"""A student's folder."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def alice(tmp_path: Path) -> Path:
    """A student's folder with one expected module."""
    path = tmp_path / "alice"
    path.mkdir()
    (path / "losses.py").write_text("x = 1\n")
    return path
