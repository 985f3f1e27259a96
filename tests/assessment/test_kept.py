"""What of an earlier result holds: by exercise, and of training tasks only where what they use came out the same."""

from __future__ import annotations

import pytest
from sample_results import failed_check, passed_check

from autograder.assessment.kept import kept_of, pictures_of
from autograder.results.schema import Artifacts, Environment, ExerciseResult, Isolation, SubmissionResult

BASES = {"vae.losses.a": "1", "vae.losses.b": "2", "vae.training.long": "3"}
USED = ["vae.losses.b"]


def exercise(id: str, *, right: bool = True, basis: str | None = None) -> ExerciseResult:
    """An exercise with one check; a wrong one has a picture."""
    check = passed_check() if right else failed_check(f"figures/ann/{id}.matches_closed_form.svg")
    status = "passed" if right else "failed"
    return ExerciseResult(
        id=id, kind="function", score=check.score, max_score=1, status=status, checks=[check], basis=basis or BASES[id]
    )


@pytest.fixture
def earlier() -> SubmissionResult:
    """Two exercises, one of them wrong, and a training task."""
    wrong = exercise("vae.losses.b", right=False)
    return SubmissionResult(
        assignment="vae", student="ann", grader_version="1", submission_sha256="0", seed=1,
        isolation=Isolation(profile="S3", layers=[]), environment=Environment(python="3", torch="2", device="cpu"),
        score=2, max_score=3, duration_s=1, status="graded",
        exercises=[exercise("vae.losses.a"), wrong, exercise("vae.training.long")],
        artifacts=Artifacts(figures=[wrong.checks[0].figure or "", "figures/ann/vae.training.long.curve.svg"]),
    )  # fmt: skip


def test_everything_holds(earlier: SubmissionResult) -> None:
    """Pictures are named as before they were stored."""
    kept = kept_of(earlier, BASES, trains=True)
    assert list(kept.exercises) == ["vae.losses.a", "vae.losses.b"]
    assert kept.exercises["vae.losses.b"].checks[0].figure == "vae.losses.b.matches_closed_form.svg"
    assert [one.id for one in kept.trainings(earlier.exercises, USED)] == ["vae.training.long"]
    assert pictures_of([kept.exercises["vae.losses.b"]], earlier) == ["vae.losses.b.matches_closed_form.svg"]
    assert earlier.exercises[1].checks[0].figure == "figures/ann/vae.losses.b.matches_closed_form.svg"


def test_an_exercise_with_another_basis_does_not(earlier: SubmissionResult) -> None:
    """Nor one whose basis nobody wrote down."""
    earlier.exercises[0].basis = None
    assert list(kept_of(earlier, BASES | {"vae.losses.b": "4"}, trains=True).exercises) == []


def test_trainings_hold_while_what_they_use_is_as_right_as_before(earlier: SubmissionResult) -> None:
    """A piece at fault is lent by the reference while a task runs."""
    kept = kept_of(earlier, BASES, trains=True)
    mended = [exercise("vae.losses.a"), exercise("vae.losses.b")]
    elsewhere = [exercise("vae.losses.a", right=False), exercise("vae.losses.b", right=False)]
    assert not kept.trainings(mended, USED)
    assert kept.trainings(elsewhere, USED)


def test_trainings_that_would_be_others(earlier: SubmissionResult) -> None:
    """On other data, or with another recipe, or not at all."""
    assert not kept_of(earlier, BASES, trains=False).trainings(earlier.exercises, USED)
    assert not kept_of(earlier, BASES | {"vae.training.long": "5"}, trains=True).trainings(earlier.exercises, USED)
    assert not kept_of(earlier, BASES | {"vae.training.new": "5"}, trains=True).trainings(earlier.exercises, USED)
