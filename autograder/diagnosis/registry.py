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


@dataclass(frozen=True)
class SharedMistake:
    """A mistake that any function of an assignment can show; ``make`` turns the reference into the wrong variant."""

    name: str
    hint: str
    make: Callable[[Callable[..., Any]], Callable[..., Any]]


_PROBES: dict[str, dict[str, Probe]] = {}


_SHARED: dict[str, list[SharedMistake]] = {}


def misconception(exercise: str, *, belief: str, hint: str) -> Callable[[Object], Object]:
    """Mark a function or class as a wrong variant of ``exercise``; its name is the misconception's name."""

    def register(variant: Object) -> Object:
        entry = Misconception(exercise, variant.__name__, belief, hint, variant)
        _MISCONCEPTIONS.setdefault(variant.__module__, []).append(entry)
        return variant

    return register


def shared_mistake(name: str, *, hint: str) -> Callable[[Object], Object]:
    """Mark a function ``reference -> variant`` as a mistake that every function of the assignment can show.

    For ``shared_mistakes.py`` beside the references. Variants of one name with different hints may stand side by side.
    """

    def register(make: Object) -> Object:
        _SHARED.setdefault(make.__module__, []).append(SharedMistake(name, hint, make))
        return make

    return register


def probe(exercise: str) -> Callable[[Probe], Probe]:
    """Mark a function ``(candidate, record)`` as the probe of ``exercise``."""

    def register(function: Probe) -> Probe:
        _PROBES.setdefault(function.__module__, {})[exercise] = function
        return function

    return register
