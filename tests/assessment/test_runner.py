"""Running checks: what becomes of each, which points are earned, and how lost workers are counted."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from autograder.assessment.outcomes import Outcome
from autograder.assessment.runner import MAX_LOST, RunOptions, earned, run_checks
from autograder.checks.closeness import assert_close, fail
from autograder.checks.decorator import CheckKind, check
from autograder.course.assignment import Assignment, Check, Exercise
from autograder.errors import GraderError
from autograder.runtime.module_space import ModuleSpace
from autograder.sessions.local import LocalSession
from autograder.sessions.replies import WorkerLost

_numbers = itertools.count()

Body = Callable[..., None]


def as_check(function: Body, points: float = 1.0, kind: CheckKind = "value", **options: Any) -> Check:
    """Wrap a function as a hidden check of exercise `f` in module `main`, under a name of its own."""
    function.__name__ = f"test_f_{next(_numbers)}"  # drawn examples are kept by name
    marked = check("f", points, "holds", kind, **options)(function)
    return Check.of(marked, "hidden", "main")


def local(source: str) -> Callable[[], LocalSession]:
    """Open sessions on a module in this process."""
    space = ModuleSpace({"main.py": source.encode()}, (), f"runner_test_{next(_numbers)}.")
    return lambda: LocalSession(space)


def outcome_of(tiny: Assignment, body: Body, source: str = "def f(x):\n    return x\n") -> Outcome:
    """Run one check on one module."""
    (outcome,) = run_checks(tiny, [as_check(body)], local(source), RunOptions())  # type: ignore[arg-type, return-value]
    return outcome


def test_a_check_that_holds_passes(tiny: Assignment) -> None:
    """Plain and drawn ones."""

    def plain(candidate: Any) -> None:
        assert_close(candidate.f(torch.ones(2)), torch.ones(2))

    @given(value=st.integers(0, 9))
    def drawn(candidate: Any, value: int) -> None:
        assert_close(candidate.f(value), float(value))

    assert outcome_of(tiny, plain).passed
    assert outcome_of(tiny, drawn).passed


def test_a_failure_keeps_the_call_and_both_values(tiny: Assignment) -> None:
    """For the words and pictures of visible checks."""

    def body(candidate: Any) -> None:
        assert_close(candidate.f(torch.ones(2)), torch.zeros(2))

    outcome = outcome_of(tiny, body)
    assert outcome.status == "failed"
    assert outcome.call is not None
    assert torch.equal(outcome.call.args[0], torch.ones(2))
    assert torch.equal(outcome.got, torch.ones(2))
    assert torch.equal(outcome.expected, torch.zeros(2))
    assert "wrong values" in outcome.summary


def test_the_smallest_failing_input_is_reported(tiny: Assignment) -> None:
    """Of 50 examples."""
    sizes: list[int] = []

    @given(size=st.integers(1, 400))
    def drawn(candidate: Any, size: int) -> None:
        sizes.append(size)
        if float(candidate.f(torch.ones(size)).sum()) > 3:
            fail("too much")

    outcome = outcome_of(tiny, drawn)
    assert outcome.call is not None
    assert outcome.call.args[0].numel() == min(size for size in sizes if size > 3)


@pytest.mark.parametrize(
    ("source", "status"),
    [
        ("def f(x):\n    raise NotImplementedError()\n", "missing"),
        ("def g(x):\n    return x\n", "missing"),
        ("f = None\n", "error"),
        ("def f():\n    return 1\n", "error"),
        ("def f(x):\n    return undefined\n", "error"),
        ("def f(x:\n", "error"),
        ("def f(x):\n    return None\n", "failed"),
        ("class Secret(Exception): pass\ndef f(x):\n    raise Secret('input was', x)\n", "error"),
    ],
)
def test_statuses(tiny: Assignment, source: str, status: str) -> None:
    """Not written, raising, not loading, wrong."""

    def body(candidate: Any) -> None:
        assert_close(candidate.f(torch.full((2,), 77.0)), torch.zeros(2))

    outcome = outcome_of(tiny, body, source)
    assert outcome.status == status
    assert "77" not in outcome.summary
    assert "Secret" not in outcome.summary


def test_checks_that_stumble_over_a_value_have_found_a_wrong_structure(tiny: Assignment) -> None:
    """Unpacking, indexing, attributes, keys, comparisons."""
    bodies: list[Body] = [
        lambda candidate: candidate.f(None)[0],
        lambda candidate: candidate.f(None)["loss"],
        lambda candidate: candidate.f(None).shape,
        lambda candidate: float(candidate.f(torch.ones(3))),  # type: ignore[arg-type, return-value]
        lambda candidate: candidate.f([])[3],
        lambda candidate: 1 / candidate.f(0),  # type: ignore[return-value]
    ]
    for body in bodies:
        body.__name__ = "stumble"
        outcome = outcome_of(tiny, body)
        assert outcome.status == "failed"
        assert "structure" in outcome.summary


def test_a_check_that_fails_before_any_call_is_the_graders_fault(tiny: Assignment) -> None:
    """No mark may come of it."""

    def body(candidate: Any) -> None:
        raise ValueError("a typing mistake in the check")

    with pytest.raises(GraderError, match="typing mistake"):
        outcome_of(tiny, body)


def test_fixtures(tiny: Assignment) -> None:
    """`rng` follows the run's seed and the check; `reference` is the module itself."""
    numbers: list[float] = []

    def body(candidate: Any, rng: torch.Generator) -> None:
        numbers.append(float(torch.rand(1, generator=rng)))

    def other(candidate: Any, rng: torch.Generator) -> None:
        numbers.append(float(torch.rand(1, generator=rng)))

    checks = [as_check(body), as_check(other)]
    for seed in (0, 0, 1):
        run_checks(tiny, checks, local("x = 1"), RunOptions(seed))  # type: ignore[arg-type]
    assert numbers[:2] == numbers[2:4]
    assert len(set(numbers)) == 4

    def asks(reference: Any) -> None:
        assert reference.double(2) == 4

    asking = as_check(asks)
    (outcome,) = run_checks(tiny, [replace(asking, module="pieces")], local(""), RunOptions())  # type: ignore[arg-type]
    assert outcome.passed


def test_checks_do_not_disturb_each_others_randomness(tiny: Assignment) -> None:
    """Every check starts from a seed of its own, so that leaving one out changes nothing for the others."""
    seen: dict[str, list[float]] = {"first": [], "second": []}

    def first(candidate: Any) -> None:
        seen["first"].append(candidate.f())

    def second(candidate: Any) -> None:
        seen["second"].append(candidate.f())

    source = "import torch\ndef f():\n    return float(torch.rand(1))\n"
    checks = [as_check(first), as_check(second)]
    run_checks(tiny, checks, local(source), RunOptions())  # type: ignore[arg-type]
    run_checks(tiny, checks[1:], local(source), RunOptions())  # type: ignore[arg-type]
    assert seen["second"][0] == seen["second"][1]
    assert seen["first"][0] != seen["second"][0]


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


def _exercise(*checks: Check) -> Exercise:
    return Exercise("t.main.f", "main", "f", "function", "", (), (), checks)


KINDS: tuple[CheckKind, ...] = ("value", "value", "shape", "purity")


@pytest.mark.parametrize("passed", list(itertools.product([True, False], repeat=4)))
def test_points_need_a_value_check(passed: tuple[bool, ...]) -> None:
    """The sum over passed checks, or nothing."""
    worth = zip((2, 1.5, 0.5, 0.25), KINDS, strict=True)
    checks = [as_check(lambda candidate: None, points, kind) for points, kind in worth]
    outcomes = [Outcome(one, "passed" if good else "failed") for one, good in zip(checks, passed, strict=True)]
    points = sum(one.points for one, good in zip(checks, passed, strict=True) if good)
    assert earned(_exercise(*checks), outcomes) == (points if passed[0] or passed[1] else 0.0)


def test_arrays_count_in_the_size_of_an_input(tiny: Assignment) -> None:
    """NumPy arguments shrink like tensors."""

    @given(size=st.sampled_from([50, 7, 30, 7, 90]))
    def drawn(candidate: Any, size: int) -> None:
        assert_close(candidate.f(np.zeros(size)), np.ones(size))

    outcome = outcome_of(tiny, drawn)
    assert outcome.call is not None
    assert outcome.call.args[0].size == 7


@pytest.mark.parametrize("points", [0, -1, float("nan")])
def test_a_check_must_be_worth_something(points: float) -> None:
    """Nothing, less than nothing, and NaN are refused when the check is written."""
    with pytest.raises(ValueError, match="worth something"):
        check("f", points, "holds")


def test_names_of_checks() -> None:
    """Without ``test_`` and the exercise, also for classes."""

    def test_vae_shapes(candidate: Any) -> None: ...

    def test_other(candidate: Any) -> None: ...

    assert check("VAE", 1, "t")(test_vae_shapes).autograder_check.name == "shapes"  # type: ignore[attr-defined]
    assert check("VAE", 1, "t")(test_other).autograder_check.name == "other"  # type: ignore[attr-defined]


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

    space = ModuleSpace({"main.py": b"def f(x):\n    return x\n"}, (), f"runner_test_{next(_numbers)}.")
    left = list(losses)
    (outcome,) = run_checks(tiny, [as_check(body)], lambda: Lossy(left, space), RunOptions())  # type: ignore[arg-type, return-value]
    assert outcome.status == status
