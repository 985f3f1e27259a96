"""The examples of a property check: drawn once by Hypothesis, then replayed for every submission.

Drawing costs more than checking, so a class of a hundred submissions shares what is drawn, which depends on the run's
seed alone: shapes, and the seeds that tensors are filled from. These are salted, so that the values differ. The
examples of one check are run interleaved: every example's next call to the submission goes into one frame, which saves
a round trip through two processes for each of them.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import inspect
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import hypothesis
from hypothesis.internal.conjecture import providers

from autograder.checks.strategies import deferring
from autograder.course.assignment import Assignment, Check, Exercise


def derive_seed(seed: int, key: str) -> int:
    """A seed for one check, different for every check and every run seed."""
    return int.from_bytes(hashlib.sha256(f"{seed}/{key}".encode()).digest()[:7], "big")


def is_property(function: Callable[..., None]) -> bool:
    """Tell whether a check draws examples with ``@given``."""
    return bool(getattr(function, "is_hypothesis_test", False))


def draw_examples(function: Any, seed: int, fixtures: frozenset[str]) -> list[dict[str, Any]]:
    """Draw the examples of a property check from ``seed``; ``fixtures`` are the arguments that are not drawn."""
    drawn: list[dict[str, Any]] = []
    inner = function.hypothesis.inner_test

    def record(**arguments: Any) -> None:
        drawn.append({name: value for name, value in arguments.items() if name not in fixtures})

    previous = getattr(function, "_hypothesis_internal_use_seed", None)
    function.hypothesis.inner_test = record
    try:
        hypothesis.seed(seed)(function)
        with _no_local_constants(), deferring():
            function(**dict.fromkeys(fixtures))
    except AssertionError as error:
        if isinstance(error.__context__, KeyboardInterrupt):  # Hypothesis hides one that comes before its engine is made
            raise error.__context__ from None
        raise
    finally:
        function.hypothesis.inner_test = inner
        function._hypothesis_internal_use_seed = previous
    return drawn


@contextlib.contextmanager
def _no_local_constants() -> Iterator[None]:
    """Keep Hypothesis from mixing in numbers found in whatever modules happen to be imported."""
    original = getattr(providers, "_get_local_constants", None)
    if original is None:
        yield
        return
    empty = providers.Constants()
    providers._get_local_constants = lambda: empty  # type: ignore[assignment]
    try:
        yield
    finally:
        providers._get_local_constants = original  # type: ignore[assignment]


FIXTURES = frozenset({"candidate", "rng", "reference"})


@dataclass
class ExampleStore:
    """Drawn examples by check and seed, shared by all submissions of a run."""

    _drawn: dict[tuple[str, str, int], list[dict[str, Any]]] = field(default_factory=dict)

    def examples(self, assignment: str, check: Check, seed: int) -> list[dict[str, Any]]:
        """Return the examples of a property check, drawing them on first use."""
        key = (assignment, check.key, seed)
        if key not in self._drawn:
            self._drawn[key] = draw_examples(check.function, derive_seed(seed, check.key), fixtures_of(check.function))
        return self._drawn[key]


_STORE = ExampleStore()


def draw_ahead(assignment: Assignment, exercises: Iterable[Exercise], seed: int) -> None:
    """Draw the examples of all property checks now, while there is something else to wait for."""
    for exercise in exercises:
        for check in exercise.checks:
            if is_property(check.function):
                with contextlib.suppress(Exception):  # whoever uses them meets it again, and says so
                    _STORE.examples(assignment.name, check, seed)


@functools.cache
def fixtures_of(function: Callable[..., Any]) -> frozenset[str]:
    """The fixtures among the parameters of a check."""
    return FIXTURES & frozenset(inspect.signature(function).parameters)
