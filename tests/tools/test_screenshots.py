"""Pictures of pages: taken by a script, small, and all of them shown."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest
from accessibility import browser
from sample_results import classroom

from autograder.errors import UsageError
from autograder.reports.feedback import render_feedback

ROOT = Path(__file__).resolve().parents[2]
pytest.importorskip("PIL")
SPEC = importlib.util.spec_from_file_location("screenshots", ROOT / "tools" / "screenshots.py")
assert SPEC is not None
assert SPEC.loader is not None
screenshots = importlib.util.module_from_spec(SPEC)
sys.modules["screenshots"] = screenshots
SPEC.loader.exec_module(screenshots)


def test_every_picture_is_there_small_and_shown() -> None:
    """And no other one lies beside them."""
    shown = "".join(path.read_text("utf-8") for path in (ROOT / "docs").rglob("*.md"))
    pictures = {path.name: path for path in screenshots.PICTURES.iterdir()}
    assert pictures.keys() == {f"{shot.name}.png" for shot in screenshots.SHOTS}
    for shot in screenshots.SHOTS:
        data = pictures[f"{shot.name}.png"].read_bytes()
        assert len(data) < 100_000
        assert (int.from_bytes(data[16:20]), int.from_bytes(data[20:24])) == (shot.width, shot.height)
        assert f"pictures/{shot.name}.png" in shown


def test_a_picture_of_a_page(tmp_path: Path) -> None:
    """Of the size that is asked for; a page that is not there has a remedy."""
    shot = screenshots.Shot("one", "", 400, 500)
    with pytest.raises(UsageError, match="make demo"):
        screenshots.taken(shot, tmp_path / "none.html")
    if browser() is None:
        pytest.skip("no Chromium")
    page = tmp_path / "page.html"
    page.write_text(render_feedback(classroom(1)[0], tmp_path), "utf-8")
    light, dark = (screenshots.taken(screenshots.Shot("one", "", 400, 500, dark), page) for dark in (False, True))
    assert light[:8] == dark[:8] == b"\x89PNG\r\n\x1a\n"
    assert int.from_bytes(light[16:20]) == 400
    assert light != dark
