"""Marks of work that was downloaded from a platform find their way back into its class list."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.errors import UsageError
from autograder.exports.mark_sheets import MarkSheet, mark_sheet
from autograder.exports.marks import AssignmentMarks, ClassMarks, Mark, Person
from autograder.exports.roster import read_class_list

CANVAS = """\
LastName,FirstName,ID,SIS User ID,SIS Login ID,Section,vae (4711)
    Points Possible,,,,,,40.00
Archer,Anna,101,S-1,anna@example.org,Lab 1,
"Müller, Jr.",Jörg,102,S-2,jm@example.org,Lab 1,EX
Bolt,Ben,103,S-3,ben@example.org,Lab 1,
"""
WORKSHEET = """\
Identifier,"Full name","Email address",Status,Grade,"Maximum Grade","Grade can be changed","Feedback comments"
"Participant 12345","Anna Archer",anna@example.org,"Submitted for grading - ",,40.00,Yes,
"Participant 12346","Ben Bolt",ben@example.org,"No submission - ",,40.00,Yes,
"""
COMMAS = """\
Vorname;Nachname;ID number;Email address;vae (Real)
Anna;Archer;1;anna@example.org;
Ben;Bolt;2;ben@example.org;7,50
"""


def _filled(tmp_path: Path, text: str, format: str, most: float = 40.0, **scores: float) -> MarkSheet:
    path = tmp_path / "list.csv"
    path.write_text(text, encoding="utf-8")
    names = {name.replace("__", " "): score for name, score in scores.items()}
    marks = AssignmentMarks("vae", most, {name: Mark(score) for name, score in names.items()})
    return mark_sheet(format, ClassMarks({name: Person(name) for name in names}, [marks]), read_class_list(path))


def _row(sheet: MarkSheet, start: str) -> str:
    return next(line for line in sheet.text.splitlines() if line.startswith(start))


@pytest.mark.parametrize("name", ["archeranna_101", "Anna__Archer", "101", "whoever_101"])
def test_canvas_finds_its_own(name: str, tmp_path: Path) -> None:
    """By the id at the end of a download's name, or the full name; Canvas's second layout has the name in two columns."""
    sheet = _filled(tmp_path, CANVAS, "canvas", **{name: 37.25})
    assert _row(sheet, "Archer").endswith(",37.25")
    assert not sheet.lost


def test_an_excused_student_keeps_it(tmp_path: Path) -> None:
    """And the mark is reported as having no place."""
    sheet = _filled(tmp_path, CANVAS, "canvas", müllerjörg_102=12.0)
    assert _row(sheet, '"Müller').endswith(",EX")
    assert "is excused" in sheet.lost[0]


def test_a_name_that_two_have_is_nobodys(tmp_path: Path) -> None:
    """A full name is no id."""
    twice = CANVAS + "Archer,Anna,104,S-4,anna2@example.org,Lab 2,\n"
    sheet = _filled(tmp_path, twice, "canvas", Anna__Archer=1.0)
    assert "fits lines 3 and 6" in sheet.lost[0]
    assert not _filled(tmp_path, twice, "canvas", archeranna_104=1.0).lost


def test_a_number_that_is_nobodys_falls_back_to_the_name(tmp_path: Path) -> None:
    """Moodle's folders have the number of a participant, which gradebooks do not know."""
    sheet = _filled(tmp_path, CANVAS, "canvas", **{"Anna__Archer_99999": 3.0})
    assert _row(sheet, "Archer").endswith(",3")


def test_moodles_worksheet_is_filled_in_its_own_column(tmp_path: Path) -> None:
    """`Grade`, by the number of the participant."""
    sheet = _filled(tmp_path, WORKSHEET, "moodle", **{"Anna__Archer_12345": 37.25})
    header, anna, ben = sheet.text.splitlines()
    assert header.count("vae") == 0
    assert ",37.25,40.00,Yes" in anna
    assert ",,40.00,Yes" in ben
    assert not sheet.lost


def test_a_worksheet_of_other_points_is_pointed_out(tmp_path: Path) -> None:
    """As a column of Canvas is."""
    assert any(
        "has 40.00 points possible" in remark for remark in _filled(tmp_path, WORKSHEET, "moodle", 85.0, anna=1.0).remarks
    )


def test_a_worksheet_takes_one_assignment(tmp_path: Path) -> None:
    """Two would be written over each other."""
    path = tmp_path / "sheet.csv"
    path.write_text(WORKSHEET)
    two = [AssignmentMarks(name, 40.0, {"anna@example.org": Mark(1.0)}) for name in ("vae", "gan")]
    with pytest.raises(UsageError, match="of one assignment"):
        mark_sheet("moodle", ClassMarks({"anna@example.org": Person("anna@example.org")}, two), read_class_list(path))


def test_decimal_commas_are_kept(tmp_path: Path) -> None:
    """A list that has 7,50 gets 37,25."""
    sheet = _filled(tmp_path, COMMAS, "moodle", **{"anna@example.org": 37.25})
    assert _row(sheet, "Anna").endswith(';"37,25"')
    assert _row(sheet, "Ben").endswith("7,50") or _row(sheet, "Ben").endswith('"7,50"')
