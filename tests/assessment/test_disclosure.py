"""Words for students: enough to go on, and of a hidden check no value."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch._tensor_str import get_printoptions

from autograder.assessment.disclosure import DOES_NOT_RUN, MAX_VALUE, check_result, parameter_names, show
from autograder.assessment.outcomes import Outcome
from autograder.checks.calls import Call
from autograder.checks.candidate import RemoteObject
from autograder.course.assignment import Assignment, Check
from autograder.wire.codec import Handle


def check_of(tiny: Assignment, visibility: str) -> Check:
    """A check of `shift`."""
    return next(check for check in tiny.exercise("shift").checks if check.visibility == visibility)


CALL = Call("shift", (torch.tensor([[12.5, -7.25]]),), {"by": 3.0})


@pytest.mark.parametrize("status", ["failed", "error", "missing", "timeout", "crashed", "passed"])
def test_hidden_checks_show_no_value(tiny: Assignment, status: str) -> None:
    """Neither of the input nor of the expected or given result, nor any of the student's own words."""
    outcome = Outcome(
        check_of(tiny, "hidden"), status, "the result has wrong values", "expected 12.5, got SECRET",
        CALL, torch.tensor(99.5), torch.tensor(98.5),
    )  # fmt: skip
    result = check_result(tiny.exercise("shift"), outcome)
    text = result.model_dump_json()
    for secret in ("12.5", "7.25", "99.5", "98.5", "SECRET"):
        assert secret not in text
    assert result.example == {}


OUTCOMES = [
    Outcome(None, status, summary, detail, call, expected, got)  # type: ignore[arg-type]
    for status in ("error", "timeout", "crashed", "missing")
    for summary in ("your code raised ValueError", "the time limit was exceeded")
    for detail in ("", "SECRET")
    for call, expected, got in ((None, None, None), (CALL, torch.tensor(99.5), "SECRET"))
]


def test_a_failed_hidden_check_says_what_law_is_broken_and_no_more(tiny: Assignment) -> None:
    """The writer's sentence; which input failed, and how, is the submission's choice among many."""
    outcome = Outcome(check_of(tiny, "hidden"), "failed", "the result has the wrong shape; expected (7, 3)", call=CALL)
    result = check_result(tiny.exercise("shift"), outcome)
    assert result.message == "The value differs from twice the input plus the constant."


def test_a_hidden_check_that_does_not_run_has_one_outcome_and_one_text(tiny: Assignment) -> None:
    """An error, whichever, an end, a time-out, something missing on some inputs: one of three, not one of twenty-five."""
    check = check_of(tiny, "hidden")
    results = [check_result(tiny.exercise("shift"), replace(one, check=check)) for one in OUTCOMES]
    assert {(one.status, one.message, one.score) for one in results} == {("error", DOES_NOT_RUN, 0.0)}


def test_hidden_checks_of_what_is_not_begun_say_so(tiny: Assignment) -> None:
    """Whether it is begun was seen in the visible checks."""
    result = check_result(tiny.exercise("shift"), Outcome(check_of(tiny, "hidden"), "missing"), begun=False)
    assert (result.status, result.message) == ("missing", "not implemented yet")


def test_a_failed_visible_check_shows_everything(tiny: Assignment) -> None:
    """The detail, and the arguments by the names of the contract."""
    outcome = Outcome(check_of(tiny, "visible"), "failed", "wrong", "got 3, expected 4", CALL)
    result = check_result(tiny.exercise("shift"), outcome)
    assert "Got 3, expected 4." in result.message
    assert result.example == {"x": "tensor([[12.5000, -7.2500]])", "by": "3.0"}


def test_scores_follow_the_status(tiny: Assignment) -> None:
    """All or nothing per check; a note of the engine stays with a passed one."""
    check = check_of(tiny, "visible")
    passed = check_result(tiny.exercise("shift"), Outcome(check, "passed", note="with a correct double"))
    assert (passed.score, passed.max_score, passed.message) == (1.0, 1.0, "with a correct double")
    assert check_result(tiny.exercise("shift"), Outcome(check, "timeout", "too slow")).message == "too slow"
    assert check_result(tiny.exercise("shift"), Outcome(check, "missing")).message == "not implemented yet"


def test_long_messages_are_cut(tiny: Assignment) -> None:
    """A student's message of a megabyte."""
    outcome = Outcome(check_of(tiny, "visible"), "error", "x", "y" * 10**6)
    assert len(check_result(tiny.exercise("shift"), outcome).message) <= 1500


SHOWN: list[Any] = [
    torch.ones(2), torch.zeros(100, 3), torch.ones(30, dtype=torch.complex64), torch.ones(30, dtype=torch.bool),
    torch.full((30,), torch.nan), torch.zeros(0), torch.ones(30).bfloat16(), np.ones((50, 50)), np.array(["a"]),
    "x" * 10**6, 10**300, None, [torch.ones(2)] * 100, print, RemoteObject(None, Handle(0, "VAE")),  # type: ignore[arg-type]
]  # fmt: skip


@pytest.mark.parametrize("value", SHOWN, ids=lambda value: repr(value)[:40])
def test_values_are_shown_briefly(value: Any) -> None:
    """Whatever their size and type; torch's print options stay as they were."""
    before = repr(torch.tensor([1e-9, 1.23456789]))
    assert 0 < len(show(value)) <= MAX_VALUE
    assert repr(torch.tensor([1e-9, 1.23456789])) == before


def test_arguments_have_the_names_of_the_contract(tiny: Assignment) -> None:
    """Of functions, constructors, methods and of calling a module; numbers where the contract names none."""
    double, scale = tiny.exercise("double"), tiny.exercise("Scale")
    assert parameter_names(double, Call("double", (1,), {})) == ["x"]
    assert parameter_names(double, Call("shift", (1, 2), {})) == ["argument 1", "argument 2"]
    assert parameter_names(double, Call("double", (1, 2), {})) == ["x", "argument 2"]
    assert parameter_names(scale, Call("Scale", (1,), {})) == ["start"]
    assert parameter_names(scale, Call("Scale.forward", (1,), {})) == ["x"]
    assert parameter_names(scale, Call("Scale.__call__", (1,), {})) == ["x"]
    assert parameter_names(scale, Call("Scale.absent", (1,), {})) == ["argument 1"]
    assert parameter_names(replace(double, target=None), Call("double", (1,), {})) == ["argument 1"]


def test_print_options_of_others_stay() -> None:
    """A failing check cell leaves the student's own settings; they do not change its text either."""
    usual = show(torch.tensor([1.23456, 2e-5]))
    before = get_printoptions()
    try:
        torch.set_printoptions(precision=7, threshold=3, edgeitems=1, sci_mode=True)
        own = get_printoptions()
        assert show(torch.tensor([1.23456, 2e-5])) == usual
        assert get_printoptions() == own
    finally:
        torch.set_printoptions(**before)
