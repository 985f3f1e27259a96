"""Marks come out of nbgrader's gradebook as nbgrader itself would give them."""

from __future__ import annotations

import contextlib
import csv
import io
import logging
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from sample_gradebook import FINAL, fill, find_alembic

from autograder.cli import run_command
from autograder.errors import UsageError
from autograder.exports.gradebook_marks import marks_of_gradebook

nbgrader_export = pytest.importorskip("nbgrader.plugins.export")

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A gradebook that no test changes."""
    path = tmp_path_factory.mktemp("course") / "gradebook.db"
    fill(f"sqlite:///{path}")
    return path


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return a function that runs a command line in an empty folder: exit code, standard output, standard error."""
    monkeypatch.chdir(tmp_path)

    def command(*arguments: object) -> tuple[int, str, str]:
        code = run_command([str(argument) for argument in arguments])
        told = capfd.readouterr()
        return code, told.out, told.err

    return command


def table(path: Path) -> list[list[str]]:
    """The cells of a CSV file."""
    return list(csv.reader(io.StringIO(path.read_text(), newline="")))


def test_scores_are_final(filled: Path) -> None:
    """Manual scores count, penalties are taken off, a person is waited for."""
    marks = marks_of_gradebook(str(filled))
    (vae,) = marks.assignments
    assert {student: mark.score for student, mark in vae.marks.items()} == FINAL
    assert vae.max_score == 40.0
    assert vae.marks["=cy"].needs_grading
    assert not vae.marks["ada"].needs_grading
    assert marks.people["ada"].lms_id == "1001"
    assert set(marks.people) == {"ada", "bo", "=cy", "idle"}
    assert marks.reminders() == ["vae: 1 of 3 submissions still need manual grading"]


def test_path_and_url_are_the_same(filled: Path) -> None:
    """Both name the gradebook."""
    assert marks_of_gradebook(str(filled)) == marks_of_gradebook(f"sqlite:///{filled}")


def test_export_from_a_gradebook(run: Run, filled: Path, tmp_path: Path) -> None:
    """With the platform's class list; what is waiting for a person is said, what has no place ends with code 2."""
    roster = tmp_path / "canvas.csv"
    roster.write_text('Student,ID,SIS Login ID,Section,vae (7)\n"    Points Possible",,,,40\n"Able, Ada",1001,a.able,Lab,\n')
    code, out, err = run("export", "canvas", filled, "--roster", roster, "--out", "marks.csv")
    assert (code, out) == (2, "marks.csv\n")
    assert table(tmp_path / "marks.csv")[-1] == ["Able, Ada", "1001", "a.able", "Lab", "37.5"]
    assert "not written: vae: =cy (3 of 40 points) is not in canvas.csv" in err
    assert "1 of 3 submissions still need manual grading" in err
    assert err.strip().splitlines()[-1].startswith("autograder: marks.csv: 2 marks are not in it")
    code, out, _ = run("export", "moodle", filled)
    assert (code, out) == (0, "moodle-marks.csv\n")
    written = {row[0]: row[-1] for row in table(tmp_path / "moodle-marks.csv")}
    assert written == {"Username": "vae", "ada": "37.5", "bo": "0.30000000000000004", "'=cy": "3", "idle": ""}


def test_csv_is_the_one_of_nbgrader(run: Run, filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same columns, rows and numbers, except that formulas are shown and commas do not shift columns."""
    from nbgrader.api import Gradebook

    from autograder.gradebook.csv_plugin import SafeCsvExportPlugin

    with Gradebook(f"sqlite:///{filled}", "dgm") as gradebook:
        for name, plugin in (("theirs", nbgrader_export.CsvExportPlugin()), ("ours", SafeCsvExportPlugin())):
            plugin.to = str(tmp_path / f"{name}.csv")
            plugin.export(gradebook)
            plugin.to, plugin.student = str(tmp_path / f"{name}-ada.csv"), ["ada"]
            plugin.export(gradebook)
    assert (tmp_path / "ours-ada.csv").read_text() == (tmp_path / "theirs-ada.csv").read_text()
    ours, theirs = table(tmp_path / "ours.csv"), table(tmp_path / "theirs.csv")
    assert len(ours) == len(theirs) == 1 + 2 * 4
    assert ours[0] == theirs[0]
    (bo,) = [row for row in ours if row[:1] + row[3:4] == ["vae", "bo"]]
    assert bo[4:6] == ["Bunce, Jr.", "'=HYPERLINK(1)"]
    assert {row[3]: row[9] for row in ours if row[0] == "vae"} == {
        "ada": "37.5", "bo": "0.30000000000000004", "'=cy": "3.0", "idle": "0.0",
    }  # fmt: skip
    assert run("export", "csv", filled, "--assignment", "vae")[0] == 0
    assert table(tmp_path / "csv-marks.csv") == [row for row in ours if row[0] != "warmup"]


def test_a_table_of_zeros_says_why(run: Run, filled: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """An assignment that was put into the gradebook and never handed in has a row for everybody in nbgrader's own export."""
    from nbgrader.api import Gradebook

    from autograder.gradebook.csv_plugin import SafeCsvExportPlugin

    plugin = SafeCsvExportPlugin()
    plugin.to, plugin.log = str(tmp_path / "a.csv"), logging.getLogger("exporting")
    with Gradebook(f"sqlite:///{filled}", "dgm") as gradebook:
        plugin.export(gradebook)
        (told,) = caplog.messages
        assert told.startswith("warmup: nobody has handed in anything")
        assert "nbgrader db assignment remove warmup" in told
        plugin.assignment = ["vae"]
        plugin.export(gradebook)
        assert len(caplog.messages) == 1
    assert run("export", "csv", filled, "--out", "b.csv")[0] == 0
    assert not [row for row in table(tmp_path / "b.csv") if row[0] == "warmup"], "ours leaves it out"


def test_reading_changes_nothing(run: Run, filled: Path) -> None:
    """Neither courses nor tables are created, and a wrong course is named."""
    before = filled.read_bytes()
    assert run("export", "canvas", filled)[0] == 0
    code, _, err = run("export", "canvas", filled, "--course-id", "other")
    assert code == 2
    assert "--course-id: dgm" in err
    assert filled.read_bytes() == before


def test_several_courses_need_a_choice(run: Run, filled: Path, tmp_path: Path) -> None:
    """The other course's assignments are left out."""
    from nbgrader.api import Gradebook

    both = tmp_path / "both.db"
    shutil.copy(filled, both)
    with Gradebook(f"sqlite:///{both}", "second") as gradebook:
        gradebook.add_assignment("flows")
        gradebook.add_submission("flows", "ada")
    code, _, err = run("export", "canvas", both)
    assert code == 2
    assert "dgm, second" in err
    assert [found.name for found in marks_of_gradebook(str(both), "second").assignments] == ["flows"]
    assert [found.name for found in marks_of_gradebook(str(both), "dgm").assignments] == ["vae"]


def test_a_score_that_is_no_number_is_not_exported(filled: Path, tmp_path: Path) -> None:
    """It would be read as zero, or as text."""
    from nbgrader.api import Gradebook

    broken = tmp_path / "broken.db"
    shutil.copy(filled, broken)
    with Gradebook(f"sqlite:///{broken}", "dgm") as gradebook:
        gradebook.find_grade("points-a", "vae", "vae", "ada").manual_score = float("inf")
        gradebook.db.commit()
    with pytest.raises(UsageError, match="the score of ada is not a finite number"):
        marks_of_gradebook(str(broken))


MISTAKES: dict[str, tuple[list[str], str]] = {
    "absent gradebook": (["canvas", "absent.db"], "absent.db"),
    "absent URL": (["canvas", "sqlite:///absent.db"], "there is no such gradebook"),
    "no gradebook": (["canvas", "sqlite:///other.db"], "holds no gradebook"),
    "no database": (["canvas", "sqlite:///text.txt"], "not a database"),
    "a file of another kind": (["canvas", "text.txt"], "text.txt"),
    "no URL": (["canvas", "://"], "database URL"),
    "unknown database": (["canvas", "oracle9://a:geheim@b/c"], "oracle9"),
    "no server": (["canvas", "postgresql://user:geheim@127.0.0.1:1/grades"], "user:***@127.0.0.1"),
    "two gradebooks": (["canvas", "GRADEBOOK", "GRADEBOOK"], "stands alone"),
    "gradebook as junit": (["junit", "GRADEBOOK"], "one results folder"),
    "class list for junit": (["junit", "folder", "--roster", "text.txt"], "no class list"),
    "unknown assignment": (["moodle", "GRADEBOOK", "--assignment", "vea"], "did you mean vae"),
    "absent class list": (["moodle", "GRADEBOOK", "--roster", "absent.csv"], "absent.csv"),
    "class list as destination": (["moodle", "GRADEBOOK", "--roster", "list.csv", "--out", "list.csv"], "overwrite"),
    "gradebook as destination": (["moodle", "GRADEBOOK", "--out", "GRADEBOOK"], "overwrite"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_in_one_line(run: Run, filled: Path, tmp_path: Path, mistake: str) -> None:
    """Exit code 2; no password, no traceback, and no new file."""
    sqlite3.connect(tmp_path / "other.db").execute("CREATE TABLE other (x)")
    (tmp_path / "text.txt").write_text("no gradebook")
    (tmp_path / "list.csv").write_text("id\nada\n")
    (tmp_path / "folder").mkdir()
    before = sorted(tmp_path.iterdir())
    arguments, word = MISTAKES[mistake]
    code, out, err = run("export", *(argument.replace("GRADEBOOK", str(filled)) for argument in arguments))
    assert (code, out) == (2, ""), err
    assert len(err.strip().splitlines()) == 1, err
    assert word in err
    assert "geheim" not in err
    assert sorted(tmp_path.iterdir()) == before


def test_a_gradebook_without_marks_is_told(run: Run, tmp_path: Path) -> None:
    """Nothing is written: an empty sheet would look like a class without work. nbgrader's default course has no name."""
    from nbgrader.api import Gradebook

    find_alembic()
    with Gradebook(f"sqlite:///{tmp_path}/new.db", "") as gradebook:
        assert run("export", "canvas", "new.db")[0] == 2
        gradebook.add_student("ada")
        gradebook.add_assignment("vae")
        code, _, err = run("export", "canvas", "new.db")
        assert (code, "holds no marks" in err) == (2, True)
        gradebook.add_submission("vae", "ada")
    assert run("export", "canvas", "new.db")[0] == 0


@pytest.mark.parametrize(
    "damage",
    [
        "update student set last_name = cast(x'fffe' as text)",
        "update submitted_assignment set timestamp = 'yesterday'",
        "update submitted_assignment set timestamp = x'00ff'",
        "update assignment set duedate = 9e999",
        "",
    ],
)
def test_a_damaged_value_is_told_in_one_line(run: Run, filled: Path, tmp_path: Path, damage: str) -> None:
    """SQLite keeps what it is given, or what a disk makes of it."""
    broken = tmp_path / "broken.db"
    shutil.copy(filled, broken)
    with contextlib.closing(sqlite3.connect(broken)) as database, database:
        database.execute(damage)
    if not damage:
        broken.write_bytes(broken.read_bytes().replace(b"submitted_notebook", b"submitted_noteboo\x81"))
    code, out, err = run("export", "canvas", broken)
    assert (code, out) == (2, "")
    assert "cannot be read" in err
    assert len(err.strip().splitlines()) == 1


ODD = {
    "update student set last_name = x'00ff' where id = 'ada'": "student: the last name of ada is no text but bytes",
    "update student set email = x'00ff' where id = 'ada'": "student: the email of ada is no text but bytes",
    "update student set id = x'00ff' where id = 'idle'": "student: the id of b'\\x00\\xff' is no text but bytes",
    "update assignment set name = x'00ff' where name = 'warmup'": "assignment: the name of an assignment is no text but bytes",
    "update submitted_assignment set student_id = 'gone' where student_id = 'ada'": "vae: there is a submission of gone",
    "update grade set auto_score = 1e308 where auto_score = 34": "vae: the score of ada is 1e+308, which cannot be meant",
    "update grade set manual_score = -9e999": "vae: the score of =cy is not a finite number",
    "update submitted_notebook set late_submission_penalty = 9e999": "vae: the penalty of =cy is not a finite number",
    "update grade_cells set max_score = 9e999": "vae: the number of points is not a finite number",
}


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("format", ["moodle", "csv"])
def test_a_value_that_is_none_of_its_column_is_named(run: Run, filled: Path, tmp_path: Path, odd: str, format: str) -> None:
    """What, where and the remedy; nothing is written, and it is no failure of the grader."""
    broken = tmp_path / "broken.db"
    shutil.copy(filled, broken)
    with contextlib.closing(sqlite3.connect(broken)) as database, database:
        database.execute(odd)
    code, out, err = run("export", format, broken)
    (line,) = err.strip().splitlines()
    assert (code, out) == (2, ""), err
    assert line.startswith(f"autograder: {ODD[odd]}")
    assert line.endswith("from before)")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["broken.db"]
