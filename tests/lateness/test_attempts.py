"""Several attempts: which one a page shows, which one counts, and what the best one was."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from rich.console import Console
from sample_results import classroom

from autograder.course.manifest import Manifest
from autograder.course.policy import Policy
from autograder.exports.marks import marks_of_results
from autograder.lateness.penalties import apply_policy
from autograder.reports.feedback import render_feedback
from autograder.reports.terminal import print_result
from autograder.results.schema import SubmissionResult
from autograder.results.store import load_results, save_result, write_summary

DUE = datetime(2026, 11, 20, 23, 0, tzinfo=UTC)


def attempt(content: str, score: float, submitted: datetime = DUE) -> SubmissionResult:
    """A result of a piece of work."""
    changes = {"student": "ann", "submission_sha256": content * 64, "score": score, "exercises": []}
    return classroom(1)[0].model_copy(update=changes | {"submitted": submitted.isoformat()})


def graded(folder: Path, policy: Policy, *attempts: SubmissionResult) -> SubmissionResult:
    """The last of some attempts, as its file has it."""
    for number, one in enumerate(attempts[:-1]):
        past = folder / "history" / f"2026-12-0{number}"
        past.mkdir(parents=True)
        save_result(one, past, "ann")
    folder.mkdir(exist_ok=True)
    save_result(attempts[-1], folder, "ann")
    apply_policy(folder, load_results(folder)[0], Manifest(assignments=("vae",), policy=policy), {})
    return load_results(folder)[0][0].result


def printed(result: SubmissionResult) -> str:
    """What a terminal says of it."""
    file = io.StringIO()
    print_result(result, Console(file=file, width=200))
    return file.getvalue()


@pytest.mark.parametrize(
    ("policy", "scores", "told", "counting"),
    [
        ("best", (30, 36, 20), "This is attempt 3. Attempt 2 was better and counts: 36 points.", 36),
        ("best", (30, 36, 40), "This is attempt 3. It is the best so far and counts.", 40),
        ("best", (30, 36, 36), "This is attempt 3. It is the best so far and counts.", 36),
        ("latest", (30, 36, 20), "This is attempt 3. The latest one counts.", 20),
        ("", (30, 36, 20), "This is attempt 3.", 20),
    ],
)
def test_every_reader_is_told_the_same(tmp_path: Path, policy: str, scores: tuple[int, ...], told: str, counting: int) -> None:
    """Page, terminal, JSON and summary; and what is exported by the policy is what they call the mark."""
    folder = tmp_path / "vae"
    result = graded(folder, Policy(attempts=policy), *(attempt(name, score) for name, score in zip("abc", scores, strict=True)))
    assert told in render_feedback(result, folder)
    assert told in printed(result)
    assert result.attempt is not None
    assert (result.attempt.number, result.attempt.counting) == (3, counting)
    assert json.loads((folder / "ann.json").read_text())["attempt"]["number"] == 3
    write_summary(load_results(folder)[0], tmp_path / "summary.csv")
    with (tmp_path / "summary.csv").open() as file:
        (row,) = csv.DictReader(file)
    assert (row["score"], row["attempt"], row["counting"]) == (str(scores[-1]), "3", str(counting))
    assert marks_of_results([folder], policy or "latest").assignments[0].marks["ann"].score == counting


def test_lateness_decides_what_is_best(tmp_path: Path) -> None:
    """An extension that is granted later moves earlier attempts, too, and so what counts."""
    policy = Policy(per_day=50, attempts="best", due={"vae": DUE - timedelta(days=1)})
    works = attempt("a", 40.0), attempt("b", 30.0, DUE - timedelta(days=2))
    result = graded(tmp_path / "vae", policy, *works)
    assert "It is the best so far and counts" in render_feedback(result, tmp_path)
    extended = Policy(per_day=50, attempts="best", due={"vae": DUE})
    course = Manifest(assignments=("vae",), policy=extended)
    stored = load_results(tmp_path / "vae")[0]
    apply_policy(tmp_path / "vae", stored, course, {})
    assert "Attempt 1 was better and counts: 40 points" in render_feedback(stored[0].result, tmp_path)
    assert marks_of_results([tmp_path / "vae"], "best").assignments[0].marks["ann"].score == 40.0


@pytest.mark.parametrize("works", [["a"], ["a", "a"]])
def test_one_piece_of_work_is_one_attempt(tmp_path: Path, works: list[str]) -> None:
    """However often it has been graded: nothing is said, and the summary has no column for it."""
    result = graded(tmp_path / "vae", Policy(attempts="best"), *(attempt(name, 30.0 + n) for n, name in enumerate(works)))
    assert result.attempt is None
    assert "attempt" not in render_feedback(result, tmp_path).casefold().partition("<body>")[2]
    write_summary(load_results(tmp_path / "vae")[0], tmp_path / "summary.csv")
    assert "attempt" not in (tmp_path / "summary.csv").read_text()


def test_a_failure_of_the_grader_is_no_attempt_to_choose(tmp_path: Path) -> None:
    """Neither before nor now: its score is no mark."""
    failed = attempt("b", 99.0).model_copy(update={"status": "grader_error"})
    result = graded(tmp_path / "before", Policy(attempts="best"), failed, attempt("a", 30.0))
    assert "It is the best so far and counts" in render_feedback(result, tmp_path)
    result = graded(tmp_path / "now", Policy(attempts="best"), attempt("a", 30.0), failed)
    assert "Attempt 1 was better and counts: 30 points" in render_feedback(result, tmp_path)
    assert marks_of_results([tmp_path / "now"], "best").assignments[0].marks["ann"].score == 30.0


def test_terminals_say_how_late_work_is(tmp_path: Path) -> None:
    """As the page does."""
    result = graded(tmp_path / "vae", Policy(per_day=10, due={"vae": DUE - timedelta(days=1)}), attempt("a", 40.0))
    assert "4 points are taken off: 36 count" in printed(result)
