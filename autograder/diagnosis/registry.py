"""Misconceptions and probes as the files of an assignment register them."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, overload

from torch import Tensor

from autograder.diagnosis.fingerprint import Probe
from autograder.diagnosis.replacements import Replacement
from autograder.errors import GraderError

Object = TypeVar("Object", bound=Callable[..., Any])


@dataclass(frozen=True)
class Misconception:
    """A wrong variant of one exercise, the belief behind it, and a hint that asks rather than tells."""

    exercise: str
    name: str
    belief: str
    hint: str
    variant: Callable[..., Any]


@dataclass(frozen=True)
class ReplacementInReference:
    """A misconception whose variant is still to be made from the reference."""

    exercise: str
    name: str
    belief: str
    hint: str
    replacements: tuple[Replacement, ...]


_MISCONCEPTIONS: dict[str, list[Misconception | ReplacementInReference]] = {}


@dataclass(frozen=True)
class SharedMistake:
    """A mistake that any function of an assignment can show; ``make`` turns the reference into the wrong variant."""

    name: str
    hint: str
    make: Callable[[Callable[..., Any]], Callable[..., Any]]


_PROBES: dict[str, dict[str, Probe]] = {}


_SHARED: dict[str, list[SharedMistake]] = {}


@overload
def misconception(exercise: str, *, belief: str, hint: str) -> Callable[[Object], Object]: ...


@overload
def misconception(
    exercise: str, *, name: str, belief: str, hint: str, replace: Replacement | Sequence[Replacement]
) -> None: ...


def misconception(
    exercise: str, *, name: str = "", belief: str, hint: str, replace: Replacement | Sequence[Replacement] = ()
) -> Callable[[Object], Object] | None:
    """The decorator that registers a wrong variant of `exercise`; ``None`` where the call itself has registered one.

    A decorated function or class is the variant, and its name the misconception's. Called with `replace`, it is the
    reference with one text, or several, replaced: ``replace=("0.5 * (", "(")``. Each text must occur exactly once in
    the code of the exercise's own definition, so that a variant cannot go stale unseen.
    """
    if replace:
        # A plain call decorates nothing that would say which file it stands in.
        caller = sys._getframe(1).f_globals
        if not name.isidentifier():
            raise GraderError(f"a misconception of {exercise} by replacement has no name", caller["__file__"], "name=…")
        entry = ReplacementInReference(exercise, name, belief, hint, _pairs(replace, name, caller["__file__"]))
        _MISCONCEPTIONS.setdefault(caller["__name__"], []).append(entry)
        return None

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


def with_argument_changed(reference: Callable[..., Any], name: str, change: Callable[[Tensor], Tensor]) -> Callable[..., Any]:
    """Return the reference called with another value of one argument, where it has one of that name that is a tensor."""
    signature = inspect.signature(reference)

    def variant(*args: Any, **kwargs: Any) -> Any:
        bound = signature.bind(*args, **kwargs)
        if isinstance(bound.arguments.get(name), Tensor):
            bound.arguments[name] = change(bound.arguments[name])
        return reference(*bound.args, **bound.kwargs)

    return variant


def _pairs(replace: Replacement | Sequence[Replacement], name: str, file: str) -> tuple[Replacement, ...]:
    """One pair or several as several; refuses anything else."""
    pairs = [replace] if isinstance(replace[0], str) else list(replace)
    for pair in pairs:
        if not (isinstance(pair, tuple) and len(pair) == 2 and all(isinstance(text, str) for text in pair)):
            raise GraderError(f"misconception {name} replaces {pair!r}", file, 'write replace=("old", "new")')
    return tuple(pairs)  # type: ignore[arg-type]


def probe(exercise: str) -> Callable[[Probe], Probe]:
    """Mark a function ``(candidate, record)`` as the probe of ``exercise``."""

    def register(function: Probe) -> Probe:
        _PROBES.setdefault(function.__module__, {})[exercise] = function
        return function

    return register
