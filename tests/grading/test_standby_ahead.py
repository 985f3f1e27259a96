"""Submissions that will be asked for next are graded ahead; what changes meanwhile is graded again."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest
from tiny_course import write_course
from tiny_course_files import PIECES, WHOLE

from autograder.course.course import open_course
from autograder.grading.jobs import Job
from autograder.grading.options import GradeOptions
from autograder.grading.standby import StandbyGrader


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """A course, and its assignment."""
    root = tmp_path_factory.mktemp("standby")
    name = write_course(root)
    open_course.cache_clear()
    yield root, name
    open_course.cache_clear()


@pytest.fixture(scope="module")
def grader(place: tuple[Path, str]) -> Iterator[StandbyGrader]:
    """Real processes."""
    root, name = place
    made = StandbyGrader(name, GradeOptions(isolation="best"), root)
    yield made
    made.close()


def hand_in(root: Path, student: str, right: bool) -> Path:
    """A folder of modules."""
    folder = root / "submitted" / student / "work"
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in {"pieces.py": PIECES, "whole.py": WHOLE}.items():
        (folder / name).write_text(text if right else text.replace("2 * x", "3 * x"))
    return folder


def test_results_belong_to_those_who_ask(place: tuple[Path, str], grader: StandbyGrader) -> None:
    """In the announced order, out of it, and for somebody who was never announced."""
    students = {name: hand_in(place[0], name, right=name in "ac") for name in "abcd"}
    announced = [(students[name], name) for name in "bcd"]
    asked = {"a": grader.grade(students["a"], "a", announced).result}
    for name in "cbd":
        asked[name] = grader.grade(students[name], name).result
    assert {name: result.student for name, result in asked.items()} == {name: name for name in "abcd"}
    best = asked["a"].score
    assert [asked[name].score == best for name in "abcd"] == [True, False, True, False]


def test_a_submission_that_changed_meanwhile_is_graded_as_it_is_now(place: tuple[Path, str], grader: StandbyGrader) -> None:
    """The result made ahead is of another attempt."""
    first, second = hand_in(place[0], "first", right=True), hand_in(place[0], "second", right=False)
    before = grader.grade(first, "first", [(second, "second")]).result.score
    hand_in(place[0], "second", right=True)
    os.utime(second / "pieces.py", (1, 1))
    assert grader.grade(second, "second").result.score == before


def test_somebody_unannounced_does_not_wait_for_everybody_announced(
    place: tuple[Path, str], grader: StandbyGrader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What has not been begun is left; what has been is not done again."""
    begun: list[str] = []
    submit = ProcessPoolExecutor.submit

    def counted(pool: ProcessPoolExecutor, work: object, job: Job) -> object:
        begun.append(job.student)
        return submit(pool, work, job)  # type: ignore[arg-type]

    monkeypatch.setattr(ProcessPoolExecutor, "submit", counted)
    announced = [(hand_in(place[0], f"n{number}", right=True), f"n{number}") for number in range(12)]
    stranger = hand_in(place[0], "stranger", right=False)
    best = grader.grade(*announced[0], announced[1:]).result.score
    assert grader.grade(stranger, "stranger", announced[1:3]).result.score < best
    assert "n11" not in begun
    assert [grader.grade(*one).result.score for one in announced[1:3]] == [best, best]
    assert begun.count("n1") == 1
