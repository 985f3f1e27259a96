"""Late work in Gradescope: the course's policy takes off what it costs, and a sentence says so."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sample_results import result

from autograder.bundles.gradescope_metadata import read_metadata
from autograder.bundles.gradescope_run import _Run
from autograder.bundles.gradescope_settings import Settings
from autograder.exports.gradescope import gradescope_results

DUE = datetime(2026, 5, 1, 12, tzinfo=UTC)
POLICY = "per_day = 10\ngrace_minutes = 15\n"
OWN_DUE = "[policy.due]\nvae = 2026-05-01T12:00:00Z\n"


def document(
    folder: Path, policy: str, *, handed_in: timedelta, due: datetime | None = None, **settings: Any
) -> dict[str, Any]:
    """What a submission of 40 points gets, so much after the first of May."""
    course = folder / "source" / "course" / "solutions"
    course.mkdir(parents=True)
    (course / "course.toml").write_text(f'assignments = ["vae"]\n[policy]\n{policy}')
    found = {
        "created_at": (DUE + handed_in).isoformat(), "users": [{"email": "ann@school.edu", "name": "Ann"}],
        "assignment": {"due_date": due.isoformat() if due else None},
        "previous_submissions": [{"submission_time": DUE.isoformat(), "score": "37", "results": {}}],
    }  # fmt: skip
    (folder / "m.json").write_text(json.dumps(found))
    run = _Run(folder, Settings("vae", **settings), read_metadata(folder / "m.json"))
    return run.document(result().model_copy(update={"score": 40.0}))


LATE = timedelta(days=1, hours=2)


@pytest.mark.parametrize(
    ("policy", "due", "score", "told"),
    [
        (POLICY + OWN_DUE, None, 32.0, "8 points are taken off: 32 count."),
        (POLICY, DUE, 32.0, "8 points are taken off: 32 count."),
        (POLICY + OWN_DUE, DUE + timedelta(days=1), 36.0, "4 points are taken off: 36 count."),
        (POLICY + OWN_DUE + "[policy.extensions.vae]\n'ann@school.edu' = 2026-05-04T12:00:00Z\n", None, 40.0, "in time"),
        (POLICY + OWN_DUE + "[policy.extensions.vae]\nAnn = 2026-05-04T12:00:00Z\n", None, 40.0, "in time"),
        ("slack_days = 3\n" + POLICY + OWN_DUE, None, 40.0, "Slack days are counted over the whole course"),
        (POLICY, None, 40.0, "Attempt 2"),
        ("", DUE, 40.0, "Nothing is taken off."),
    ],
)
def test_who_takes_off_what(tmp_path: Path, policy: str, due: datetime | None, score: float, told: str) -> None:
    """The later of both due dates counts, and an extension; slack cannot be known there, so nothing is taken off."""
    found = document(tmp_path, policy, handed_in=LATE, due=due)
    assert found["score"] == score
    assert told in found["output"]


def test_the_best_attempt_is_the_best_after_penalties(tmp_path: Path) -> None:
    """An earlier one of 37 points against 40 that are late."""
    found = document(tmp_path, POLICY + OWN_DUE, handed_in=LATE, keep="best")
    assert found["score"] == 37.0
    assert "This attempt has 32 points; the best one counts." in found["output"]


def test_a_policy_that_cannot_be_read_costs_nobody_anything(tmp_path: Path) -> None:
    """The checks have been done: staff reads what is wrong."""
    found = document(tmp_path, "per_day = 'ten'\n", handed_in=LATE)
    assert found["score"] == 40.0


def test_exports_have_it_too() -> None:
    """Of results that know when the work was handed in."""
    late = {"due": DUE.isoformat(), "days": 2, "slack_days": 0, "penalty": 8.0}
    from autograder.results.schema import Late

    graded = result().model_copy(update={"submitted": (DUE + LATE).isoformat(), "late": Late(**late)})
    told = gradescope_results(graded)
    assert told["score"] == pytest.approx(graded.score - 8)
    assert "8 points are taken off" in told["output"]
