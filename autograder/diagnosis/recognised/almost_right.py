"""Answers that are off by less than a thousandth wherever they are off at all."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from autograder.diagnosis.fingerprint import Entry

NAME = "almost_right"
HINT = (
    "Your values are almost right: where they differ, it is by less than a thousandth. Which small number is added, left out, "
    "rounded or cut off, perhaps inside a logarithm, a root or a denominator?"
)
_NEAR = 1e-3


def almost_right(wrong: Sequence[tuple[Entry, Entry]]) -> tuple[str, str] | None:
    """Name and hint where all wrong records have the right form and values that are close, values and not gradients alone."""
    values = [(good, bad) for good, bad in wrong if not good.gradient]
    return (NAME, HINT) if values and all(_is_near(good, bad) for good, bad in wrong) else None


def _is_near(good: Entry, bad: Entry) -> bool:
    same_form = bad.error is None and (good.changed, good.rng_used) == (bad.changed, bad.rng_used)
    return same_form and _near(good.value, bad.value)


def _near(good: Any, bad: Any) -> bool:
    if isinstance(good, dict) and isinstance(bad, dict):
        return good.keys() == bad.keys() and all(_near(good[key], bad[key]) for key in good)
    if isinstance(good, list | tuple) and isinstance(bad, list | tuple):
        return len(good) == len(bad) and all(_near(one, other) for one, other in zip(good, bad, strict=True))
    if isinstance(good, Tensor) and isinstance(bad, Tensor):
        if good.shape != bad.shape or good.dtype != bad.dtype or not good.is_floating_point():
            return False
        right, found = good.double(), bad.double()
        if not bool(found.isfinite().all() and right.isfinite().all()):
            return bool(torch.equal(right.nan_to_num(1.0, 2.0, 3.0), found.nan_to_num(1.0, 2.0, 3.0)))
        return not right.numel() or bool((found - right).abs().max() <= _NEAR * right.abs().max())
    if isinstance(good, float) and isinstance(bad, float):
        return good == bad or math.isclose(good, bad, rel_tol=_NEAR)
    return type(good) is type(bad) and good == bad if isinstance(good, str | bool | int | type(None)) else False
