"""What a check's writer says about it, apart from what it does: read without torch by whoever only counts points."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

CheckKind = Literal["value", "law", "shape", "dtype", "purity", "gradient", "extreme", "random"]


@dataclass(frozen=True)
class CheckInfo:
    """What a check writer said about a check."""

    exercise: str
    points: float
    title: str
    kind: CheckKind
    timeout: float | None
    """Seconds allowed, where the check needs more than the run's limit."""
    explanation: str
    name: str
    methods: tuple[str, ...] = field(default=(), kw_only=True)
    """Of a class: those that alone are to blame when it fails, because it compares them with others of the same object."""


def info_of(function: object) -> CheckInfo | None:
    """Return what :func:`autograder.checks.check` noted on a function, if anything."""
    return getattr(function, "autograder_check", None)


def check_name(function: str, exercise: str) -> str:
    """A check's name: that of its function without ``test_`` and without the exercise."""
    return function.removeprefix("test_").removeprefix(exercise.lower() + "_").removeprefix(exercise + "_")
