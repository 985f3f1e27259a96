"""The checks of all exercises travel in the same frames, as long as that does not cost the worker."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from tiny_course import pieces, right_answers
from watched import Watched

from autograder.assessment import interleaving
from autograder.assessment.assess import assess
from autograder.assessment.runner import RunOptions
from autograder.checks.calls import CandidateSession
from autograder.course.assignment import Assignment, Exercise
from autograder.sessions.replies import WorkerLost


def test_the_worker_that_has_seen_hidden_inputs_of_all_ends_before_another_begins(tiny: Assignment) -> None:
    """It has no word with the next one; what is asked alone since its visible checks is not asked among others any more."""
    subject = Watched(tiny, right_answers(pieces=pieces(shift="x.nothing if x.requires_grad else 2 * x + by")))
    assess(tiny, tiny.exercises, subject, RunOptions(), None)
    hidden = subject.events[subject.events.index("silent") + 1 :]
    assert hidden[:4] == ["resume pieces", "close pieces", "open pieces", "close pieces"]


class Frames(Watched):
    """Notes how many requests travel together, and how many exercises they are about."""

    def __init__(self, assignment: Assignment, files: dict[str, bytes]) -> None:
        super().__init__(assignment, files)
        self.frames: list[list[str]] = []

    def open(self, module: str, substitutes: Sequence[Exercise] = ()) -> CandidateSession:
        """Open a session that notes its frames."""
        session: Any = super().open(module, substitutes)
        answer = session.batch

        def noted(operations: list[dict[str, Any]]) -> list[list[Any]]:
            self.frames.append([one["target"][2] for one in operations if "target" in one])
            return answer(operations)

        session.batch = noted
        return session


def test_all_exercises_are_asked_in_the_same_frames(tiny: Assignment, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first one has the first question of every visible check; no frame has more than so many."""
    names = [one.name for one in tiny.exercises if any(check.visibility == "visible" for check in one.checks)]
    subject = Frames(tiny, right_answers())
    assert all(one.complete for one in assess(tiny, tiny.exercises, subject, RunOptions(), None))
    assert set(subject.frames[0]) == set(names)
    few = Frames(tiny, right_answers())
    monkeypatch.setattr(interleaving, "AT_ONCE", 2)
    assert all(one.complete for one in assess(tiny, tiny.exercises, few, RunOptions(), None))
    assert len(few.frames) > len(subject.frames)
    assert max(map(len, few.frames)) <= 2


@pytest.mark.parametrize("error", [WorkerLost("crashed", "gone"), MemoryError()], ids=["lost", "memory"])
def test_what_costs_the_worker_of_all_is_asked_exercise_by_exercise(tiny: Assignment, error: Exception) -> None:
    """Once: hidden checks are not asked all at once after it."""
    subject = Watched(tiny, right_answers())
    asked: list[int] = []

    def ending(operations: Sequence[dict[str, Any]]) -> list[list[Any]]:
        asked.append(len(operations))
        raise error

    sessions: list[Any] = []
    opened = subject.open

    def open_one(module: str, substitutes: Sequence[Exercise] = ()) -> CandidateSession:
        session: Any = opened(module, substitutes)
        if not sessions:
            session.batch = ending
        sessions.append(session)
        return session

    subject.open = open_one  # type: ignore[method-assign]
    assert all(one.complete for one in assess(tiny, tiny.exercises, subject, RunOptions(), None))
    assert len(asked) == 1
    assert subject.events.index("close pieces") < subject.events.index("silent")
