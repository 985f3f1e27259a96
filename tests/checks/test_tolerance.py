"""The short way of a comparison accepts nothing that the long one refuses."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from autograder.checks.closeness import assert_close
from autograder.checks.tolerance import equal_doubles

_numbers = st.floats() | st.sampled_from([0.0, 1.0, -1.0, 1e-9, 1e300, float("inf"), float("-inf"), float("nan")])
_apart = st.sampled_from([0.0, 1e-12, 9e-10, 1.1e-9, 9e-8, 1.1e-7, 1e-3])


@given(expected=_numbers, factor=_apart, shift=_apart, wrapped=st.booleans())
def test_what_is_taken_at_once_would_be_taken_anyway(expected: float, factor: float, shift: float, wrapped: bool) -> None:
    """NaN and infinity never are; the witness is that an array of the same number goes the long way."""
    actual = expected * (1 + factor) + shift
    if wrapped:
        actual, expected = np.float64(actual), np.float64(expected)
    if equal_doubles(actual, expected):
        assert np.isfinite(actual)
        assert_close(np.array([actual]), np.array([expected]))


def test_only_double_precision_is_taken_at_once() -> None:
    """Whole numbers, booleans and other precisions have limits of their own."""
    assert equal_doubles(1.0, 1.0)
    assert equal_doubles(np.float64(1.0), 1.0)
    for other in (1, True, np.float32(1.0), np.array(1.0), 1 + 0j, "1", None):
        assert not equal_doubles(other, 1.0)
        assert not equal_doubles(1.0, other)
