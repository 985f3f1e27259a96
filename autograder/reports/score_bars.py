"""Scores of training tasks as small bars, from no credit to all of it."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.results.schema import CheckResult

_BEYOND = 0.25
"""How much of the range is drawn beyond either level."""


@dataclass(frozen=True)
class ScoreBar:
    """Places on a bar, in percent of its length, and the numbers written at them."""

    full: tuple[float, float]
    """Where everything is earned."""
    zero: tuple[float, ...]
    """Where nothing is earned any more."""
    value: float | None
    """Where the measured value lies; None where there is none."""
    value_text: str
    full_text: str
    zero_text: str


def score_bar(check: CheckResult) -> ScoreBar | None:
    """The bar of a score; None for a check that has no levels."""
    if isinstance(check.zero, list) and isinstance(check.full, list):
        low, high = check.zero
        first, last = (_place(end, low, high) for end in check.full)
        span: tuple[float, float] = (first, last)
        zero: tuple[float, ...] = (_place(low, low, high), _place(high, low, high))
    elif isinstance(check.zero, float) and isinstance(check.full, float):
        low, high = check.zero, check.full
        span, zero = (_place(high, low, high), 100.0), (_place(low, low, high),)
    else:
        return None
    value = None if check.value is None else _place(check.value, low, high)
    told = "not measured" if check.value is None else f"{check.value:.4g}"
    return ScoreBar(span, zero, value, told, level_words(check.full), level_words(check.zero, inside=False))


def _place(value: float, low: float, high: float) -> float:
    along = (value - low) / (high - low) if high != low else 0.0
    return round(100 * (min(1 + _BEYOND, max(-_BEYOND, along)) + _BEYOND) / (1 + 2 * _BEYOND), 1)


def level_words(level: float | list[float], *, inside: bool = True) -> str:
    """A level as it follows "everything" (``inside``) or "nothing": ``at 32.2``, ``from 8.1 to 10.8``, ``outside 6 to 13``."""
    if isinstance(level, list):
        return f"{'from' if inside else 'outside'} {level[0]:g} to {level[1]:g}"
    return f"at {level:g}"
