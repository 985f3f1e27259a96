"""The course as a whole: what course.toml may say, and what is said about one that cannot be understood."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tiny_course import write_course

from autograder.audit.source_items import coverage, unknown_items
from autograder.course.course import Course
from autograder.course.manifest import Manifest, read_manifest
from autograder.errors import UsageError


def written(root: Path, text: str | bytes) -> Path:
    """Write course.toml below a root and return the root."""
    path = root / "solutions" / "course.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return root


def test_a_course_without_the_file_says_nothing(tmp_path: Path) -> None:
    """Assignments by name, and no items that would have to be covered."""
    assert read_manifest(tmp_path) == Manifest()
    name = write_course(tmp_path)
    course = Course(tmp_path)
    assert course.names() == [name]
    assert list(coverage(course)) == ["S1", "S2", "S3", "S4", "S5", "S6"]
    assert unknown_items(course) == []


def test_everything_is_read(tmp_path: Path) -> None:
    """Texts, lists, tables; ranges of items are written out, and an item of two sources counts once."""
    text = """title = "Sums"
id = "sums"
assignments = ["b", "a"]
demo = ["a"]
[code_points]
a = 12.5
[sources]
book = ["D2.9..D2.11", "appendix"]
sheet = ["14.3..14.3", "appendix"]
"""
    found = read_manifest(written(tmp_path, text))
    assert (found.title, found.id, found.assignments, found.demo) == ("Sums", "sums", ("b", "a"), ("a",))
    assert found.code_points == {"a": 12.5}
    assert found.source_items == ("D2.9", "D2.10", "D2.11", "appendix", "14.3")


def test_items_that_nothing_covers_and_tags_that_no_source_has(tmp_path: Path) -> None:
    """The first are empty rows of the coverage, the second are misspelt."""
    write_course(tmp_path)
    course = Course(written(tmp_path, '[sources]\nsheet = ["S1..S5", "S7"]'))
    table = coverage(course)
    assert list(table) == ["S1", "S2", "S3", "S4", "S5", "S7", "S6"]
    assert [item for item, covers in table.items() if not covers] == ["S7"]
    assert unknown_items(course) == ["S6"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("title = \n", "not TOML.*line 1"),
        (b'title = "\xff"', "not TOML.*position 9"),
        ("title = 3", "title is not a text"),
        ("id = []", "id is not a text"),
        ('assignments = "vae"', "assignments is not a list of texts"),
        ("assignments = [1]", "assignments is not a list of texts"),
        ('assignments = ["a", "a"]', "names 'a' twice"),
        ('asignments = ["a"]', "no key 'asignments'.*did you mean assignments"),
        ('assignments = ["warmup"]\ndemo = ["wramup"]', "demo names 'wramup'.*did you mean warmup"),
        ("code_points = 3", "code_points is not a table"),
        ("[code_points]\na = 3", "code_points names 'a'"),
        ('assignments = ["a"]\n[code_points]\na = true', "code_points.a is not a number"),
        ('assignments = ["a"]\n[code_points]\na = -1', "code_points.a is not a number"),
        ('assignments = ["a"]\n[code_points]\na = nan', "code_points.a is not a number"),
        ("sources = []", "sources is not a table"),
        ('[sources]\nsheet = "S1"', "sources.sheet is not a list"),
        ('[sources]\nsheet = ["S 1"]', "neither an item nor a range"),
        ('[sources]\nsheet = ["S1..T4"]', "neither an item nor a range"),
        ('[sources]\nsheet = ["S4..S1"]', "holds nothing"),
        ('[sources]\nsheet = ["S1..S1000000000"]', "too much"),
    ],
)
def test_a_malformed_file_is_one_clear_line(tmp_path: Path, text: str | bytes, message: str) -> None:
    """What, where, and what to do about it; never a traceback."""
    with pytest.raises(UsageError) as caught:
        read_manifest(written(tmp_path, text))
    said = str(caught.value)
    assert re.search(message, said)
    assert str(tmp_path / "solutions" / "course.toml") in said
    assert caught.value.remedy
    assert "\n" not in said


def test_a_folder_in_the_files_place(tmp_path: Path) -> None:
    """It cannot be read, and that is said."""
    (tmp_path / "solutions" / "course.toml").mkdir(parents=True)
    with pytest.raises(UsageError, match="cannot be read"):
        read_manifest(tmp_path)
