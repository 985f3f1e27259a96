"""Running checks: what becomes of each, which points are earned, and how lost workers are counted."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from assessment.run_by_hand import Body, as_check, local, outcome_of
from hypothesis import given
from hypothesis import strategies as st

from autograder.assessment.outcomes import Outcome
from autograder.assessment.runner import RunOptions, earned, run_checks
from autograder.checks.closeness import assert_close, fail
from autograder.checks.decorator import CheckKind, check
from autograder.course.assignment import Assignment, Check, Exercise
from autograder.errors import GraderError


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


def test_one_thread_computes_whatever_the_machine_has(tiny: Assignment) -> None:
    """And as many as before afterwards: several wait for each other where other programs keep the cores busy."""
    seen: list[int] = []

    def body(candidate: Any) -> None:
        seen.extend([torch.get_num_threads(), int(candidate.f(torch.ones(2)).numel())])

    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        assert outcome_of(tiny, body).passed
        assert (seen[0], torch.get_num_threads()) == (1, 2)
    finally:
        torch.set_num_threads(before)


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


def test_a_value_that_stays_with_the_student_is_called_what_it_is(tiny: Assignment) -> None:
    """A generator is a generator, and not what stands for it here."""
    lazy = "def f(x):\n    yield x\n"
    unpacked = outcome_of(tiny, lambda candidate: [*candidate.f(1)] and None, lazy)
    compared = outcome_of(tiny, lambda candidate: assert_close(candidate.f(1), 1.0), lazy)
    for outcome in (unpacked, compared):
        assert "generator" in outcome.detail
        assert "RemoteObject" not in outcome.detail


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
