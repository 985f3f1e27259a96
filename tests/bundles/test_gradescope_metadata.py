"""What Gradescope says beside a submission's files, in whatever form."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from autograder.bundles.gradescope_metadata import Metadata, read_metadata
from autograder.bundles.gradescope_run import _Run
from autograder.bundles.gradescope_settings import Settings

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def metadata(folder: Path, **changes: Any) -> Metadata:
    """A file with some attempts, an hour apart."""
    attempts = [
        {
            "submission_time": (NOW - timedelta(hours=hours)).isoformat(),
            "score": score,
            "results": {"score": score, "output": "o"},
        }
        for hours, score in ((30, 9.0), (2, "4.5"), (1, None))
    ]
    found = {"created_at": NOW.isoformat(), "users": [{"email": "a@b"}], "previous_submissions": attempts, **changes}
    path = folder / "submission_metadata.json"
    path.write_text(json.dumps(found))
    return read_metadata(path)


def test_attempts(tmp_path: Path) -> None:
    """The best score, and those of the last 24 hours against a limit."""
    found = metadata(tmp_path)
    assert found.best == 9.0
    assert list(found.lines()) == ["Attempt 4; the best so far had 9 points."]
    assert found.too_many(0) is None
    assert found.too_many(3) is None
    latest = found.too_many(2)
    assert latest is not None
    assert latest.results["score"] == "4.5"


@pytest.mark.parametrize(
    "changes",
    [
        {"users": None, "previous_submissions": "x", "assignment": 3},
        {"users": [1, {"name": None}], "previous_submissions": [{"score": "?"}, 4]},
        {"created_at": "yesterday", "assignment": {"due_date": "2026"}},
    ],
)
def test_another_form(changes: dict[str, Any], tmp_path: Path) -> None:
    """Nothing breaks, and nobody is late."""
    found = metadata(tmp_path, **changes)
    assert found.student
    assert not any("due date" in line for line in found.lines())


@pytest.mark.parametrize("text", ["", "[]", "{not", "null"])
def test_no_file_of_that_form(text: str, tmp_path: Path) -> None:
    """Nothing is told."""
    path = tmp_path / "m.json"
    assert read_metadata(path) == Metadata()
    path.write_text(text)
    assert read_metadata(path) == Metadata()


def test_one_attempt_too_many_repeats_the_latest(tmp_path: Path) -> None:
    """Its score stays, and a sentence says why; nothing is graded."""
    (tmp_path / "results").mkdir()
    settings = Settings("vae", attempts_per_day=1)
    _Run(tmp_path, settings, metadata(tmp_path)).grade()
    results = json.loads((tmp_path / "results" / "results.json").read_text())
    assert results["score"] == "4.5"
    assert "1 attempts are graded within 24 hours" in results["output"]


@pytest.mark.parametrize(("keep", "score"), [("best", 9.0), ("latest", 3.0)])
def test_which_attempt_counts(keep: Any, score: float, tmp_path: Path) -> None:
    """The instructor decides."""
    from sample_results import result

    run = _Run(tmp_path, Settings("vae", keep=keep), metadata(tmp_path))
    graded = result().model_copy(update={"score": 3.0})
    assert run.document(graded)["score"] == score
