"""Comparisons: what passes, what fails, and in which words."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from autograder.checks.closeness import (
    CheckFailed,
    assert_close,
    assert_close_to_any,
    assert_finite,
    assert_shape,
    assert_true,
    fail,
)
from autograder.checks.wording import saying

NUMBERS = st.floats(-1e6, 1e6, allow_subnormal=False)


def summary_of(act: Callable[[], object]) -> str:
    """Return the summary of the failure that `act` ends with."""
    with pytest.raises(CheckFailed) as caught:
        act()
    return caught.value.summary


@given(values=st.lists(NUMBERS, min_size=1, max_size=5), dtype=st.sampled_from([torch.float32, torch.float64]))
def test_every_value_equals_itself(values: list[float], dtype: torch.dtype) -> None:
    """Reflexive for tensors, arrays, lists and numbers."""
    tensor = torch.tensor(values, dtype=dtype)
    assert_close(tensor, tensor.clone(), rtol=0, atol=0)
    assert_close(tensor.numpy(), tensor.numpy().copy())
    assert_close(tuple(values), values)


@given(value=NUMBERS, factor=st.sampled_from([1.01, 0.9, -1.0, 2.0]))
def test_a_relative_error_of_a_percent_is_seen(value: float, factor: float) -> None:
    """In float32 and float64, for large and small values."""
    if abs(value) < 1e-3:
        value += math.copysign(1.0, value)
    for dtype in (torch.float32, torch.float64):
        expected = torch.tensor([value, 0.5 * value], dtype=dtype)
        assert "wrong values" in summary_of(lambda e=expected: assert_close(factor * e, e))  # type: ignore[misc]


@pytest.mark.parametrize("liar", [math.nan, math.inf, -math.inf, 0.0, 1e30, -1.0])
@pytest.mark.parametrize("expected", [1.0, math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("whole", [False, True])
def test_a_wrong_special_value_never_passes(liar: float, expected: float, whole: bool) -> None:
    """NaN equals nothing, infinity only infinity of the same sign; alone and among right neighbours."""
    if liar == expected:
        return
    got = torch.full((3,), liar) if whole else torch.tensor([1.0, liar, 1.0])
    wanted = torch.full((3,), expected) if whole else torch.tensor([1.0, expected, 1.0])
    with pytest.raises(CheckFailed):
        assert_close(got, wanted)
    with pytest.raises(CheckFailed):
        assert_close(liar, expected, scalar=True)


def test_equal_infinities_pass_with_any_tolerance() -> None:
    """Also with a tolerance of zero."""
    infinite = torch.tensor([math.inf, -math.inf, 1.0])
    assert_close(infinite.clone(), infinite)
    assert_close(infinite.clone(), infinite, rtol=0, atol=0)


def test_nan_equals_nan_only_on_request() -> None:
    """`equal_nan` accepts NaN in the same places, and nowhere else."""
    wanted = torch.tensor([math.nan, 1.0])
    assert_close(wanted.clone(), wanted, equal_nan=True)
    for got in (torch.tensor([1.0, 1.0]), torch.tensor([math.nan, math.nan])):
        with pytest.raises(CheckFailed):
            assert_close(got, wanted, equal_nan=True)


@pytest.mark.parametrize(
    ("got", "word"),
    [
        (None, "missing"),
        (True, "not a torch tensor"),
        ("2.0", "not a torch tensor"),
        ([1.0, 2.0], "not a torch tensor"),
        (np.array([1.0, 2.0]), "not a torch tensor"),
        (torch.tensor([[1.0, 2.0]]), "wrong shape"),
        (torch.tensor(1.0), "wrong shape"),
        (torch.tensor([]), "wrong shape"),
        (torch.tensor([1.0, 2.0], dtype=torch.float64), "wrong dtype"),
        (torch.tensor([1, 2]), "wrong dtype"),
        (torch.tensor([True, True]), "wrong dtype"),
        (torch.tensor([1.0, math.nan]), "not finite"),
        (torch.tensor([1.0, 2.1]), "wrong values"),
    ],
)
def test_the_first_disagreement_is_named(got: Any, word: str) -> None:
    """Type, shape, dtype, finiteness, value: in this order, without any value in the summary."""
    said = summary_of(lambda: assert_close(got, torch.tensor([1.0, 2.0])))
    assert word in said
    assert "2.1" not in said


def test_the_shape_is_named_before_the_dtype_and_the_dtype_before_values() -> None:
    """Wrong in every respect."""
    wanted = torch.tensor([1.0, 2.0])
    assert "shape" in summary_of(lambda: assert_close(torch.tensor([7, 8, 9]), wanted))
    assert "dtype" in summary_of(lambda: assert_close(torch.tensor([7, 8]), wanted))
    assert "wrong values" in summary_of(lambda: assert_close(torch.tensor([7, 8]), wanted, dtype=False))


@pytest.mark.parametrize("got", [2, 2.0, np.float32(2), np.array(2.0), torch.tensor(2.0), torch.tensor(2)])
def test_a_number_may_come_in_any_form(got: Any) -> None:
    """Python, NumPy and 0-dimensional values."""
    assert_close(got, 2.0)
    assert_close(got, torch.tensor(2.0), scalar=True)


@pytest.mark.parametrize("got", [True, None, "2", [2.0], torch.ones(1), np.array([2.0]), 2 + 1j, 2**80, {"a": 2.0}])
def test_what_is_no_number_is_refused(got: Any) -> None:
    """Booleans, one-element arrays, complex values with an imaginary part, and anything else."""
    with pytest.raises(CheckFailed):
        assert_close(got, 2.0)


@pytest.mark.parametrize("got", [torch.tensor([1.0, 2.0]), [1.0, 2.0], None, "ab"])
def test_arrays_are_wanted_where_the_contract_says_numpy(got: Any) -> None:
    """A tensor or list is no NumPy array."""
    assert "NumPy" in summary_of(lambda: assert_close(got, np.array([1.0, 2.0])))


def test_several_results_are_compared_part_by_part() -> None:
    """The failing part is named; a missing or surplus one as well."""
    wanted = (torch.ones(2), 3.0)
    assert_close([torch.ones(2), 3.0], wanted)
    assert "part 1" in summary_of(lambda: assert_close((torch.ones(2), 4.0), wanted))
    assert "2 parts" in summary_of(lambda: assert_close((torch.ones(2),), wanted))
    for got in (torch.ones(2), None, {"a": 1}, "ab"):
        with pytest.raises(CheckFailed):
            assert_close(got, wanted)


def test_tolerance_follows_the_coarser_dtype() -> None:
    """An error of 1e-5 is fine in float32 and not in float64."""
    off = 1.0 + 1e-5
    assert_close(torch.tensor([off]), torch.tensor([1.0]))
    assert_close(torch.tensor([off]), torch.tensor([1.0], dtype=torch.float64), dtype=False)
    with pytest.raises(CheckFailed):
        assert_close(torch.tensor([off], dtype=torch.float64), torch.tensor([1.0], dtype=torch.float64))


def test_tolerance_is_relative_to_the_largest_expected_value() -> None:
    """Rounding beside a large value is forgiven; a small vector has to be right in itself."""
    wanted = torch.tensor([1e6, 0.0], dtype=torch.float64)
    assert_close(wanted + torch.tensor([0.0, 1e-2], dtype=torch.float64), wanted)
    with pytest.raises(CheckFailed):
        assert_close(torch.tensor([1e-3], dtype=torch.float64), torch.tensor([2e-3], dtype=torch.float64))


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.complex64, torch.int64, torch.bool])
def test_unusual_dtypes_compare(dtype: torch.dtype) -> None:
    """Equal values pass; different ones fail with a sentence rather than a crash."""
    one, zero = torch.ones(2).to(dtype), torch.zeros(2).to(dtype)
    assert_close(one.clone(), one)
    with pytest.raises(CheckFailed):
        assert_close(zero, one)
    with pytest.raises(CheckFailed):
        assert_close(one, torch.ones(2, dtype=torch.float64))


def test_empty_results_are_equal_when_their_shapes_are() -> None:
    """(0, 3) is not (3, 0)."""
    assert_close(torch.zeros(0, 3), torch.zeros(0, 3))
    with pytest.raises(CheckFailed):
        assert_close(torch.zeros(3, 0), torch.zeros(0, 3))


def test_details_say_where_and_how_much() -> None:
    """For visible checks: the place of the largest difference, the values, the number of wrong elements."""
    with pytest.raises(CheckFailed) as caught:
        assert_close(torch.tensor([[1.0, 2.0], [3.0, 9.0]]), torch.tensor([[1.0, 2.5], [3.0, 4.0]]))
    assert "[1, 1]" in caught.value.detail
    assert "got 9, expected 4" in caught.value.detail
    assert "2 of 4" in caught.value.detail


def test_any_of_several_values_is_accepted_and_named() -> None:
    """The failure is told against the first one."""
    accepted = {"the formula": 1.0, "your own piece": 2.0}
    assert assert_close_to_any(2.0, accepted) == "your own piece"
    assert assert_close_to_any(1.0, accepted) == "the formula"
    with pytest.raises(CheckFailed, match="expected 1"):
        assert_close_to_any(3.0, accepted)
    with pytest.raises(ValueError, match="at least one"):
        assert_close_to_any(1.0, {})


@pytest.mark.parametrize("value", [True, np.True_, torch.tensor(True)])
def test_truth_in_any_form(value: Any) -> None:
    """Python, NumPy and torch booleans."""
    assert_true(value, "it holds")


@pytest.mark.parametrize("value", [False, np.False_, torch.tensor(False), None, 1, "yes", [True]])
def test_what_merely_counts_as_true_does_not_pass(value: Any) -> None:
    """A student's non-empty list is no proof."""
    assert summary_of(lambda: assert_true(value, "it does not hold")) == "it does not hold"


def test_finiteness() -> None:
    """Every element counts; what is not numeric is refused."""
    assert_finite(torch.ones(2, 2))
    assert_finite(3)
    for value in (torch.tensor([1.0, math.nan]), np.array([math.inf]), math.nan, None, "1", [1.0]):
        with pytest.raises(CheckFailed):
            assert_finite(value)


def test_shapes() -> None:
    """Shape and dtype of tensors."""
    assert_shape(torch.ones(2, 3), (2, 3), torch.float32)
    for value in (torch.ones(3, 2), torch.ones(2, 3, dtype=torch.float64), np.ones((2, 3), np.float32), None):
        with pytest.raises(CheckFailed):
            assert_shape(value, (2, 3), torch.float32)


def test_fail_keeps_values_out_of_the_summary() -> None:
    """The two texts have different readers."""
    with pytest.raises(CheckFailed, match="got 3") as caught:
        fail("it is odd", "got 3")
    assert caught.value.summary == "it is odd"


HALF = ("float16", "bfloat16")


@pytest.mark.parametrize("name", HALF)
@pytest.mark.parametrize("options", [{"scalar": True}, {"dtype": False}, {"scalar": True, "rtol": 1e-5}])
@pytest.mark.parametrize("wanted", ["float64", "float32"])
def test_the_dtype_that_a_student_chose_buys_no_tolerance(name: str, options: dict[str, Any], wanted: str) -> None:
    """One per cent off is wrong where the contract is not in half precision."""
    expected = torch.tensor(3.0, dtype=getattr(torch, wanted))
    off = torch.tensor(3.03, dtype=getattr(torch, name))
    with pytest.raises(CheckFailed):
        assert_close(off, expected, **options)
    with pytest.raises(CheckFailed):
        assert_close(off, 3.0, **options)
    assert_close(torch.tensor(3.0, dtype=getattr(torch, name)), expected, **options)


@pytest.mark.parametrize("name", HALF)
def test_where_the_inputs_were_in_half_precision_so_is_the_tolerance(name: str) -> None:
    """The expected value tells."""
    dtype = getattr(torch, name)
    assert_close(torch.tensor(3.01).to(dtype), torch.tensor(3.0, dtype=dtype))


def test_single_precision_is_enough_where_the_dtype_is_open() -> None:
    """A right answer computed in float32 has full marks."""
    expected = torch.tensor([1.0, 1 / 3], dtype=torch.float64)
    assert_close(expected.float(), expected, dtype=False)
    with pytest.raises(CheckFailed):
        assert_close(expected.float() * (1 + 1e-3), expected, dtype=False)


@pytest.mark.parametrize("dtype", [torch.int64, torch.float64, torch.float32, torch.bfloat16])
def test_integers_are_exact(dtype: torch.dtype) -> None:
    """Whatever dtype they come in."""
    expected = torch.tensor([250, 120, 3])
    assert_close(expected.to(dtype), expected, dtype=False) if dtype is not torch.bfloat16 else None
    with pytest.raises(CheckFailed):
        assert_close((expected + torch.tensor([1, 0, 0])).to(dtype), expected, dtype=False)


def test_a_number_written_without_a_point_is_still_a_number() -> None:
    """``assert_close(x, 2)`` asks for the value two, not for an integer."""
    assert_close(torch.tensor(2.0000001), 2)
    assert_close(1.9999999999, 2)
    with pytest.raises(CheckFailed):
        assert_close(3, 2)


def test_explicit_tolerances_are_not_widened() -> None:
    """Neither by the student's dtype nor by the scale."""
    with pytest.raises(CheckFailed):
        assert_close(torch.tensor(1.001), torch.tensor(1.0, dtype=torch.float64), rtol=1e-5, dtype=False)
    with pytest.raises(CheckFailed):
        assert_close(torch.tensor([0.001, 1.0]), torch.tensor([0.0, 1.0]), rtol=0, atol=1e-6)


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("the samples", "the samples have"),
        ("the deciding coordinates of y", "the deciding coordinates of y have"),
        ("the loss of both samples", "the loss of both samples has"),
        ("the parameter bias", "the parameter bias has"),
        ("the gradient of s", "the gradient of s has"),
        ("what the network was shown", "what the network was shown has"),
        ("the result", "the result has"),
    ],
)
def test_verbs_agree_with_what_they_are_about(what: str, said: str) -> None:
    """However the noun goes on."""
    assert saying(what, "has") == said
