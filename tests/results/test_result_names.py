"""Where results go is settled before the first submission is graded."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from autograder.results.result_names import name_results
from autograder.results.schema import Environment, Isolation, SubmissionResult
from autograder.results.store import Stored


def stored(stem: str, student: str, content: str) -> Stored:
    """An earlier result."""
    result = SubmissionResult(
        assignment="a", student=student, grader_version="1", submission_sha256=content, seed=0,
        isolation=Isolation(profile="S3", layers=[]), environment=Environment(python="3", torch="2", device="cpu"),
        score=0, max_score=1, duration_s=0, status="graded",
    )  # fmt: skip
    return Stored(stem, result)


def named(students: dict[str, str], previous: list[Stored], content: dict[str, str] | None = None) -> dict[str, str]:
    """Stems by path, as text."""
    found = name_results({Path(path): who for path, who in students.items()}, previous, lambda path: (content or {})[str(path)])
    return {str(path): stem for path, stem in found.items()}


def test_namesakes_are_numbered_in_the_order_of_their_paths() -> None:
    """Whoever is graded first."""
    assert named({"m/ann": "ann", "t/ann": "ann", "ben": "ben"}, [], {"m/ann": "1", "t/ann": "2"}) == {
        "m/ann": "ann", "t/ann": "ann~2", "ben": "ben",
    }  # fmt: skip


@pytest.mark.parametrize("order", list(itertools.permutations(["m/ann", "t/ann", "w/ann"])))
def test_who_has_a_result_keeps_its_file(order: tuple[str, ...]) -> None:
    """A third namesake, wherever it is found, replaces nobody's result that still holds."""
    previous = [stored("ann", "ann", "1"), stored("ann~2", "ann", "2")]
    content = {"m/ann": "1", "t/ann": "2", "w/ann": "3"}
    assert named(dict.fromkeys(order, "ann"), previous, content) == {"m/ann": "ann", "t/ann": "ann~2", "w/ann": "ann~3"}


def test_a_changed_submission_replaces_its_result() -> None:
    """Nothing needs to be read for that."""
    assert named({"ann": "ann"}, [stored("ann", "ann", "1")]) == {"ann": "ann"}


def test_of_two_earlier_results_the_one_of_the_same_content_is_replaced() -> None:
    """The other one belongs to somebody who is not graded now."""
    previous = [stored("ann", "ann", "1"), stored("ann~2", "ann", "2")]
    assert named({"t/ann": "ann"}, previous, {"t/ann": "2"}) == {"t/ann": "ann~2"}


def test_new_names_avoid_those_of_others() -> None:
    """Also where file systems ignore case."""
    assert named({"x": "ANN"}, [stored("ann", "ann", "1")]) == {"x": "ANN~2"}
