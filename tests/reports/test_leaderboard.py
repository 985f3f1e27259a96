"""Checkpoints of a class, the best first."""

from __future__ import annotations

from autograder.reports.leaderboard import leaderboards
from autograder.results.schema import CheckResult, Environment, ExerciseResult, Isolation, SubmissionResult


def handed_in(student: str, bound: float | None, *, full: float = 30.0) -> SubmissionResult:
    """A result with one checkpoint."""
    none: dict[str, float] = {"score": 0.0, "max_score": 0.0}
    status = "passed"
    scores = [
        CheckResult(name="kl", visibility="visible", status=status, value=9, zero=[1, 9], full=[2, 8], share=0.6, **none),
        CheckResult(name="bound", visibility="visible", status=status, value=bound, zero=40.0, full=full, share=0.4, **none),
    ]  # fmt: skip
    task = ExerciseResult(
        id="vae.training.vae_mnist", kind="training", score=1, max_score=2, status="partial", checkpoint=scores
    )
    return SubmissionResult(
        assignment="vae", student=student, grader_version="1", submission_sha256="0", seed=0, score=1, max_score=2,
        isolation=Isolation(profile="S3", layers=[]), environment=Environment(python="3", torch="2", device="cpu"),
        duration_s=1, status="graded", exercises=[task],
    )  # fmt: skip


def test_the_best_comes_first_and_equals_share_a_rank() -> None:
    """By the score with a direction, whichever that is; what was refused is named below."""
    members = [handed_in(name, bound) for name, bound in (("a", 33.0), ("b", 31.0), ("c", None), ("d", 33.0))]
    (board,) = leaderboards(members)
    assert board.columns == ("bound", "kl")
    assert [(place.rank, place.member, place.values[0]) for place in board.places] == [(1, 1, "31"), (2, 0, "33"), (2, 3, "33")]
    assert board.refused == [2]
    (board,) = leaderboards([handed_in("a", 41.0, full=50.0), handed_in("b", 45.0, full=50.0)])
    assert [place.member for place in board.places] == [1, 0]


def test_there_is_no_table_without_checkpoints() -> None:
    """As in every class that trains by the short budget."""
    plain = handed_in("a", 1.0)
    plain.exercises[0].checkpoint = None
    assert leaderboards([plain]) == []
