"""How far a student's value may be from the expected one, by the precision of their dtypes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

_TOLERANCE = {
    "float64": 1e-7,
    "complex128": 1e-7,
    "float32": 1e-4,
    "complex64": 1e-4,
    "float16": 1e-2,
    "bfloat16": 2e-2,
}
_FLOOR = {"float64": 1e-9, "complex128": 1e-9, "float32": 2e-6, "complex64": 2e-6, "float16": 1e-3, "bfloat16": 1e-2}

_DOUBLES = frozenset((float, np.float64))


def equal_doubles(actual: Any, expected: Any) -> bool:
    """Whether both are single numbers in double precision that agree within what is allowed by default, or less."""
    doubles = type(expected) in _DOUBLES and type(actual) in _DOUBLES and math.isfinite(expected)
    return doubles and abs(float(actual) - float(expected)) <= max(_FLOOR["float64"], _TOLERANCE["float64"] * abs(expected))


def limits_of(
    got: str, expected: Any, wanted: np.ndarray, name: str, rtol: float | None, atol: float | None
) -> tuple[float, float]:
    """Relative and absolute tolerance: they belong to what is expected, not to the dtype that a student chose.

    Whoever computes in float32 where the contract leaves that open gets the tolerance of float32, and nobody a coarser one
    than what the inputs had: a half precision is expected where they were given in it. Integers are exact. Where the
    check says how precise it wants it, this is not widened.
    """
    counted = wanted.dtype.kind in "biu" and (not isinstance(expected, int) or got not in _TOLERANCE)
    if rtol is None and counted:
        return 0.0, atol or 0.0
    if rtol is None and _TOLERANCE.get(got, 0.0) > _TOLERANCE.get(name, 0.0):
        name = max(name, min(got, "float32", key=_coarseness), key=_coarseness)
    relative = _coarseness(name) if rtol is None else rtol
    if atol is None:
        atol = max(_FLOOR.get(name, 0.0), relative * _scale(wanted))
    return relative, atol


def _scale(values: np.ndarray) -> float:
    """The largest finite magnitude, 0 without any."""
    sizes = np.abs(values)
    largest = float(sizes.max()) if sizes.size else 0.0
    if math.isfinite(largest):
        return largest
    finite = sizes[np.isfinite(sizes)]
    return float(finite.max()) if finite.size else 0.0


def _coarseness(name: str) -> float:
    return _TOLERANCE.get(name, _TOLERANCE["float64"])
