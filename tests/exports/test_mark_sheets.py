"""Mark sheets come back with every mark and without a changed id."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sample_results import HOSTILE_NAMES
from sample_rosters import CANVAS, MOODLE, NBGRADER, ROSTERS

from autograder.errors import UsageError
from autograder.exports.mark_sheets import MarkSheet, mark_sheet
from autograder.exports.marks import AssignmentMarks, ClassMarks, Mark, Person
from autograder.exports.roster import read_class_list
from autograder.results.spreadsheet import csv_text, runs_as_formula

SCORES = {"ada": 37.5, "bo": 0.1 + 0.2}
scores = st.floats(min_value=-5, max_value=100, allow_nan=False)
names = st.one_of(st.sampled_from(HOSTILE_NAMES), st.text(max_size=10)).map(lambda text: text.replace("\0", ""))


def class_marks(scores: dict[str, float], name: str = "vae", max_score: float = 40.0, **people: Person) -> ClassMarks:
    """Marks of one assignment."""
    marks = {student: Mark(score) for student, score in scores.items()}
    everybody = {student: people.get(student, Person(student)) for student in {**scores, **people}}
    return ClassMarks(everybody, [AssignmentMarks(name, max_score, marks)])


def table(text: str, delimiter: str = ",") -> list[list[str]]:
    """The cells of a CSV file."""
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=delimiter))


def filled(tmp_path: Path, format: str, roster: str, marks: ClassMarks, missing_as_zero: bool = False) -> MarkSheet:
    """A sheet written into a class list."""
    path = tmp_path / "roster.csv"
    path.write_text(roster, newline="")
    return mark_sheet(format, marks, read_class_list(path), missing_as_zero)


def test_canvas_gets_its_own_gradebook_back(tmp_path: Path) -> None:
    """Only the assignment's cells differ: rows, ids, notes, policies and read-only columns stay as they are."""
    sheet = filled(tmp_path, "canvas", CANVAS, class_marks(SCORES))
    before, after = table(CANVAS), table(sheet.text)
    column = before[0].index("vae (4711)")
    assert [row[column] for row in after] == ["vae (4711)", "", "40.00", "37.5", "0.30000000000000004", "12.00", ""]
    for old, new in zip(before, after, strict=True):
        assert [*old[:column], *old[column + 1 :]] == [*new[:column], *new[column + 1 :]]
    assert not sheet.lost
    assert any("1 marks that only the class list has were kept" in line for line in sheet.remarks)
    assert any("1 of 4 students have no mark" in line for line in sheet.remarks)


def test_moodle_gets_its_own_grades_back(tmp_path: Path) -> None:
    """The points go into the real grade, not into percentage or feedback; a formula in a profile is shown."""
    sheet = filled(tmp_path, "moodle", MOODLE, class_marks(SCORES))
    before, after = table(MOODLE), table(sheet.text)
    assert [row[5] for row in after[1:]] == ["37.5", "0.30000000000000004", "12.00"]
    assert after[2][3] == "'=1+1"
    for old, new in zip(before, after, strict=True):
        assert [cell for n, cell in enumerate(old) if n not in (3, 5)] == [
            cell for n, cell in enumerate(new) if n not in (3, 5)
        ]


def test_a_new_assignment_is_a_new_column_with_its_points(tmp_path: Path) -> None:
    """Canvas makes an assignment of it."""
    after = table(filled(tmp_path, "canvas", CANVAS, class_marks({"ada": 5.25}, "flows", 12.5)).text)
    assert [row[-1] for row in after] == ["flows", "", "12.5", "5.25", "", "", ""]
    assert {len(row) for row in after} == {len(after[0])}


@pytest.mark.parametrize("layout", ROSTERS)
def test_any_class_list_makes_a_canvas_sheet(tmp_path: Path, layout: str) -> None:
    """Student, ids and section in the first columns, points possible in the second row or after the policies."""
    rows = table(filled(tmp_path, "canvas", ROSTERS[layout], class_marks({"ada": 1.5})).text)
    assert rows[0][:2] == ["Student", "ID"]
    assert rows[0][4] == "Section"
    points = next(row for row in rows if row[0] == "    Points Possible")
    column = next(n for n, cell in enumerate(rows[0]) if cell.startswith("vae"))
    assert float(points[column]) == 40.0
    assert [row[column] for row in rows if row[0].startswith("Able, Ada")] == ["1.5"]


@pytest.mark.parametrize("layout", ROSTERS)
def test_any_class_list_makes_a_moodle_sheet(tmp_path: Path, layout: str) -> None:
    """Identified by user name, number or address."""
    rows = table(filled(tmp_path, "moodle", ROSTERS[layout], class_marks({"ada": 1.5})).text)
    assert {"ID number", "Email address"} <= set(rows[0])
    column = next(n for n, cell in enumerate(rows[0]) if "vae" in cell and "Perc" not in cell and "Feed" not in cell)
    assert [row[column] for row in rows[1:]].count("1.5") == 1


@pytest.mark.parametrize("format", ["canvas", "moodle"])
def test_without_a_class_list_everything_known_is_written(format: str) -> None:
    """Names, address and the platform's id from the gradebook; people without work have an empty cell."""
    people = {"ada": Person("ada", "Ada", "Able", "ada@example.org", "1001"), "bo": Person("bo")}
    rows = table(mark_sheet(format, class_marks({"ada": 37.5}, "vae", 40.0, **people), None).text)
    if format == "canvas":
        assert rows[0] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "vae"]
        assert rows[1] == ["    Points Possible", "", "", "", "", "40"]
        assert ["Able, Ada", "1001", "1001", "ada", "", "37.5"] in rows
        assert ["bo", "", "", "bo", "", ""] in rows
    else:
        assert rows[0] == ["Username", "First name", "Last name", "ID number", "Email address", "vae"]
        assert ["ada", "Ada", "Able", "1001", "ada@example.org", "37.5"] in rows


def test_marks_without_a_place_are_listed(tmp_path: Path) -> None:
    """Unknown students, two students for one row, and cells that Canvas keeps closed."""
    roster = CANVAS.replace("Lab 1,,EX,12.00", "Lab 1,,EX,EX")
    marks = class_marks({"ada": 1.0, "S-0001": 2.0, "nobody": 3.0, "oest": 4.0, "bo": 5.0})
    sheet = filled(tmp_path, "canvas", roster, marks, missing_as_zero=True)
    told = "\n".join(sheet.lost)
    assert len(sheet.lost) == 4
    assert "vae: nobody (3 of 40 points) is not in roster.csv" in told
    assert "vae: oest (4 of 40 points) is excused in roster.csv" in told
    assert "shares line 4 of roster.csv: ada and S-0001" in told
    rows = table(sheet.text)
    assert [row[7] for row in rows[3:]] == ["0", "5", "EX", "0"]


def test_zero_only_for_those_who_handed_nothing_in(tmp_path: Path) -> None:
    """Not for work that the grader failed on, and not over a mark that the platform has."""
    marks = ClassMarks({"ada": Person("ada")}, [AssignmentMarks("vae", 40.0, {}, frozenset({"ada"}))])
    marks.people["bo"] = Person("bo")  # type: ignore[index]
    sheet = filled(tmp_path, "canvas", CANVAS, marks, missing_as_zero=True)
    assert [row[7] for row in table(sheet.text)[3:]] == ["", "0", "12.00", "0"]


def test_other_points_possible_are_pointed_out(tmp_path: Path) -> None:
    """A mark out of 44 in a column out of 40 is a mistake."""
    sheet = filled(tmp_path, "canvas", CANVAS, class_marks({"ada": 1.0}, max_score=44.0))
    assert any("40.00 points possible, the marks are out of 44" in line for line in sheet.remarks)
    assert not any("points possible" in line for line in filled(tmp_path, "canvas", CANVAS, class_marks({})).remarks)


def test_the_right_column_can_be_named(tmp_path: Path) -> None:
    """When two would do, or when the platform's title is another."""
    roster = CANVAS.replace("Reading (101)", "vae (101)")
    with pytest.raises(UsageError, match=r'--assignment "vae=vae \(101\)"'):
        filled(tmp_path, "canvas", roster, class_marks({"ada": 1.0}))
    marks = class_marks({"ada": 1.0}).chosen(["vae=vae (101)"])
    assert table(filled(tmp_path, "canvas", roster, marks).text)[3][6] == "1"
    marks = class_marks({"ada": 2.0}).chosen(["vae=Reading"])
    assert table(filled(tmp_path, "canvas", CANVAS, marks).text)[3][6] == "2"


def test_names_that_would_run_are_shown_and_ids_are_kept(tmp_path: Path) -> None:
    """In a class list ids are the platform's; without one they are names of submissions, which students choose."""
    roster = NBGRADER + "=2+3,=1+1,@evil,-x@example.org,77\n"
    sheet = filled(tmp_path, "csv", roster, class_marks({"=2+3": -1.5}))
    assert table(sheet.text)[-1] == ["=2+3", "'=1+1", "'@evil", "-x@example.org", "77", "-1.5"]
    assert any("it identifies a student" in line for line in sheet.remarks)
    for format in ("canvas", "moodle"):
        sheet = mark_sheet(format, class_marks({"=2+3": -1.5}), None)
        assert "'=2+3" in sheet.text
        assert table(sheet.text)[-1][-1] == "-1.5"
        assert any("--roster" in line for line in sheet.remarks)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_round_trip_with_a_canvas_class_list(tmp_path: Path, data: st.DataObject) -> None:
    """Ids and scores come back identical, in the order of the list; no name runs; delimiter and line ends stay."""
    ids = data.draw(st.lists(st.from_regex(r"[a-z0-9._-]{1,8}", fullmatch=True), min_size=1, max_size=5, unique=True))
    delimiter, line_end = data.draw(st.sampled_from([(",", "\n"), (";", "\r\n")]))
    given_names = [data.draw(names) for _ in ids]
    header = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "vae (9)", "Current Score"]
    rows = [
        [name, str(n + 1000), "", login, "Lab", "", "55.0"]
        for n, (name, login) in enumerate(zip(given_names, ids, strict=True))
    ]
    points = ["    Points Possible", "", "", "", "", "100.00", "(read only)"]
    students = data.draw(st.lists(st.sampled_from(ids), unique=True))
    marks = {student: data.draw(scores) for student in students}
    sheet = filled(tmp_path, "canvas", csv_text([header, points, *rows], delimiter, line_end), class_marks(marks))
    assert not sheet.lost
    written = table(sheet.text, delimiter)
    assert sheet.text.count(line_end) >= len(written)
    assert [row[3] for row in written[2:]] == ids
    assert [row[1] for row in written[2:]] == [row[1] for row in rows]
    assert {row[3]: float(row[5]) for row in written[2:] if row[5]} == marks
    assert not any(runs_as_formula(row[0]) for row in written)


@given(marks=st.dictionaries(names.filter(bool), scores, min_size=1, max_size=5), format=st.sampled_from(["canvas", "moodle"]))
def test_round_trip_without_a_class_list(marks: dict[str, float], format: str) -> None:
    """Every student and every score is there, and no cell runs."""
    sheet = mark_sheet(format, class_marks(marks), None)
    written = table(sheet.text)
    students = written[2:] if format == "canvas" else written[1:]
    named = [score for student, score in marks.items() if student.strip()]
    assert sorted(float(row[-1]) for row in students) == sorted(named)
    assert len(sheet.lost) == len(marks) - len(named)
    assert not any(runs_as_formula(cell) for row in students for cell in row)


@pytest.mark.parametrize(("format", "roster"), [("canvas", CANVAS), ("moodle", MOODLE)])
def test_a_column_that_the_list_lacks_is_said(tmp_path: Path, format: str, roster: str) -> None:
    """An import would make a second assignment beside the one that was meant; without a list there is none to be meant."""
    told = 'new one is added, which .*--assignment "warmup=TITLE"'
    sheet = filled(tmp_path, format, roster, class_marks(SCORES, "warmup"))
    assert any(re.search(told, line) for line in sheet.remarks)
    assert not any("new one" in line for line in filled(tmp_path, format, roster, class_marks(SCORES)).remarks)
    assert not any("new one" in line for line in mark_sheet(format, class_marks(SCORES), None).remarks)
