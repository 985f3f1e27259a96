"""Two parts: all that a student may read is said before any worker has met a hidden input."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from tiny_course import pieces, right_answers

from autograder.assessment.assess import assess
from autograder.assessment.exercise_results import exercise_result
from autograder.assessment.runner import TOGETHER_LIMIT, RunOptions
from autograder.assessment.shared_worker import SharedWorker
from autograder.assessment.sitting import Sitting
from autograder.checks.calls import CandidateSession
from autograder.course.assignment import Assignment, Exercise
from autograder.course.course import open_course
from autograder.sandbox.zygote_host import ZygoteHost
from autograder.sessions.budget import CHECK_SECONDS
from autograder.sessions.replies import WorkerLost
from autograder.sessions.subjects import IsolatedSubmission, LoadedModules


class Watched(LoadedModules):
    """Notes the order of what happens: openings, kinds of checks, silence."""

    def __init__(self, assignment: Assignment, files: dict[str, bytes]) -> None:
        super().__init__(assignment, files)
        self.events: list[str] = []

    def open(self, module: str, substitutes: Sequence[Exercise] = ()) -> CandidateSession:
        """Open a session and note what passes through it."""
        self.events.append("open")
        session: Any = super().open(module, substitutes)
        request = session.request
        session.request = lambda operation: self.events.append("request") or request(operation)
        session.pause = lambda: self.events.append("pause")
        session.resume = lambda: self.events.append("resume")
        return session

    def keep_silent(self) -> None:
        """Note it."""
        self.events.append("silent")


def test_all_visible_checks_come_before_all_hidden_ones(tiny: Assignment) -> None:
    """Each exercise keeps its worker, which stands still in between."""
    subject = Watched(tiny, right_answers())
    assess(tiny, tiny.exercises, subject, RunOptions(), None)
    silent = subject.events.index("silent")
    assert subject.events[:silent].count("open") == len(tiny.exercises)
    assert subject.events[:silent].count("pause") == len(tiny.exercises)
    assert subject.events[silent:].count("open") == 0
    assert subject.events[silent:].count("resume") == len(tiny.exercises)


def test_students_checks_alone_have_one_part(tiny: Assignment) -> None:
    """Nothing hidden runs."""
    found = assess(tiny, tiny.exercises, LoadedModules(tiny, right_answers()), RunOptions(visible_only=True), None)
    assert {outcome.check.visibility for one in found for outcome in one.outcomes} == {"visible"}


def test_what_loading_says_later_is_kept_to_itself(tiny: Assignment, warm_sandbox: ZygoteHost) -> None:
    """A worker that starts in the second part may know, by whatever channel, what another one was sent."""
    subject = IsolatedSubmission(tiny, right_answers(pieces=pieces() + "\nraise ValueError('TOLD')\n"), warm_sandbox)
    subject.keep_silent()
    subject.open("pieces").close()
    assert subject.load_notes == {}
    talking = IsolatedSubmission(tiny, right_answers(pieces=pieces() + "\nraise ValueError('TOLD')\n"), warm_sandbox)
    talking.open("pieces").close()
    assert "TOLD" in talking.load_notes["pieces"]


class Ending:
    """A session that is lost as soon as hidden checks begin."""

    interleaves = True

    def __init__(self, log: list[str], hidden: bool) -> None:
        self.log, self.hidden = log, hidden

    def limit(self, seconds: float) -> None:
        """Take the limit."""

    def pause(self) -> None:
        """Note that the visible part is over."""
        self.hidden = True

    def resume(self) -> None:
        """Go on."""

    def held(self) -> float:
        """Nothing."""
        return 0.0

    def close(self) -> None:
        """Note it."""
        self.log.append("closed")

    def request(self, operation: dict[str, Any]) -> list:
        """Carry out one."""
        return self.batch([operation])[0]

    def batch(self, operations: Sequence[dict[str, Any]]) -> list[list]:
        """Fail in the second part."""
        self.log.append("hidden" if self.hidden else "visible")
        if self.hidden:
            raise WorkerLost("crashed", "the reason")
        return [["ok", None] for _ in operations]


class EndingSubject:
    """Opens sessions that end."""

    load_notes: dict[str, str] = {}  # noqa: RUF012
    files: dict[str, bytes] = {}  # noqa: RUF012
    guarded = True

    def __init__(self) -> None:
        self.log: list[str] = []
        self.silent = False

    def open(self, module: str, substitutes: Sequence[Exercise] = ()) -> Any:
        """Open one; in the second part, one that is lost at once."""
        self.log.append("open")
        return Ending(self.log, self.silent)

    def keep_silent(self) -> None:
        """Note it."""
        self.silent = True


def test_visible_checks_are_not_repeated_when_a_hidden_one_costs_the_worker(tiny: Assignment) -> None:
    """Their verdicts, and their texts, are those of the first part."""
    subject = EndingSubject()
    sitting = Sitting(tiny, tiny.exercise("double"), subject, RunOptions())
    sitting.visible()
    subject.keep_silent()
    sitting.hidden()
    assert "visible" not in subject.log[subject.log.index("hidden") :]
    statuses = [(outcome.check.visibility, outcome.status) for outcome in sitting.outcomes]
    assert statuses == [("visible", "failed"), ("hidden", "crashed"), ("hidden", "crashed")]


def test_where_the_budget_is_used_up_nothing_is_tried_twice(tiny: Assignment) -> None:
    """What costs its worker then costs one worker, not three."""
    subject = EndingSubject()
    options = RunOptions()
    options.budget.spend(1000)
    sitting = Sitting(tiny, tiny.exercise("double"), subject, options)
    sitting.visible()
    sitting.hidden()
    assert subject.log.count("open") == 1


class Hanging(Ending):
    """A session that computes until it is ended."""

    def __init__(self, limits: list[float]) -> None:
        super().__init__([], False)
        self.limits = limits

    def limit(self, seconds: float) -> None:
        """Note it."""
        self.limits.append(seconds)

    def batch(self, operations: Sequence[dict[str, Any]]) -> list[list]:
        """Never answer."""
        raise WorkerLost("timeout", "the time limit was exceeded")


class HangingSubject(EndingSubject):
    """Opens sessions that hang."""

    def __init__(self) -> None:
        super().__init__()
        self.limits: list[float] = []

    def open(self, module: str, substitutes: Sequence[Exercise] = ()) -> Any:
        """Open one."""
        return Hanging(self.limits)


@pytest.mark.parametrize(("spent", "limits"), [(0.0, [TOGETHER_LIMIT, CHECK_SECONDS]), (1000.0, [TOGETHER_LIMIT] * 2)])
def test_what_hangs_among_others_is_not_asked_all_at_once_again(tiny: Assignment, spent: float, limits: list[float]) -> None:
    """Its checks have their own limits then; where the budget is used up, one short one for all of them."""
    subject, options = HangingSubject(), RunOptions()
    options.budget.spend(spent)
    shared = SharedWorker(tiny, "pieces", 2, subject, options)
    sitting = Sitting(tiny, tiny.exercise("double"), subject, options, shared=shared)
    sitting.visible()
    assert subject.limits == limits
    assert [outcome.status for outcome in sitting.outcomes] == ["timeout"]
    assert options.budget.hung == (not spent)


class Asked(LoadedModules):
    """Counts how often it is opened."""

    opened = 0

    def open(self, module: str, substitutes: Sequence[Exercise] = ()) -> CandidateSession:
        """Open a session."""
        self.opened += 1
        return super().open(module, substitutes)


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ("", "passed"),
        ("def tight_posterior():\n    return 5\n", "failed"),
        ("def tight_posterior():\n    raise NotImplementedError\n", "missing"),
        ("def tight_posterior():\n    raise ImportError\n", "error"),
    ],
)
def test_one_answer_one_verdict(answer: str, status: str) -> None:
    """A short answer is asked for in one worker, whatever it answers."""
    vae = open_course(Path(__file__).resolve().parents[2]).assignment("vae")
    subject = Asked(vae, {"concepts.py": vae.reference_files()["concepts.py"] + answer.encode()})
    sitting = Sitting(vae, vae.exercise("concepts.tight_posterior"), subject, RunOptions())
    sitting.visible()
    sitting.hidden()
    assert subject.opened == 1
    assert {one.status for one in sitting.outcomes if one.check.visibility == "hidden"} == {status}


def test_a_result_knows_nothing_of_kinds_of_hidden_failures(tiny: Assignment) -> None:
    """Raising, ending and hanging on hidden inputs read alike."""
    told = []
    for what in ("1 / 0", "[][1]", "{}['x']", "int('x')"):
        double = f"2 * x if x.dtype is torch.float32 and x.ndim < 3 and x.shape != (2, 3) else {what}"
        subject = LoadedModules(tiny, right_answers(pieces=pieces(double=double)))
        (one,) = assess(tiny, [tiny.exercise("double")], subject, RunOptions(), None)
        told.append(exercise_result(one).model_dump_json())
    assert len(set(told)) == 1
