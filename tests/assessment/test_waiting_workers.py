"""Workers that wait between visible and hidden checks: what all of one submission hold meanwhile has a bound."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from tiny_course import pieces, right_answers, whole

from autograder.assessment.assess import assess
from autograder.assessment.runner import RunOptions, earned
from autograder.checks.calls import CandidateSession
from autograder.course.assignment import Assignment, Exercise
from autograder.sandbox.zygote_host import ZygoteHost
from autograder.sessions import budget
from autograder.sessions.remote import RemoteSession
from autograder.sessions.subjects import IsolatedSubmission

HOARD = """
import functools, types
_asked, _held = set(), []
def _hoarding(function):
    @functools.wraps(function)
    def call(*args, **kwargs):
        _asked.add(function.__name__)
        if len(_asked) > 1: raise ValueError("asked among others")
        if not _held: _held.append({kept})
        return function(*args, **kwargs)
    return call
for _name, _value in list(globals().items()):
    if type(_value) is types.FunctionType and _value is not _hoarding: globals()[_name] = _hoarding(_value)
"""
FORMS = {"a tensor": "torch.ones(96 << 18)", "pages that are not in use": "__import__('mmap').mmap(-1, 96 << 20)"}
"""Ninety-six megabytes each; a mapping counts by what it may hold: one that is shared hides what it does hold."""


class Watched(IsolatedSubmission):
    """Notes what its workers hold when the visible part is over."""

    held: float = 0.0

    def open(self, module: str, substitutes: Sequence[Exercise] = ()) -> CandidateSession:
        """Open a session, and remember it."""
        session = super().open(module, substitutes)
        self.sessions = [*getattr(self, "sessions", []), session]
        return session

    def keep_silent(self) -> None:
        """Look at those that are there still."""
        super().keep_silent()
        there = [one for one in self.sessions if isinstance(one, RemoteSession) and one._ending is None]
        self.held = max(self.held, sum(one.held() for one in there))


def graded(tiny: Assignment, sandbox: ZygoteHost, kept: str) -> tuple[Watched, float]:
    """Every function keeps something, where it is asked alone; the points beside the class."""
    hoard = HOARD.format(kept=kept)
    answers = right_answers(pieces=pieces() + hoard, whole=whole() + hoard)
    subject = Watched(tiny, answers, sandbox)
    found = assess(tiny, tiny.exercises, subject, RunOptions(), None)
    return subject, sum(earned(one.exercise, one.outcomes) for one in found)


@pytest.mark.parametrize("kept", FORMS)
def test_what_waits_has_a_bound(tiny: Assignment, warm_sandbox: ZygoteHost, monkeypatch: pytest.MonkeyPatch, kept: str) -> None:
    """Where one more would be too much, a fresh worker is asked the hidden checks; that costs no point."""
    monkeypatch.setattr(budget, "WAITING_MEGABYTES", 150)
    subject, points = graded(tiny, warm_sandbox, FORMS[kept])
    assert 90 < subject.held <= 150
    monkeypatch.setattr(budget, "WAITING_MEGABYTES", 1024)
    assert points == graded(tiny, warm_sandbox, "None")[1]


@pytest.mark.parametrize("kept", FORMS)
def test_without_a_bound_every_exercise_keeps_its_own(
    tiny: Assignment, warm_sandbox: ZygoteHost, monkeypatch: pytest.MonkeyPatch, kept: str
) -> None:
    """Witness: with sixteen exercises and four gigabytes for each worker, no machine would have enough."""
    monkeypatch.setattr(budget, "WAITING_MEGABYTES", 2**20)
    assert graded(tiny, warm_sandbox, FORMS[kept])[0].held > 2 * 96


def test_a_right_answer_keeps_its_worker(tiny: Assignment, warm_sandbox: ZygoteHost) -> None:
    """What it holds is far below the bound."""
    subject = Watched(tiny, right_answers(), warm_sandbox)
    assess(tiny, tiny.exercises, subject, RunOptions(), None)
    assert len(subject.sessions) == 1
    assert subject.held < budget.WAITING_MEGABYTES / 4
