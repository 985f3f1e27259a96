"""Events for research: one line per student, attempt, exercise and misconception, and nobody's name where none is wanted."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from sample_results import SECRET, classroom

from autograder.errors import UsageError
from autograder.exports.export import SheetOptions, export_marks
from autograder.results.store import save_result


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Six students; the first has an earlier attempt, graded twice."""
    results = tmp_path / "vae"
    results.mkdir()
    for number, result in enumerate(classroom(6)):
        save_result(result, results, f"student-{number}")
    current = json.loads((results / "student-0.json").read_text())
    for number, content in enumerate(["c" * 64, "c" * 64, current["submission_sha256"]]):
        past = results / "history" / f"2026-12-0{number}"
        past.mkdir(parents=True)
        (past / "student-0.json").write_text(json.dumps(current | {"submission_sha256": content, "submitted": None}))
    return results


def export(folder: Path, **options: Any) -> list[dict[str, Any]]:
    """The lines."""
    (path,) = export_marks("progsnap2", [str(folder)], None, SheetOptions(**options)).paths
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_line_for_everything(folder: Path) -> None:
    """Attempts are counted by work, written answers have no event, hints follow what they are about."""
    lines = export(folder)
    graded = [one for one in classroom(6) if one.status == "graded"]
    expected = [exercise for result in [graded[0], *graded] for exercise in result.exercises if exercise.kind != "written"]
    submits = [one for one in lines if one["EventType"] == "Submit"]
    assert [one["ProblemID"] for one in submits] == [one.id for one in expected]
    assert sum(len(one.diagnosis) for one in expected) == len(lines) - len(submits) > 0
    assert [one["EventID"] for one in lines] == list(range(1, len(lines) + 1))
    assert {one["Attempt"] for one in lines if one["SubjectID"] == graded[0].student} == {1, 2}
    assert {one["Attempt"] for one in lines if one["SubjectID"] != graded[0].student} == {1}
    assert all(0 <= one["Score"] <= 1 for one in submits)
    by_id = {one["EventID"]: one for one in lines}
    for hint in (one for one in lines if one["EventType"] == "Intervention"):
        parent = by_id[hint["ParentEventID"]]
        assert (parent["EventType"], parent["ProblemID"]) == ("Submit", hint["ProblemID"])
        assert hint["InterventionMessage"]
    assert SECRET not in (folder / "events.jsonl").read_text()


def test_pseudonyms(folder: Path, tmp_path: Path) -> None:
    """Stable for one secret, others with another; neither names nor digests of files are left."""
    named = export(folder)
    first, again, other = (export(folder, pseudonyms=tmp_path / key) for key in ("key", "key", "other"))
    assert first == again
    assert {one["SubjectID"] for one in first}.isdisjoint({one["SubjectID"] for one in other})
    assert len({one["SubjectID"] for one in first}) == len({one["SubjectID"] for one in named})
    told = json.dumps(other)
    assert not any(one["SubjectID"] in told or one["CodeStateID"] in told for one in named)
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600


def test_what_does_not_go_together(folder: Path, tmp_path: Path) -> None:
    """One line each."""
    (tmp_path / "short").write_text("x")
    for format, options, message in (
        ("progsnap2", {"pseudonyms": tmp_path / "short"}, "too short for a secret"),
        ("progsnap2", {"missing_as_zero": True}, "takes results folders"),
        ("canvas", {"pseudonyms": tmp_path / "key"}, "takes no --pseudonyms"),
    ):
        with pytest.raises(UsageError, match=message):
            export_marks(format, [str(folder)], None, SheetOptions(**options))
    with pytest.raises(UsageError, match="holds no results"):
        export_marks("progsnap2", [str(tmp_path)], None, SheetOptions())
