"""From a value to credit: nothing at one level, everything at another, linear between."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Level:
    """Credit that grows from ``zero`` to ``full``, in whichever direction that is.

    Attributes:
        zero: no credit here and on the far side: no better than the best broken variant, with margin.
        full: full credit here and beyond: the reference's median with its margin.
        too_good: a value beyond this one, in the direction of ``full``, cannot be honest; None if there is no such bound.

    Raises:
        ValueError: a level is not finite, the two are equal, or ``too_good`` lies before ``full``.
    """

    zero: float
    full: float
    too_good: float | None = None

    def __post_init__(self) -> None:
        """Refuse levels that cannot be meant."""
        levels = [self.zero, self.full] + ([] if self.too_good is None else [self.too_good])
        if not all(map(math.isfinite, levels)) or self.zero == self.full:
            raise ValueError(f"levels are two different finite numbers, not {self.zero} and {self.full}")
        if self.too_good is not None and self._along(self.too_good) < 1:
            raise ValueError(f"{self.too_good} cannot be too good: full credit begins at {self.full}, coming from {self.zero}")

    def credit(self, value: float) -> float:
        """A number in [0, 1]; 0 for nan, for infinite values and for what is too good."""
        if not math.isfinite(value) or self.is_too_good(value):
            return 0.0
        return min(1.0, max(0.0, self._along(value)))

    def is_too_good(self, value: float) -> bool:
        """Whether a value, or an infinity, lies beyond what any honest run can reach: for staff to look at, worth no points."""
        if self.too_good is None or math.isnan(value):
            return False
        return value > self.too_good if self.full > self.zero else value < self.too_good

    def _along(self, value: float) -> float:
        return (value - self.zero) / (self.full - self.zero)


@dataclass(frozen=True, slots=True)
class Window:
    """Full credit inside a window, none far outside on either side, for errors of a factor that move a score the good way.

    Attributes:
        zero_low: no credit here and below.
        full_low: full credit from here on; equal to ``zero_low`` for an edge without a slope, which itself has full credit.
        full_high: full credit up to here.
        zero_high: no credit here and above; equal to ``full_high`` for an edge.

    Raises:
        ValueError: the four are not finite numbers in ascending order.
    """

    zero_low: float
    full_low: float
    full_high: float
    zero_high: float

    def __post_init__(self) -> None:
        """Refuse levels that cannot be meant."""
        levels = [self.zero_low, self.full_low, self.full_high, self.zero_high]
        if not all(map(math.isfinite, levels)) or levels != sorted(levels):
            raise ValueError(f"the levels of a window are finite and ascend: {levels}")

    def credit(self, value: float) -> float:
        """A number in [0, 1]; 0 for nan and for infinite values."""
        if not math.isfinite(value):
            return 0.0
        return min(_rise(value, self.zero_low, self.full_low), _rise(-value, -self.zero_high, -self.full_high))

    def is_too_good(self, value: float) -> bool:
        """Never: beyond a window a value is wrong."""
        return False


def _rise(value: float, zero: float, full: float) -> float:
    if value >= full:
        return 1.0
    return max(0.0, (value - zero) / (full - zero)) if full > zero else 0.0
