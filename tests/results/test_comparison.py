"""Two gradings of a class: whose marks move, on which check, and what is said of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sample_results import failed_exercise
from sample_results import result as make_result

from autograder.cli import run_command
from autograder.results.comparison import compare
from autograder.results.schema import SubmissionResult
from autograder.results.store import save_result


def _class(**exercises: float) -> list[SubmissionResult]:
    """One result per student, whose first check has so many points."""
    return [_result(student, score) for student, score in exercises.items()]


def _result(student: str, score: float, sha: str = "a" * 64, status: str = "graded") -> SubmissionResult:
    exercise = failed_exercise()
    first = exercise.checks[0]
    first.score, first.status = score, "passed" if score == first.max_score else "failed"
    exercise.score = sum(check.score for check in exercise.checks)
    changes = {"student": student, "exercises": [exercise], "score": exercise.score, "submission_sha256": sha, "status": status}
    return make_result(student).model_copy(update=changes)


def test_who_gains_who_loses_and_who_stays() -> None:
    """By the name of the student; whoever is on one side only is named, too."""
    comparison = compare(_class(anna=0.0, ben=1.0, cleo=1.0, dan=0.0), _class(anna=1.0, ben=0.0, cleo=1.0, eve=0.0))
    assert [move.student for move in comparison.gaining] == ["anna"]
    assert [move.student for move in comparison.losing] == ["ben"]
    assert comparison.unchanged == 1
    assert (comparison.only_old, comparison.only_new) == (("dan",), ("eve",))
    ((key, counts),) = comparison.by_check().items()
    assert key[1] == "matches_closed_form"
    assert counts == (1, 1)


def test_a_check_that_is_new_or_gone_is_a_move() -> None:
    """Its points are gained or lost as a whole."""
    before, after = _result("anna", 1.0), _result("anna", 1.0)
    after.exercises[0].checks.pop(0)
    (move,) = compare([before], [after]).moves
    (check,) = move.exercises[0].checks
    assert (check.new, check.points) == (None, -1.0)
    (back,) = compare([after], [before]).moves
    assert back.exercises[0].checks[0].points == 1.0


def test_checks_of_one_name_and_two_visibilities_are_two() -> None:
    """Names are unique among the visible and among the hidden ones, not over both."""
    before, after = _result("anna", 1.0), _result("anna", 1.0)
    for result in (before, after):
        result.exercises[0].checks[1].name = result.exercises[0].checks[0].name
    after.exercises[0].checks[1].status = "error"
    (move,) = compare([before], [after]).moves
    assert [check.new.visibility for check in move.exercises[0].checks if check.new] == ["hidden"]


def test_sums_in_another_order_are_no_move() -> None:
    """Points are compared as people see them."""
    before, after = _result("anna", 1.0), _result("anna", 1.0)
    before.score, after.score = 0.1 + 0.2, 0.3
    assert compare([before], [after]).moves == ()


def test_a_failure_of_the_grader_is_no_loss() -> None:
    """It has no mark."""
    comparison = compare([_result("anna", 1.0)], [_result("anna", 0.0, status="grader_error")])
    assert comparison.losing == ()
    assert not comparison.moves[0].marked


@pytest.fixture
def two_folders(tmp_path: Path) -> tuple[Path, Path]:
    """Results before and after."""
    sides = tmp_path / "old", tmp_path / "new"
    for folder, score in zip(sides, (0.0, 1.0), strict=True):
        folder.mkdir()
        save_result(_result("anna", score), folder, "anna")
        save_result(_result("\x1b[31mben", 1.0), folder, "ben")
    return sides


def test_the_command_says_it(two_folders: tuple[Path, Path], capfd: pytest.CaptureFixture[str]) -> None:
    """Who, on which exercise and check, with the input that shows it; nothing of hidden inputs."""
    assert run_command(["diff", *map(str, two_folders)]) == 0
    told = capfd.readouterr()
    assert told.err == ""
    assert "anna: " in told.out
    assert "(+1)" in told.out
    assert "matches_closed_form: failed (0 of 1) -> passed (1 of 1)" in told.out
    assert "mu = tensor" in told.out
    assert "1 gain; 0 lose; 0 move without points; 1 unchanged" in told.out
    assert "\x1b" not in told.out
    assert "0.123456789" not in told.out


def test_the_command_as_data(two_folders: tuple[Path, Path], capfd: pytest.CaptureFixture[str]) -> None:
    """The same for programs."""
    assert run_command(["diff", "--json", *map(str, two_folders)]) == 0
    data = json.loads(capfd.readouterr().out)
    assert (data["gain"], data["lose"], data["unchanged"]) == (1, 0, 1)
    (student,) = data["students"]
    assert student["exercises"][0]["checks"][0] == {
        "name": "matches_closed_form", "old": "failed", "new": "passed", "points": 1.0,
        "example": failed_exercise().checks[0].example,
    }  # fmt: skip


def test_other_files_and_other_assignments(two_folders: tuple[Path, Path], capfd: pytest.CaptureFixture[str]) -> None:
    """Another attempt is said to be one; another assignment is refused in one line."""
    old, new = two_folders
    save_result(_result("anna", 1.0, sha="b" * 64), new, "anna")
    assert run_command(["diff", str(old), str(new)]) == 0
    assert "other files were graded of 1 students: anna" in capfd.readouterr().err
    save_result(_result("anna", 1.0).model_copy(update={"assignment": "gan"}), new, "anna")
    assert run_command(["diff", str(old), str(new)]) == 2
    assert "compare results of one assignment" in capfd.readouterr().err
    assert run_command(["diff", str(old / "anna.json"), str(old / "nobody.json")]) == 2
