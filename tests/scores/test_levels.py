"""Credit between levels."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.scores.levels import Level, Window

FINITE = st.floats(-1e6, 1e6, allow_nan=False)


@pytest.mark.parametrize(
    ("level", "values"),
    [
        (Level(38.0, 35.6), {39: 0, 38: 0, 36.8: 0.5, 35.6: 1, 20: 1}),
        (Level(0.0, 8.0), {-1: 0, 0: 0, 2: 0.25, 8: 1, 16: 1}),
        (Level(38.0, 35.6, too_good=25.0), {36.8: 0.5, 25: 1, 24.9: 0, -1e9: 0}),
        (Level(0.0, 1.0, too_good=1.0), {0.5: 0.5, 1: 1, 1.1: 0}),
        (Window(6.5, 9.0, 11.5, 15.0), {6: 0, 6.5: 0, 7.75: 0.5, 9: 1, 10: 1, 11.5: 1, 13.25: 0.5, 15: 0, 99: 0}),
        (Window(0.98, 0.98, 1.02, 1.02), {0.979: 0, 0.98: 1, 1: 1, 1.02: 1, 1.021: 0}),
    ],
)
def test_credit(level: Level | Window, values: dict[float, float]) -> None:
    """Linear in between, nothing before, everything after, unless that is too good."""
    assert {value: level.credit(value) for value in values} == pytest.approx(values)


@pytest.mark.parametrize("level", [Level(1, 0), Level(0, 1), Level(0, 1, 2), Level(1, 0, -1), Window(0, 1, 2, 3)])
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_earns_nothing(level: Level | Window, value: float) -> None:
    """On either side."""
    assert level.credit(value) == 0


def test_too_good_is_in_the_direction_of_full_credit_only() -> None:
    """Also infinitely so; nan is bad, not good."""
    down, up = Level(38.0, 35.6, too_good=25.0), Level(0.0, 1.0, too_good=2.0)
    assert [down.is_too_good(value) for value in (24.9, -math.inf, 25.0, 36.0, 1e9, math.inf, math.nan)] == [True] * 2 + [
        False
    ] * 5
    assert [up.is_too_good(value) for value in (2.1, math.inf, 2.0, -5.0, -math.inf, math.nan)] == [True] * 2 + [False] * 4
    assert not Level(0.0, 1.0).is_too_good(math.inf)
    assert not Window(0, 1, 2, 3).is_too_good(1e9)


@given(zero=FINITE, full=FINITE, first=FINITE, second=FINITE)
def test_credit_never_falls_towards_full(zero: float, full: float, first: float, second: float) -> None:
    """And stays in [0, 1]."""
    if zero == full:
        return
    level = Level(zero, full)
    worse, better = sorted((first, second), reverse=full < zero)
    assert 0 <= level.credit(worse) <= level.credit(better) <= 1


@pytest.mark.parametrize(
    ("kind", "levels"),
    [
        (Level, (1.0, 1.0)),
        (Level, (1.0, math.nan)),
        (Level, (math.inf, 0.0)),
        (Level, (38.0, 35.6, 36.0)),
        (Level, (0.0, 1.0, 0.5)),
        (Level, (0.0, 1.0, math.inf)),
        (Window, (1.0, 0.5, 2.0, 3.0)),
        (Window, (0.0, 2.0, 1.0, 3.0)),
        (Window, (0.0, 1.0, 2.0, math.inf)),
        (Window, (math.nan, 1.0, 2.0, 3.0)),
    ],
)
def test_levels_that_cannot_be_meant_are_refused(kind: type, levels: tuple[float, ...]) -> None:
    """When they are written, not when a student is graded."""
    with pytest.raises(ValueError, match=r"level|good"):
        kind(*levels)
