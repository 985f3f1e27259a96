"""Exports are valid in the eyes of the programs that read them."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from sample_results import HOSTILE_NAMES, SECRET, grader_error, result, unreadable

from autograder.errors import UsageError
from autograder.exports.formats import export, junit_document
from autograder.exports.gradescope import gradescope_results
from autograder.results.store import save_result


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of results."""
    for graded in (result("alice"), unreadable("bob"), grader_error("carol")):
        save_result(graded, tmp_path / "results", graded.student)
    return tmp_path / "results"


@pytest.mark.parametrize("student", HOSTILE_NAMES)
def test_junit_is_valid_xml(student: str) -> None:
    """Whatever names and messages contain."""
    graded = result(student)
    graded.exercises[1].checks[0].message = f"{student}\x00\x1b\ufffe\ud800"
    root = ElementTree.fromstring(junit_document([graded]))
    suite = root.find("testsuite")
    assert suite is not None
    assert int(suite.get("tests", "")) == len(suite.findall("testcase"))
    assert float(suite.get("time", "")) == pytest.approx(0.84)
    times = [float(case.get("time", "")) for case in suite.iter("testcase")]
    assert sum(times) == pytest.approx(0.84, abs=0.001 * len(times)), "GitLab adds up the cases"
    assert max(times) - min(times) < 0.002, "checks run side by side: none is said to be slow"


def test_junit_tells_failures_errors_and_skipped_apart() -> None:
    """A wrong value is a failure, a raised error an error, a question for a person is skipped."""
    document = junit_document([result(), unreadable(), grader_error()])
    root = ElementTree.fromstring(document)
    assert [(s.get("failures"), s.get("errors"), s.get("skipped")) for s in root] == [
        ("4", "1", "1"),
        ("0", "1", "0"),
        ("0", "1", "0"),
    ]
    assert SECRET.encode() not in document
    assert b"tensor([[1., 0.]" in document


def test_gradescope_shows_hidden_checks_by_title_only() -> None:
    """Title, status and points; no message, no input."""
    told = gradescope_results(result())
    tests = told["tests"]
    assert isinstance(tests, list)
    assert told["score"] == result().score
    assert SECRET not in json.dumps(told)
    hidden = [test for test in tests if "torch.distributions" in test["name"]]
    assert hidden[0]["output"] == ""
    assert any("this looks like logvar read as std" in test["name"] for test in tests)
    assert {test["visibility"] for test in tests} == {"visible"}


def test_gradescope_gets_no_mark_from_a_failed_grader() -> None:
    """Without a score Gradescope reports the run as failed."""
    assert "score" not in gradescope_results(grader_error())
    assert gradescope_results(unreadable())["score"] == 0.0


@pytest.mark.parametrize(("format", "name"), [("csv", "marks.csv"), ("junit", "junit.xml"), ("gradescope", "gs")])
def test_every_format_can_be_exported(folder: Path, tmp_path: Path, format: str, name: str) -> None:
    """The files that are returned exist."""
    written = export(format, folder, tmp_path / "out" / name)
    assert written
    assert all(path.is_file() for path in written)


def test_unknown_formats_and_empty_folders_are_usage_errors(folder: Path, tmp_path: Path) -> None:
    """With the nearest format, or what to run first."""
    with pytest.raises(UsageError, match="did you mean junit"):
        export("junitt", folder, tmp_path / "x")
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="autograder grade"):
        export("csv", tmp_path / "empty", tmp_path / "x")


def test_no_two_cases_of_a_class_share_a_name() -> None:
    """GitLab tells cases apart by class and name alone, and keeps the first."""
    students = [result("alice"), result("bob"), result("alice"), unreadable("carol"), unreadable("dan"), unreadable("dan")]
    students += [result("x" * 2000 + "1"), result("x" * 2000 + "2")]
    root = ElementTree.fromstring(junit_document(students))
    names = [(case.get("classname"), case.get("name")) for case in root.iter("testcase")]
    assert len(names) > 4
    assert len(set(names)) == len(names)
