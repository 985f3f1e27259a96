"""Lost workers: what they cost, what goes on without them, and when an exercise is given up."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from assessment.run_by_hand import Body, as_check
from hypothesis import given
from hypothesis import strategies as st

from autograder.assessment.runner import MAX_LOST, RunOptions, run_checks
from autograder.checks.closeness import assert_close
from autograder.course.assignment import Assignment
from autograder.errors import GraderError
from autograder.runtime.module_space import ModuleSpace
from autograder.sessions.local import LocalSession
from autograder.sessions.replies import WorkerLost


class Losing:
    """Sessions of which some are lost at the first call."""

    def __init__(self, fates: list[str]) -> None:
        self.fates = iter(fates)
        self.opened = 0
        self.closed = 0
        self.limits: list[float] = []

    def open(self) -> Losing:
        """Start the next session; a fate `start` loses it at once."""
        self.opened += 1
        self.fate = next(self.fates)
        if self.fate == "start":
            raise WorkerLost("crashed", "could not start")
        return self

    def limit(self, seconds: float) -> None:
        """Note the limit."""
        self.limits.append(seconds)

    def request(self, operation: dict[str, Any]) -> list:
        """Answer, or be lost."""
        if operation["op"] == "call" and self.fate != "fine":
            raise WorkerLost(self.fate, "the reason")
        return ["ok", 1.0]

    def batch(self, operations: list[dict[str, Any]]) -> list[list]:
        """Answer several."""
        return [self.request(operation) for operation in operations]

    def close(self) -> None:
        """Count."""
        self.closed += 1


def call_once(candidate: Any) -> None:
    """A check that passes when the call comes back."""
    assert_close(candidate.f(), 1.0)


@given(value=st.integers(0, 3))
def call_often(candidate: Any, value: int) -> None:
    """The same with examples."""
    assert_close(candidate.f(value), 1.0)


@pytest.mark.parametrize("body", [call_once, call_often])
def test_a_lost_worker_is_replaced_and_the_rest_goes_on(tiny: Assignment, body: Body) -> None:
    """Only the check that lost it is charged."""
    losing = Losing(["timeout", "fine"])
    outcomes = run_checks(tiny, [as_check(body)] * 3, losing.open, RunOptions())  # type: ignore[arg-type]
    assert [outcome.status for outcome in outcomes] == ["timeout", "passed", "passed"]
    assert (losing.opened, losing.closed) == (2, 1)
    assert outcomes[0].summary == "the reason"


def test_after_some_lost_workers_the_exercise_is_given_up(tiny: Assignment) -> None:
    """The remaining checks say that they were not run."""
    losing = Losing(["timeout", "crashed"] + ["fine"] * 9)
    outcomes = run_checks(tiny, [as_check(call_once)] * 5, losing.open, RunOptions())  # type: ignore[arg-type]
    assert [outcome.status for outcome in outcomes] == ["timeout"] + ["crashed"] * 4
    assert losing.opened == MAX_LOST
    assert all("not run" in outcome.summary for outcome in outcomes[2:])


def test_a_worker_that_does_not_start_counts(tiny: Assignment) -> None:
    """Loading that ends the process."""
    losing = Losing(["start", "fine"])
    outcomes = run_checks(tiny, [as_check(call_once)] * 2, losing.open, RunOptions())  # type: ignore[arg-type]
    assert [outcome.status for outcome in outcomes] == ["crashed", "passed"]


def test_sessions_are_closed_when_the_grader_fails(tiny: Assignment) -> None:
    """No worker outlives an exception."""

    def wrong(candidate: Any) -> None:
        raise ValueError

    losing = Losing(["fine"])
    with pytest.raises(GraderError):
        run_checks(tiny, [as_check(wrong)], losing.open, RunOptions())  # type: ignore[arg-type]
    assert losing.closed == 1


def test_a_checks_own_limit_replaces_the_runs(tiny: Assignment) -> None:
    """For checks that train something."""
    losing = Losing(["fine"])
    slow = as_check(lambda candidate: candidate.f(), timeout=45.0)
    run_checks(tiny, [as_check(call_once), slow], losing.open, RunOptions(time_limit=3.0))  # type: ignore[arg-type]
    assert losing.limits == [3.0, 45.0]


class Lossy(LocalSession):
    """A process that is lost at its first requests, as often as ``losses`` says."""

    def __init__(self, losses: list[bool], space: ModuleSpace) -> None:
        super().__init__(space)
        self._losses = losses

    def request(self, operation: dict[str, Any]) -> list:
        """Carry it out, or be lost."""
        if operation["op"] == "call" and self._losses:
            raise WorkerLost("crashed", "gone", certain=self._losses.pop())
        return super().request(operation)


@pytest.mark.parametrize(
    ("losses", "status"),
    [
        ([], "passed"),
        ([False], "passed"),  # perhaps the machine's doing: once more
        ([False, False], "crashed"),  # twice is no accident
        ([True], "crashed"),  # the submission's own doing
    ],
)
def test_a_lost_process_is_tried_once_more_before_it_costs_anything(tiny: Assignment, losses: list[bool], status: str) -> None:
    """Unless it is certain that the submission itself ended it."""

    def body(candidate: Any) -> None:
        assert_close(candidate.f(torch.ones(2)), torch.ones(2))

    space = ModuleSpace({"main.py": b"def f(x):\n    return x\n"}, (), f"lost_twice_{sum(losses)}.")
    left = list(losses)
    (outcome,) = run_checks(tiny, [as_check(body)], lambda: Lossy(left, space), RunOptions())  # type: ignore[arg-type, return-value]
    assert outcome.status == status
