"""Groups and attempts: who gets which mark."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from sample_results import grader_error
from sample_results import result as make_result

from autograder.cli import run_command
from autograder.errors import UsageError
from autograder.exports.groups import read_groups, with_groups
from autograder.exports.marks import AssignmentMarks, ClassMarks, Mark, Person, marks_of_results
from autograder.results.store import save_result

GROUPS = "group,student\nred,anna\nred,ben\nblue,cem\n"


def _groups(tmp_path: Path, text: str = GROUPS) -> dict[str, list[str]]:
    path = tmp_path / "groups.csv"
    path.write_text(text, encoding="utf-8")
    return read_groups(path)


def _marks(**scores: float) -> ClassMarks:
    given = {name: Mark(score) for name, score in scores.items()}
    return ClassMarks({name: Person(name) for name in scores}, [AssignmentMarks("vae", 40.0, given)])


def _scores(marks: ClassMarks) -> dict[str, float]:
    (assignment,) = marks.assignments
    assert set(assignment.marks) <= set(marks.people), "everybody with a mark is somebody"
    return {name: mark.score for name, mark in assignment.marks.items()}


def test_every_member_gets_the_groups_mark(tmp_path: Path) -> None:
    """Whoever is in no group keeps the own one; a group is no student."""
    marked = with_groups(_marks(red=30.0, dan=10.0), _groups(tmp_path))
    assert _scores(marked) == {"anna": 30.0, "ben": 30.0, "dan": 10.0}
    assert "red" not in marked.people
    assert marked.remarks == ["the group blue has handed in nothing"]


def test_a_members_submission_is_the_groups(tmp_path: Path) -> None:
    """Of several the best counts for all, and that is said."""
    assert _scores(with_groups(_marks(ben=20.0), _groups(tmp_path))) == {"anna": 20.0, "ben": 20.0}
    marked = with_groups(_marks(anna=10.0, ben=20.0, red=15.0), _groups(tmp_path))
    assert _scores(marked) == {"anna": 20.0, "ben": 20.0}
    assert any("3 submissions of the group red: ben counts" in remark for remark in marked.remarks)


def test_a_failure_of_the_grader_is_every_members(tmp_path: Path) -> None:
    """No mark, and no zero either."""
    failed = ClassMarks({"red": Person("red")}, [AssignmentMarks("vae", 40.0, {}, frozenset({"red"}))])
    (assignment,) = with_groups(failed, _groups(tmp_path)).assignments
    assert (assignment.marks, assignment.ungraded) == ({}, frozenset({"anna", "ben"}))


@pytest.mark.parametrize("text", ["", "a,b\n", "group,student\nred,\n", "group,student\nred,anna\nblue,anna\n"])
def test_bad_lists_are_refused_in_one_line(tmp_path: Path, text: str) -> None:
    """With the line."""
    with pytest.raises(UsageError):
        _groups(tmp_path, text)


@pytest.mark.parametrize("text", ["student;group\nanna;red\nanna;red\n", "\ufeffGroup\tStudent\nred\tanna\n\n"])
def test_lists_as_spreadsheets_write_them(tmp_path: Path, text: str) -> None:
    """In any order, with semicolons, tabs, a mark at the start, empty lines, a member twice."""
    assert _groups(tmp_path, text) == {"red": ["anna"]}


@pytest.fixture
def two_attempts(tmp_path: Path) -> list[Path]:
    """Anna is better at first, Ben later; on Cem's second attempt the grader failed."""
    folders = [tmp_path / "first", tmp_path / "second"]
    for folder, scores in zip(folders, ({"anna": 30.0, "ben": 10.0, "cem": 5.0}, {"anna": 20.0, "ben": 15.0}), strict=True):
        for student, score in scores.items():
            save_result(make_result(student).model_copy(update={"score": score}), folder, student)
    save_result(grader_error("cem"), folders[1], "cem")
    return folders


@pytest.mark.parametrize(
    ("attempts", "wanted"),
    [("best", {"anna": 30.0, "ben": 15.0, "cem": 5.0}), ("latest", {"anna": 20.0, "ben": 15.0, "cem": 5.0})],
)
def test_one_attempt_counts(two_attempts: list[Path], attempts: str, wanted: dict[str, float]) -> None:
    """The best or the latest; a failure of the grader is no attempt."""
    assert _scores(marks_of_results(two_attempts, attempts)) == wanted


def test_attempts_have_to_be_chosen_among(two_attempts: list[Path]) -> None:
    """Silence chooses nothing; an unknown word neither."""
    with pytest.raises(UsageError, match="--attempts best or latest"):
        marks_of_results(two_attempts)
    with pytest.raises(UsageError, match="choose best or latest"):
        marks_of_results(two_attempts, "first")


def test_the_command(two_attempts: list[Path], tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Both together, into a table."""
    (tmp_path / "groups.csv").write_text(GROUPS)
    out = tmp_path / "marks.csv"
    arguments = ["--attempts", "latest", "--groups", str(tmp_path / "groups.csv"), "--out", str(out)]
    assert run_command(["export", "csv", *map(str, two_attempts), *arguments]) == 0
    capfd.readouterr()
    rows = {row["student_id"]: float(row["score"]) for row in csv.DictReader(out.read_text().splitlines())}
    assert rows == {"anna": 20.0, "ben": 20.0, "cem": 5.0}
