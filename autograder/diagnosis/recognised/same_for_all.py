"""Answers that are the same whatever is passed: one number, or none that is finite.

Nothing is compared with a wrong formula here: what is said is seen, and so it is true. No number is named: it would be the
submission's own choice.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from autograder.checks.closeness import as_array
from autograder.diagnosis.fingerprint import Entry, numel
from autograder.results.schema import Diagnosis

_ENOUGH = 3
"""Different numbers that the right answers must have, so that it is a mistake to give one."""


def same_for_all(pairs: Sequence[tuple[Entry, Entry]]) -> list[Diagnosis]:
    """Return what all results have in common, if the right ones differ; ``pairs`` are right and recorded behaviour."""
    values = [(good, bad) for good, bad in pairs if not good.gradient]
    if len(values) < 2 or any(bad.error is not None or not _is_real(good) or not _is_real(bad) for good, bad in values):
        return []
    right, seen = (np.concatenate([_numbers(entry) for entry in part]) for part in zip(*values, strict=True))
    if not np.isfinite(right).all() or len(np.unique(right.round(6))) < _ENOUGH:
        return []
    if not np.isfinite(seen).any():
        return _named(
            "never_a_finite_number",
            "Your result is nan or infinite on every input that we tried. Which step is the first to give such a number: a "
            "division by zero, a logarithm or a root of what is not positive, an exponential of something large?",
        )
    if np.isfinite(seen).all() and np.ptp(seen) == 0:
        return _named(
            "same_number_for_all_inputs",
            "Your result is one and the same number on every input that we tried. Does it use its arguments, and does "
            "something cancel out, such as a quantity subtracted from itself?",
        )
    return []


def number_where_nothing_is(pairs: Sequence[tuple[Entry, Entry]]) -> list[Diagnosis]:
    """Return what is wrong if results have a number where NaN should say that there is none, and are right elsewhere."""
    filled = False
    for good, bad in pairs:
        if good.gradient or not _is_real(good):
            continue
        if bad.error is not None or not _is_real(bad) or np.shape(_numbers(good)) != np.shape(_numbers(bad)):
            return []
        right, seen = _numbers(good), _numbers(bad)
        gaps = np.isnan(right)
        filled |= bool(np.isfinite(seen[gaps]).any())
        if not np.allclose(right[~gaps], seen[~gaps], rtol=1e-3, atol=1e-6):
            return []
    if not filled:
        return []
    return _named(
        "number_where_nothing_is",
        "Your result has a number where NaN should say that there is none, and is right everywhere else. How can a reader tell "
        "a measurement from a place that stands for it?",
    )


def _named(name: str, hint: str) -> list[Diagnosis]:
    return [Diagnosis(misconception=name, hint=hint, confidence="exact")]


def _is_real(entry: Entry) -> bool:
    return numel(entry.value) > 0 and as_array(entry.value).dtype.kind in "iuf"


def _numbers(entry: Entry) -> np.ndarray:
    return as_array(entry.value).astype(np.float64).ravel()
