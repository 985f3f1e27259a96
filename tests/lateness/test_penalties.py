"""Late work: days, slack over the course, what is taken off, and where it is seen."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sample_results import classroom

from autograder.course.manifest import Manifest
from autograder.course.policy import Policy
from autograder.exports.marks import marks_of_results
from autograder.lateness.penalties import apply_policy
from autograder.reports.feedback import render_feedback
from autograder.results.store import Stored, load_results, save_result, write_summary

DUE = datetime(2026, 11, 20, 23, 0, tzinfo=UTC)
POLICY = Policy(
    slack_days=2, per_day=10, most_days=4, grace_minutes=15, due={"warmup": DUE, "vae": DUE + timedelta(days=14)},
    extensions={"vae": {"ann": DUE + timedelta(days=17)}},
)  # fmt: skip
COURSE = Manifest(assignments=("warmup", "vae"), policy=POLICY)


def store(folder: Path, assignment: str, students: tuple[str, ...] = ("ann", "ben")) -> list[Stored]:
    """Results of some students, 40 points each."""
    folder.mkdir(parents=True, exist_ok=True)
    for student in students:
        result = classroom(1)[0].model_copy(
            update={"assignment": assignment, "student": student, "score": 40.0, "exercises": []}
        )
        save_result(result, folder, student)
    return load_results(folder)[0]


def late(folder: Path) -> dict[str, Any]:
    """What is stored of each student."""
    return {one.stem: one.result.late for one in load_results(folder)[0]}


@pytest.mark.parametrize(("hours", "days"), [(-1, 0), (0, 0), (0.25, 0), (0.26, 1), (24, 1), (24.1, 2), (48, 2)])
def test_days_begun(hours: float, days: int) -> None:
    """Grace makes the first minutes none; it does not move later days."""
    assert POLICY.due_for("warmup", "ben") == DUE
    assert POLICY.due_for("flows", "ben") is None
    assert POLICY.days_after(DUE, DUE + timedelta(hours=hours)) == days


def test_slack_goes_to_what_comes_first(tmp_path: Path) -> None:
    """Three days late in the first assignment: two are free, the third costs; the next has none left."""
    first = store(tmp_path / "warmup", "warmup")
    apply_policy(tmp_path / "warmup", first, COURSE, {"ben": DUE + timedelta(days=3), "ann": DUE})
    second = store(tmp_path / "vae", "vae")
    times = {"ben": DUE + timedelta(days=15), "ann": DUE + timedelta(days=18)}
    assert apply_policy(tmp_path / "vae", second, COURSE, times) == []
    assert {name: (one.days, one.slack_days, one.penalty) for name, one in late(tmp_path / "warmup").items()} == {
        "ann": (0, 0, 0.0), "ben": (3, 2, 4.0),
    }  # fmt: skip
    assert {name: (one.days, one.slack_days, one.penalty) for name, one in late(tmp_path / "vae").items()} == {
        "ann": (1, 1, 0.0), "ben": (1, 0, 4.0),
    }  # fmt: skip


def test_too_late_earns_nothing(tmp_path: Path) -> None:
    """And never less than that."""
    stored = store(tmp_path / "vae", "vae")
    times = {"ben": DUE + timedelta(days=14 + 6), "ann": DUE + timedelta(days=17 + 7)}
    apply_policy(tmp_path / "vae", stored, COURSE, times)
    assert {name: one.penalty for name, one in late(tmp_path / "vae").items()} == {"ann": 40.0, "ben": 16.0}


def test_unknown_times_cost_nothing_and_are_said(tmp_path: Path) -> None:
    """One line, with the option that helps; a time once told stays, and an extension given later counts."""
    stored = store(tmp_path / "warmup", "warmup")
    (warning,) = apply_policy(tmp_path / "warmup", stored, COURSE, {"ben": DUE + timedelta(days=4)})
    assert "1 of 2" in warning
    assert "--times" in warning
    again = load_results(tmp_path / "warmup")[0]
    extended = Manifest(assignments=("warmup",), policy=Policy(per_day=10, due={"warmup": DUE + timedelta(days=3)}))
    apply_policy(tmp_path / "warmup", again, extended, {})
    assert late(tmp_path / "warmup")["ben"].penalty == 4.0
    apply_policy(tmp_path / "warmup", again, Manifest(assignments=("warmup",)), {})
    assert late(tmp_path / "warmup") == {"ann": None, "ben": None}
    assert load_results(tmp_path / "warmup")[0][1].result.submitted is not None


def test_where_it_is_seen(tmp_path: Path) -> None:
    """The student's page, the summary, and the marks that leave for other systems."""
    stored = store(tmp_path / "vae", "vae")
    apply_policy(tmp_path / "vae", stored, COURSE, {"ben": DUE + timedelta(days=17), "ann": DUE})
    page = render_feedback(stored[1].result, tmp_path)
    assert "3 days late (handed in 2026-12-07 23:00, due 2026-12-04 23:00), 2 of them covered by your slack days" in page
    assert "4 points are taken off: 36 count" in page
    assert "in time" in render_feedback(stored[0].result, tmp_path)
    write_summary(stored, tmp_path / "summary.csv")
    with (tmp_path / "summary.csv").open() as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    assert (rows["ben"]["score"], rows["ben"]["days_late"], rows["ben"]["penalty"], rows["ben"]["final"]) == (
        "40",
        "3",
        "4",
        "36",
    )
    (marks,) = marks_of_results([tmp_path / "vae"]).assignments
    assert {name: mark.score for name, mark in marks.marks.items()} == {"ann": 40.0, "ben": 36.0}


def test_attempts_in_the_history_count_as_attempts(tmp_path: Path) -> None:
    """Other work, that is: an earlier grading of the same work is none."""
    folder = tmp_path / "vae"
    store(folder, "vae")
    for number, (score, content) in enumerate([(90.0, "b" * 64), (99.0, "")], start=1):
        past = folder / "history" / f"2026-12-0{number}"
        past.mkdir(parents=True)
        found = json.loads((folder / "ben.json").read_text()) | {"score": score}
        (past / "ben.json").write_text(json.dumps(found | ({"submission_sha256": content} if content else {})))
    scores = {how: marks_of_results([folder], how).assignments[0].marks["ben"].score for how in ("", "best", "latest")}
    assert scores == {"": 40.0, "best": 90.0, "latest": 40.0}
