"""Class lists of every dialect are read; what cannot be read is told in one line."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sample_rosters import CANVAS, MOODLE, NBGRADER, ROSTERS

from autograder.errors import UsageError
from autograder.exports.marks import Person
from autograder.exports.roster import ClassList, read_class_list
from autograder.exports.roster_matching import match

Read = Callable[..., ClassList]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Return a function that reads text or bytes as a class list."""

    def reading(content: str | bytes, id_column: str | None = None) -> ClassList:
        path = tmp_path / "roster.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return read_class_list(path, id_column)

    return reading


def as_semicolons(text: str) -> str:
    """The same table as a European spreadsheet saves it."""
    lines = io.StringIO()
    csv.writer(lines, delimiter=";", lineterminator="\r\n").writerows(csv.reader(io.StringIO(text, newline="")))
    return lines.getvalue()


DIALECTS: dict[str, Callable[[str], bytes]] = {
    "plain": lambda text: text.encode(),
    "with a byte order mark": lambda text: text.encode("utf-8-sig"),
    "from Windows": lambda text: text.replace("\n", "\r\n").encode(),
    "European": lambda text: as_semicolons(text).encode("cp1252"),
    "Unicode text": lambda text: as_semicolons(text).replace(";", "\t").encode("utf-16"),
}


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("layout", ROSTERS)
def test_the_same_students_in_every_dialect(read: Read, layout: str, dialect: str) -> None:
    """Names with accents, ids with leading zeros, the same number of cells in every row."""
    roster = read(DIALECTS[dialect](ROSTERS[layout]))
    assert roster.layout == layout
    assert {len(row) for row in roster.rows} == {len(roster.header)}
    emails = {roster.cell(row, "email") for row in roster.students}
    lasts = {roster.cell(row, "last_name") or roster.cell(row, "name") for row in roster.students}
    assert any("Öst" in name for name in lasts)
    assert layout == "canvas" or "oest@example.org" in emails
    assert layout != "moodle" or [roster.cell(row, "number") for row in roster.students] == ["0001", "0002", "0003"]


def test_rows_that_are_no_students(read: Read) -> None:
    """Points possible and posting policies of Canvas."""
    roster = read(CANVAS)
    assert roster.points_row == 1
    assert [roster.cell(row, "login") for row in roster.students][:2] == ["ada", "bo@example.org"]
    assert len(roster.students) == 4


BAD: dict[str, tuple[str | bytes, str]] = {
    "empty": ("", "is empty"),
    "blank": ("\n  \n\n", "is empty"),
    "header only": (NBGRADER.split("\n")[0], "lists no students"),
    "no header": (NBGRADER.split("\n", 1)[1], "--id-column"),
    "points only": ("\n".join(CANVAS.split("\n")[:3]), "lists no students"),
    "same login twice": (NBGRADER + "ada,Ada,Other,,9\n", "line 5: id ada occurs twice, first in line 2"),
    "same number twice": (MOODLE + "Di,Dull,0001,,di@example.org,,,,,\n", "ID number 0001 occurs twice"),
    "a column twice": (NBGRADER.replace("first_name", "id"), "twice"),
    "unquoted comma": (NBGRADER + "cy,C,Y, Jr.,cy@example.org,5\n", "line 5: has 6 cells, the header 5"),
    "spreadsheet": (b"PK\x03\x04rest", "save it as CSV"),
    "bytes": (b"id,name\n\x81\x8d,\xff\n", "is not text"),
    "endless cell": ('id,name\n"' + "x" * 200_000, "is not CSV"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_lists_are_told_in_one_line(read: Read, case: str) -> None:
    """With file, line where there is one, and a remedy."""
    content, told = BAD[case]
    with pytest.raises(UsageError) as caught:
        read(content)
    assert told in str(caught.value)
    assert "roster.csv" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.remedy


def test_any_column_can_identify_students(read: Read) -> None:
    """Once it is named; a misspelt name is answered with the right one."""
    text = "Vorname;Matrikelnummer\nAda;007\nBo;008\n"
    roster = read(text, "matrikelnummer")
    assert [roster.cell(row, "own") for row in roster.students] == ["007", "008"]
    with pytest.raises(UsageError, match="did you mean matrikelnummer"):
        read(text, "Matrikelnumer")
    with pytest.raises(UsageError, match="--id-column"):
        read(text)


MATCHES: list[tuple[str, Person, str]] = [
    ("canvas", Person("ada"), "1001"),
    ("canvas", Person("ADA"), "1001"),
    ("canvas", Person("S-0002"), "1002"),
    ("canvas", Person("1003"), "1003"),
    ("canvas", Person("bo"), "1002"),
    ("canvas", Person("someone", lms_id="1003"), "1003"),
    ("canvas", Person("someone", email="bo@example.org"), "1002"),
    ("moodle", Person("0002"), "0002"),
    ("moodle", Person("oest"), "0003"),
    ("moodle", Person("x", email="ada@example.org"), "0001"),
    ("nbgrader", Person("ada"), "1001"),
]


@pytest.mark.parametrize(("layout", "person", "expected"), MATCHES)
def test_students_are_found(read: Read, layout: str, person: Person, expected: str) -> None:
    """By login, number, id or address, in this order."""
    roster = read(ROSTERS[layout])
    matching = match([person], roster)
    assert not matching.problems
    role = "number" if layout == "moodle" else "lms_id"
    assert roster.cell(matching.rows[person.id], role) == expected


def test_nobody_is_guessed(read: Read) -> None:
    """Unknown names, a part of a name, and names that fit two rows."""
    roster = read("student,email\nada,a@one.example\nbo,b@one.example\nBO,b@two.example\n")
    matching = match([Person("ad"), Person("b"), Person("bo"), Person("Bo"), Person("")], roster)
    assert matching.rows == {"bo": 1}
    assert matching.problems["b"] == "fits lines 3 and 4 of roster.csv"
    assert matching.problems["Bo"] == "fits lines 3 and 4 of roster.csv"
    assert "is not in" in matching.problems["ad"]
    assert "is not in" in matching.problems[""]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.one_of(st.binary(max_size=80), st.text(max_size=80).map(lambda text: "id,name\n" + text)))
def test_no_file_breaks_the_reader(read: Read, content: str | bytes) -> None:
    """It is a class list, or an error of one line."""
    try:
        told = read(content.encode("utf-8", "replace") if isinstance(content, str) else content).students
    except UsageError as error:
        told = error.remedy
    assert told
