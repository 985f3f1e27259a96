"""Marks of written answers, entered by a person into a table: taken in, kept, never lost."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from sample_results import HOSTILE_NAMES
from sample_results import result as make_result

from autograder.cli import run_command
from autograder.results.hand_marks import FILE, enter_marks
from autograder.results.schema import SubmissionResult
from autograder.results.store import Stored, load_results, save_result

KEY = "vae.written.beta_tradeoff"


def _folder(folder: Path, *students: str) -> Path:
    for number, student in enumerate(students):
        save_result(make_result(student), folder, f"s{number}")
    return folder


def _table(folder: Path) -> list[dict[str, str]]:
    with open(folder / FILE, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _enter(folder: Path) -> tuple[list[SubmissionResult], list[str]]:
    stored, _ = load_results(folder)
    warnings = enter_marks(folder, stored)
    assert [one.result for one in load_results(folder)[0]] == [one.result for one in stored], "what is said is on disk"
    return [one.result for one in stored], warnings


def _written(result: SubmissionResult) -> tuple[float, str, str]:
    exercise = next(one for one in result.exercises if one.id == KEY)
    return exercise.score, exercise.status, exercise.note


def test_the_table_is_made_for_whoever_marks(tmp_path: Path) -> None:
    """A row per student, a column per written question and one for a remark; nothing changes before it is filled in."""
    (before,) = [one.result for one in load_results(_folder(tmp_path, "anna"))[0]]
    (after,), warnings = _enter(tmp_path)
    assert (after, warnings) == (before, [])
    assert _table(tmp_path) == [{"student": "anna", KEY: "", f"{KEY} remark": ""}]


def test_no_table_without_written_questions(tmp_path: Path) -> None:
    """An assignment of code needs none."""
    result = make_result("anna")
    result.exercises = [one for one in result.exercises if one.kind != "written"]
    assert enter_marks(tmp_path, [Stored("anna", result)]) == []
    assert not (tmp_path / FILE).exists()


@pytest.mark.parametrize(
    ("cell", "score", "status"),
    [
        ("15", 15.0, "passed"),
        ("7.5", 7.5, "partial"),
        ("7,5", 7.5, "partial"),
        ("0", 0.0, "failed"),
        ("", 0.0, "needs_manual_grading"),
    ],
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_marks_are_taken_in(tmp_path: Path, cell: str, score: float, status: str, delimiter: str) -> None:
    """With the remark, which the student reads; the total and the percentage follow."""
    _folder(tmp_path, "anna")
    rows = [["student", KEY, f"{KEY} remark"], ["anna", cell, "Mind the sign."]]
    with open(tmp_path / FILE, "w", newline="", encoding="utf-8-sig") as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)
    (result,), warnings = _enter(tmp_path)
    assert _written(result) == (score, status, "Mind the sign." if cell else "")
    assert result.score == pytest.approx(make_result("anna").score + score)
    assert result.awaiting == (0.0 if cell else 15.0)
    assert warnings == []


@pytest.mark.parametrize("cell", ["16", "-1", "nan", "inf", "x", "=1+1", "1e99"])
def test_what_is_no_mark_waits_and_is_said(tmp_path: Path, cell: str) -> None:
    """And the cell stays as it is, for whoever wrote it."""
    _folder(tmp_path, "anna")
    (tmp_path / FILE).write_text(f"student,{KEY}\nanna,{cell}\n")
    (result,), warnings = _enter(tmp_path)
    assert _written(result)[:2] == (0.0, "needs_manual_grading")
    assert "no mark from 0 to 15" in warnings[0]
    assert _table(tmp_path)[0][KEY] == cell


def test_marks_survive_a_new_grading_and_a_new_student(tmp_path: Path) -> None:
    """A result made anew gets its mark again; rows and columns of the person's own stay; an emptied cell waits again."""
    _folder(tmp_path, "anna")
    (tmp_path / FILE).write_text(f"student,who marks,{KEY}\nanna,Kim,9\ngone,Kim,3\n")
    _enter(tmp_path)
    _folder(tmp_path, "anna", "ben")
    anna, ben = _enter(tmp_path)[0]
    assert _written(anna)[0] == 9.0
    assert _written(ben)[1] == "needs_manual_grading"
    assert [(row["student"], row["who marks"], row[KEY]) for row in _table(tmp_path)] == [
        ("anna", "Kim", "9"), ("gone", "Kim", "3"), ("ben", "", ""),
    ]  # fmt: skip
    (tmp_path / FILE).write_text(f"student,{KEY}\nanna,\n")
    assert _written(_enter(tmp_path)[0][0])[1] == "needs_manual_grading"


@pytest.mark.parametrize("content", [b"something else\n1,2\n", b"\xff\xfe\x00s", b"", b"name,mark\nanna,3\n"])
def test_a_file_that_is_no_such_table_is_left_alone(tmp_path: Path, content: bytes) -> None:
    """Whatever it is, somebody wrote it."""
    _folder(tmp_path, "anna")
    (tmp_path / FILE).write_bytes(content)
    _, warnings = _enter(tmp_path)
    assert "left as it is" in warnings[0]
    assert (tmp_path / FILE).read_bytes() == content


def test_names_that_would_run_are_shown_and_found_again(tmp_path: Path) -> None:
    """A row belongs to its student, whatever the name does to a spreadsheet."""
    _folder(tmp_path, *HOSTILE_NAMES)
    _enter(tmp_path)
    rows = _table(tmp_path)
    assert not any(row["student"].startswith(("=", "+", "-", "@", "\t", "\r")) for row in rows)
    with open(tmp_path / FILE, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows({**row, KEY: str(number)} for number, row in enumerate(rows))
    results, warnings = _enter(tmp_path)
    assert sorted(_written(result)[0] for result in results) == [float(number) for number in range(len(rows))]
    assert (len(_table(tmp_path)), warnings) == (len(rows), [])


def test_the_report_takes_them_in(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Page, summary and statistics: without what waits the percentage is of everything."""
    _folder(tmp_path, "anna")
    (tmp_path / FILE).write_text(f"student,{KEY}\nanna,15\n")
    assert run_command(["report", str(tmp_path)]) == 0
    capfd.readouterr()
    (row,) = csv.DictReader(open(tmp_path / "summary.csv", encoding="utf-8"))  # noqa: SIM115 - read at once
    assert (row[KEY], row["awaiting"]) == ("15", "0")
    assert float(row["percent"]) == pytest.approx(100 * float(row["score"]) / float(row["max_score"]), abs=0.1)


def test_names_that_differ_by_a_blank_are_two_people(tmp_path: Path) -> None:
    """Each has a row and marks of their own, the table does not grow, and a blank that an editor leaves means nothing."""
    folder = _folder(tmp_path, "anna", "anna ", "b\u00a0", "cem")
    for _ in range(2):
        _enter(folder)
    assert [row["student"] for row in _table(folder)] == ["anna", "anna ", "b\u00a0", "cem"]
    text = f"student,{KEY}\ncem ,1\nanna ,2\nanna,3\nb\u00a0,4\n"
    (folder / FILE).write_text(text, "utf-8")
    results, warnings = _enter(folder)
    assert {one.student: _written(one)[0] for one in results} == {"anna": 3.0, "anna ": 2.0, "b\u00a0": 4.0, "cem": 1.0}
    assert warnings == []
    assert len(_table(folder)) == 4


def test_nobody_takes_a_name_that_is_not_there_yet(tmp_path: Path) -> None:
    """A mark of somebody whose name ends in a blank is not that of who hands in later without one."""
    _enter(_folder(tmp_path, "anna "))
    (tmp_path / FILE).write_text(f"student,{KEY}\nanna ,2\n", "utf-8")
    save_result(make_result("anna"), tmp_path, "later")
    results, _ = _enter(tmp_path)
    assert {one.student: _written(one)[1] for one in results} == {"anna": "needs_manual_grading", "anna ": "partial"}
    assert [row["student"] for row in _table(tmp_path)] == ["anna ", "anna"]


def test_two_names_that_look_alike_in_the_table_get_no_marks(tmp_path: Path) -> None:
    """One is what the other becomes where no formula may stand: a mark in the row would be both's."""
    _enter(_folder(tmp_path, "=x", "'=x"))
    (tmp_path / FILE).write_text(f"student,{KEY}\n'=x,2\n", "utf-8")
    results, warnings = _enter(tmp_path)
    assert {_written(one)[1] for one in results} == {"needs_manual_grading"}
    assert len(warnings) == 1
    assert "several students are '=x there" in warnings[0]
