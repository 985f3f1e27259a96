"""What a Dask worker does with graders that die: before a submission, over it, or while nobody asks them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.cluster import tasks
from autograder.cluster.grader_apart import GraderDied
from autograder.grading.jobs import Done, Job
from autograder.grading.options import GradeOptions

JOB = Job(Path("ann"))


class Fake:
    """A grader that starts and grades as its class says; `script` has a letter for each that is started."""

    script: Iterator[str]
    started = 0
    version = "1"

    def __init__(self, *_: object) -> None:
        """Start, unless the script says that it cannot."""
        type(self).started += 1
        self.fate = next(type(self).script)
        self.alive = True
        if self.fate == "s":
            raise GraderDied("did not start", "here")

    def grade(self, job: Job) -> Done:
        """Die over it, or be done."""
        if self.fate == "d" or not self.alive:
            raise GraderDied("died", str(job.path))
        return Done(job)

    def close(self) -> None:
        """Nothing is there."""


def outcome(monkeypatch: pytest.MonkeyPatch, script: str, *, idle: bool = False) -> str:
    """What becomes of a submission, and how many graders were started for it."""
    Fake.script, Fake.started = iter(script), 0
    monkeypatch.setattr(tasks, "GraderApart", Fake)
    monkeypatch.setattr(tasks, "_idle", [])
    monkeypatch.setattr(tasks, "quarantined", lambda *_: "quarantine")
    if idle:
        tasks.grade_in_worker("a", GradeOptions(), Path(), "1", JOB)
        for _, grader in tasks._idle:
            grader.alive = False  # type: ignore[misc]
    try:
        done = tasks.grade_in_worker("a", GradeOptions(), Path(), "1", JOB)
    except GraderDied:
        return f"nobody can grade, {Fake.started}"
    return f"{done.graded or 'graded'}, {Fake.started}"


def test_a_grader_that_does_not_start_is_no_death_over_a_submission(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another one is started; where none does, the worker cannot grade, and the submission has done nothing."""
    assert outcome(monkeypatch, "sg") == "graded, 2"
    assert outcome(monkeypatch, "ss") == "nobody can grade, 2"
    assert outcome(monkeypatch, "dg") == "graded, 2"
    assert outcome(monkeypatch, "dd") == "quarantine, 2"
    assert outcome(monkeypatch, "ds") == "quarantine, 2"


def test_a_grader_that_has_ended_while_it_waited_is_nobodys_death(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next submission has both of its attempts, with graders that live."""
    assert outcome(monkeypatch, "gdg", idle=True) == "graded, 3"
    assert outcome(monkeypatch, "gdd", idle=True) == "quarantine, 3"
