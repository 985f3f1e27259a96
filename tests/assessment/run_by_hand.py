"""Functions as checks, and modules in this process to run them on."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

from autograder.assessment.outcomes import Outcome
from autograder.assessment.runner import RunOptions, run_checks
from autograder.checks.decorator import CheckKind, check
from autograder.course.assignment import Assignment, Check
from autograder.runtime.module_space import ModuleSpace
from autograder.sessions.local import LocalSession

_numbers = itertools.count()

Body = Callable[..., None]


def as_check(function: Body, points: float = 1.0, kind: CheckKind = "value", **options: Any) -> Check:
    """Wrap a function as a hidden check of exercise `f` in module `main`, under a name of its own."""
    function.__name__ = f"test_f_{next(_numbers)}"  # drawn examples are kept by name
    marked = check("f", points, "holds", kind, **options)(function)
    return Check.of(marked, "hidden", "main")


def local(source: str) -> Callable[[], LocalSession]:
    """Open sessions on a module in this process."""
    space = ModuleSpace({"main.py": source.encode()}, (), f"runner_test_{next(_numbers)}.")
    return lambda: LocalSession(space)


def outcome_of(tiny: Assignment, body: Body, source: str = "def f(x):\n    return x\n") -> Outcome:
    """Run one check on one module."""
    (outcome,) = run_checks(tiny, [as_check(body)], local(source), RunOptions())  # type: ignore[arg-type, return-value]
    return outcome
