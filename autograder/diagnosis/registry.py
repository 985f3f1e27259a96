"""Misconceptions and probes as the files of an assignment register them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from autograder.diagnosis.fingerprint import Probe

Object = TypeVar("Object", bound=Callable[..., Any])


@dataclass(frozen=True)
class Misconception:
    """A wrong variant of one exercise, the belief behind it, and a hint that asks rather than tells."""

    exercise: str
    name: str
    belief: str
    hint: str
    variant: Callable[..., Any]


_MISCONCEPTIONS: dict[str, list[Misconception]] = {}


_PROBES: dict[str, dict[str, Probe]] = {}


def misconception(exercise: str, *, belief: str, hint: str) -> Callable[[Object], Object]:
    """Mark a function or class as a wrong variant of ``exercise``; its name is the misconception's name."""

    def register(variant: Object) -> Object:
        entry = Misconception(exercise, variant.__name__, belief, hint, variant)
        _MISCONCEPTIONS.setdefault(variant.__module__, []).append(entry)
        return variant

    return register


def probe(exercise: str) -> Callable[[Probe], Probe]:
    """Mark a function ``(candidate, record)`` as the probe of ``exercise``."""

    def register(function: Probe) -> Probe:
        _PROBES.setdefault(function.__module__, {})[exercise] = function
        return function

    return register
