"""Bars of scores: where a value lies between nothing and everything."""

from __future__ import annotations

import pytest

from autograder.reports.score_bars import score_bar
from autograder.results.schema import CheckResult


def scored(value: float | None, zero: float | list[float], full: float | list[float]) -> CheckResult:
    """A score with these levels."""
    return CheckResult(name="s", visibility="visible", score=0, max_score=1, status="failed", value=value, zero=zero, full=full)


@pytest.mark.parametrize(
    ("value", "zero", "full", "place"),
    [(38.0, 38.0, 36.0, 16.7), (36.0, 38.0, 36.0, 83.3), (37.0, 38.0, 36.0, 50.0), (0.0, 38.0, 36.0, 100.0),
     (99.0, 38.0, 36.0, 0.0), (5.0, [0.0, 10.0], [4.0, 6.0], 50.0)],
)  # fmt: skip
def test_values_are_placed_between_the_levels(value: float, zero: float, full: float, place: float) -> None:
    """From either side, and at the end of the bar where they are beyond."""
    bar = score_bar(scored(value, zero, full))
    assert bar is not None
    assert bar.value == place


def test_words_say_on_which_side_nothing_is() -> None:
    """A window has two."""
    bar = score_bar(scored(None, [6.0, 13.0], [8.1, 10.8]))
    assert bar is not None
    assert (bar.value, bar.value_text) == (None, "not measured")
    assert (bar.zero_text, bar.full_text) == ("outside 6 to 13", "from 8.1 to 10.8")
    assert len(bar.zero) == 2


def test_an_ordinary_check_has_no_bar() -> None:
    """It has no levels."""
    assert score_bar(CheckResult(name="s", visibility="visible", score=0, max_score=1, status="failed")) is None
