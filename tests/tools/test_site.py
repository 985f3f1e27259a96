"""The documentation site builds, all its links lead somewhere, and it reads without a network."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
for needed in ("mkdocs", "material", "mkdocstrings", "latex2mathml"):
    pytest.importorskip(needed)
_LOADED = re.compile(
    r'<(?:script|img|iframe)[^>]*\ssrc="(?:https?:)?//[^"]*"|<link[^>]*rel="?stylesheet[^>]*(?:https?:)?//[^>]*>'
)


@pytest.mark.processes
def test_the_site(tmp_path: Path) -> None:
    """As `make docs` builds it: a page, a link or an anchor that is missing is an error."""
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path / "site")]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    pages = {path: path.read_text("utf-8") for path in (tmp_path / "site").rglob("*.html")}
    assert len(pages) > 15
    assert [(path.name, found[0]) for path, text in pages.items() if (found := _LOADED.findall(text))] == []
    assert any("<math" in text for text in pages.values())
