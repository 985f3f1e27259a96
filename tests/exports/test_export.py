"""Marks from results folders: one, several, and those that do not go together."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from sample_results import HOSTILE_NAMES, grader_error, result, unreadable

from autograder.errors import UsageError
from autograder.exports.export import SheetOptions, export_marks
from autograder.results.schema import SubmissionResult
from autograder.results.spreadsheet import runs_as_formula
from autograder.results.store import save_result


def save(folder: Path, *results: SubmissionResult) -> str:
    """A folder of results."""
    for number, graded in enumerate(results):
        save_result(graded, folder, f"s{number}")
    return str(folder)


def of(assignment: str, student: str) -> SubmissionResult:
    """A result of another assignment."""
    return result(student).model_copy(update={"assignment": assignment})


def table(path: Path) -> list[list[str]]:
    """The cells of a CSV file."""
    return list(csv.reader(io.StringIO(path.read_text(), newline="")))


def test_a_failed_grader_is_no_mark(tmp_path: Path) -> None:
    """Neither zero nor anything else, whatever is asked for; an unreadable submission has its zero."""
    folder = save(tmp_path / "vae", result("alice"), unreadable("bob"), grader_error("carol"))
    exported = export_marks("canvas", [folder], None, SheetOptions(missing_as_zero=True))
    assert exported.paths == [tmp_path / "vae" / "canvas-marks.csv"]
    marks = {row[0]: row[-1] for row in table(exported.paths[0])[2:]}
    assert marks == {"alice": f"{result().score:g}", "bob": "0", "carol": ""}
    assert any("no mark for carol" in line for line in exported.remarks)
    assert any("1 of 2 submissions still need manual grading" in line for line in exported.remarks)
    exported.fail_if_incomplete()


def test_several_folders_are_several_columns(tmp_path: Path) -> None:
    """One row for each student, empty where there is no work."""
    folders = [save(tmp_path / "a", result("alice"), result("bob")), save(tmp_path / "b", of("flows", "bob"))]
    exported = export_marks("moodle", folders, tmp_path / "all.csv", SheetOptions())
    rows = table(tmp_path / "all.csv")
    assert rows[0][-2:] == ["vae", "flows"]
    assert [row[-2:].count("") for row in rows[1:]] == [1, 0]
    export_marks("csv", folders, tmp_path / "long.csv", SheetOptions())
    assert [(row[0], row[3]) for row in table(tmp_path / "long.csv")[1:]] == [
        ("vae", "alice"),
        ("vae", "bob"),
        ("flows", "bob"),
    ]
    assert exported.paths == [tmp_path / "all.csv"]


def test_a_broken_result_is_pointed_out(tmp_path: Path) -> None:
    """Its mark is missing, and somebody should know."""
    folder = save(tmp_path / "vae", result("alice"))
    (tmp_path / "vae" / "broken.json").write_text("{")
    assert any("broken.json" in line for line in export_marks("canvas", [folder], None, SheetOptions()).remarks)


def test_two_results_of_one_student_are_nobodys(tmp_path: Path) -> None:
    """Somebody has to say which one counts."""
    folder = save(tmp_path / "vae", result("alice"), result("alice"))
    with pytest.raises(UsageError, match="second result of alice"):
        export_marks("canvas", [folder], None, SheetOptions())


@pytest.mark.parametrize("format", ["canvas", "moodle", "csv"])
def test_hostile_names_do_not_run(tmp_path: Path, format: str) -> None:
    """In any layout, with every mark in its row."""
    folder = save(tmp_path / "vae", *map(result, HOSTILE_NAMES))
    (path,) = export_marks(format, [folder, save(tmp_path / "b", of("flows", "x"))], tmp_path / "x.csv", SheetOptions()).paths
    rows = table(path)
    assert not any(runs_as_formula(cell) for row in rows for cell in row)
    assert sum(f"{result().score:g}" in row for row in rows) >= len(HOSTILE_NAMES)


def test_lost_marks_end_the_command(tmp_path: Path) -> None:
    """After the file has been written."""
    (tmp_path / "list.csv").write_text("id\nalice\n")
    folder = save(tmp_path / "vae", result("alice"), result("bob"))
    exported = export_marks("csv", [folder], None, SheetOptions(roster=tmp_path / "list.csv"))
    assert table(exported.paths[0])[1][0] == "alice"
    assert len(exported.lost) == 1
    assert any("bob" in line and "is not in list.csv" in line for line in exported.remarks)
    with pytest.raises(UsageError, match="1 mark is not in it"):
        exported.fail_if_incomplete()
