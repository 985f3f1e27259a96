"""Comparing a student's values with expected ones, and saying what is wrong in words.

Values reach these functions as plain data from another process. Type, shape, dtype and finiteness are looked at
before any value, and every comparison is written so that NaN fails it.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from numbers import Number
from typing import Any, NoReturn

import numpy as np
import torch
from torch import Tensor

from autograder.checks.candidate import kind_of
from autograder.checks.tolerance import equal_doubles, limits_of
from autograder.checks.wording import number_in_words, place, saying, shape_in_words
from autograder.wire.types import dtype_name


class CheckFailed(AssertionError):
    """A check that does not hold.

    ``summary`` names the kind of disagreement without any value of the check or of the student, so that it may
    be shown for hidden checks; ``detail`` and the two values are for visible checks. ``mistake`` names what alone breaks
    such a law, where there is only one thing (:mod:`autograder.diagnosis.broken_laws` has its hint).
    """

    def __init__(self, summary: str, detail: str = "", expected: Any = None, got: Any = None, mistake: str = "") -> None:
        super().__init__(detail or summary)
        self.summary = summary
        self.detail = detail
        self.expected = expected
        self.got = got
        self.mistake = mistake


def fail(summary: str, detail: str = "", *, mistake: str = "") -> NoReturn:
    """Fail the check with a message; ``summary`` must not carry values."""
    raise CheckFailed(summary, detail, mistake=mistake)


def assert_true(condition: bool, summary: str, detail: str = "", *, mistake: str = "") -> None:
    """Fail with ``summary`` unless ``condition`` is exactly true."""
    if condition is not True and not (isinstance(condition, np.bool_ | Tensor) and bool(condition)):
        raise CheckFailed(summary, detail, mistake=mistake)


def assert_close(
    actual: Any,
    expected: Any,
    rtol: float | None = None,
    atol: float | None = None,
    *,
    dtype: bool = True,
    scalar: bool = False,
    what: str = "the result",
    equal_nan: bool = False,
) -> None:
    """Check that ``actual`` equals ``expected`` up to the precision of their dtypes.

    An element passes when ``|actual - expected| <= rtol * |expected| + atol``; by default ``rtol`` follows the
    expected dtype (1e-7 for float64, 1e-4 for float32, exact for integers), or float32 where the student computed in
    it or in less, and ``atol`` is ``rtol`` times the largest expected magnitude. A tensor is expected where
    ``expected`` is one, an array or number where it is an array; ``scalar=True`` accepts Python, NumPy and
    0-dimensional numbers alike.

    Raises:
        CheckFailed: with a sentence that names type, shape, dtype, finiteness or value, in this order.
    """
    if rtol is None and atol is None and equal_doubles(actual, expected):  # many right answers
        return
    if isinstance(expected, list | tuple) and not isinstance(actual, Number):
        _assert_sequence(actual, expected, rtol, atol, dtype=dtype, scalar=scalar, what=what, equal_nan=equal_nan)
        return
    scalar = scalar or isinstance(expected, int | float | np.generic)
    got, dtype_name = _as_array(actual, expected, scalar, what)
    wanted, wanted_name = _plain_array(expected)
    if got.shape != wanted.shape:
        raise CheckFailed(
            f"{saying(what, 'has')} the wrong shape; expected {shape_in_words(wanted.shape)}",
            f"{saying(what, 'has')} shape {shape_in_words(got.shape)}; expected {shape_in_words(wanted.shape)}",
            expected, actual,
        )  # fmt: skip
    if dtype and not scalar and isinstance(expected, Tensor) and dtype_name != wanted_name:
        raise CheckFailed(
            f"{saying(what, 'has')} the wrong dtype; expected torch.{wanted_name}",
            f"{saying(what, 'has')} dtype torch.{dtype_name}; expected torch.{wanted_name}",
            expected, actual,
        )  # fmt: skip
    if got.dtype.kind == "c" != wanted.dtype.kind:
        text = f"{saying(what, 'is')} complex; expected real numbers"
        raise CheckFailed(text, text, expected, actual)
    if got.dtype == wanted.dtype and got.dtype.kind in "biufc" and (got == wanted).all():  # many right answers
        return
    _assert_values(
        got, wanted, limits_of(dtype_name, expected, wanted, wanted_name, rtol, atol), what, equal_nan, (expected, actual)
    )


def assert_close_to_any(
    actual: Any,
    accepted: Mapping[str, Any],
    rtol: float | None = None,
    atol: float | None = None,
    *,
    dtype: bool = True,
    scalar: bool = False,
    what: str = "the result",
) -> str:
    """Check that ``actual`` equals one of several values; return the name of the one it equals.

    Used where a mistake in one function must not be charged again in another: the truth is one accepted value,
    the candidate's own version of the piece it builds on gives another. The failure is reported against the first.
    """
    first: CheckFailed | None = None
    for name, expected in accepted.items():
        try:
            assert_close(actual, expected, rtol, atol, dtype=dtype, scalar=scalar, what=what)
            return name
        except CheckFailed as failure:
            first = first or failure
    if first is None:
        raise ValueError("assert_close_to_any needs at least one accepted value")
    raise first


def assert_shape(actual: Any, shape: tuple[int, ...], dtype: torch.dtype | None = None, what: str = "the result") -> None:
    """Check that ``actual`` is a tensor of the given shape (and dtype)."""
    if not isinstance(actual, Tensor):
        _wrong_type(actual, "a torch tensor", what)
    if tuple(actual.shape) != tuple(shape):
        raise CheckFailed(
            f"{saying(what, 'has')} the wrong shape; expected {shape_in_words(shape)}",
            f"{saying(what, 'has')} shape {shape_in_words(tuple(actual.shape))}; expected {shape_in_words(shape)}",
        )
    if dtype is not None and actual.dtype != dtype:
        raise CheckFailed(
            f"{saying(what, 'has')} the wrong dtype; expected {dtype}",
            f"{saying(what, 'has')} dtype {actual.dtype}; expected {dtype}",
        )


def assert_finite(actual: Any, what: str = "the result") -> None:
    """Check that no element is NaN or infinite."""
    values, _ = _as_array(actual, None, True, what, any_shape=True)
    if not np.isfinite(values).all():
        raise CheckFailed(f"{saying(what, 'is')} not finite", f"{saying(what, 'contains')} NaN or infinity", None, actual)


def _assert_sequence(
    actual: Any, expected: list[Any] | tuple[Any, ...], *tolerances: float | None, what: str, **options: bool
) -> None:
    if not isinstance(actual, list | tuple):
        _wrong_type(actual, f"{len(expected)} values", what)
    if len(actual) != len(expected):
        raise CheckFailed(
            f"{what} should have {len(expected)} parts", f"{saying(what, 'has')} {len(actual)} parts; expected {len(expected)}"
        )
    for index, (one, other) in enumerate(zip(actual, expected, strict=True)):
        assert_close(one, other, *tolerances, what=f"part {index} of {what}", **options)  # type: ignore[arg-type]


NO_RETURN = " (is a return statement missing?)"
"""What is guessed of ``None``; nobody forgets to return an attribute, or a part of what is returned."""


def _wrong_type(actual: object, wanted: str, what: str) -> NoReturn:
    hint = NO_RETURN if actual is None else ""
    summary = f"{saying(what, 'is')} not {wanted}" + (": it is None" + hint if actual is None else "")
    raise CheckFailed(summary, f"{saying(what, 'is')} {kind_of(actual)}{hint}; expected {wanted}", None, actual)


def _as_array(actual: Any, expected: Any, scalar: bool, what: str, any_shape: bool = False) -> tuple[np.ndarray, str]:
    """Return the student's value as an array, or fail with the type that was expected."""
    if scalar:
        if isinstance(actual, Tensor | np.ndarray | np.generic) or (
            isinstance(actual, int | float | complex) and not isinstance(actual, bool)
        ):
            values, name = _plain_array(actual)
            return (values, name) if any_shape or values.ndim == 0 else (_refuse_shape(values, what), name)
        _wrong_type(actual, "a number or an array of numbers" if any_shape else "a number", what)
    if isinstance(expected, Tensor):
        if not isinstance(actual, Tensor):
            _wrong_type(actual, "a torch tensor", what)
        return _plain_array(actual)
    if isinstance(actual, np.ndarray | np.generic) or (isinstance(actual, int | float) and not isinstance(actual, bool)):
        return _plain_array(actual)
    _wrong_type(actual, "a NumPy array", what)


def _refuse_shape(values: np.ndarray, what: str) -> NoReturn:
    raise CheckFailed(
        f"{what} should be a single number",
        f"{saying(what, 'has')} shape {shape_in_words(values.shape)}; expected a single number",
    )


def as_array(value: Any) -> np.ndarray:
    """A tensor, array or number as a NumPy array; bfloat16, which NumPy does not know, as float32."""
    if isinstance(value, Tensor):
        plain = value.detach().cpu()
        return (plain.float() if plain.dtype is torch.bfloat16 else plain).numpy()
    return np.asarray(value)


def _plain_array(value: Any) -> tuple[np.ndarray, str]:
    array = as_array(value)
    if isinstance(value, Tensor):
        return array, _torch_name(value.dtype)
    return array, "bool" if array.dtype.kind == "b" else dtype_name(array.dtype)


@functools.cache
def _torch_name(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")


def _assert_values(
    got: np.ndarray, wanted: np.ndarray, limits: tuple[float, float], what: str, equal_nan: bool, pair: tuple[Any, Any]
) -> None:
    if got.dtype.kind not in "biufc":
        raise CheckFailed(f"{saying(what, 'is')} not numeric", f"{saying(what, 'has')} dtype {got.dtype}", *pair)
    rtol, atol = limits
    common = np.result_type(got, wanted, np.float64)
    got_wide, wanted_wide = got.astype(common, copy=False), wanted.astype(common, copy=False)
    with np.errstate(all="ignore"):
        if math.isfinite(atol) and (np.abs(got_wide - wanted_wide) <= atol).all():  # most others
            return
        close = np.abs(got_wide - wanted_wide) <= rtol * np.abs(wanted_wide) + atol
    close &= np.isfinite(wanted_wide)  # around infinity the tolerance would be infinite too
    close |= got_wide == wanted_wide  # equal infinities
    if equal_nan:
        close |= np.isnan(got_wide) & np.isnan(wanted_wide)
    if close.all():
        return
    unexpected = ~np.isfinite(got_wide) & np.isfinite(wanted_wide)
    if unexpected.any():
        raise CheckFailed(
            f"{saying(what, 'is')} not finite", f"{saying(what, 'contains')} NaN or infinity{place(unexpected)}", *pair
        )
    raise CheckFailed(f"{saying(what, 'has')} wrong values", _difference(got_wide, wanted_wide, close, what, atol), *pair)


def _difference(got: np.ndarray, wanted: np.ndarray, close: np.ndarray, what: str, atol: float) -> str:
    if got.ndim == 0:
        return f"{saying(what, 'is')} {number_in_words(got)}; expected {number_in_words(wanted)}"
    gaps = np.where(close, -1.0, np.nan_to_num(np.abs(got - wanted), nan=math.inf))
    index = np.unravel_index(int(np.argmax(gaps)), got.shape)
    where = ", ".join(str(int(i)) for i in index)
    return (
        f"{saying(what, 'differs')} at [{where}]: got {number_in_words(got[index])}, expected {number_in_words(wanted[index])} "
        f"({int((~close).sum())} of {close.size} elements are off; tolerance {atol:.0e})"
    )
