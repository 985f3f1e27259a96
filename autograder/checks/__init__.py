"""The whole vocabulary of somebody who writes checks.

Strategies for inputs are in :mod:`autograder.checks.strategies`, comparisons of short answers in
:mod:`autograder.checks.short_answers`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograder.lazy import names_on_demand

if TYPE_CHECKING:
    from autograder.checks.calls import CandidateError, Observation
    from autograder.checks.candidate import Candidate, RemoteFunction, RemoteObject
    from autograder.checks.closeness import (
        CheckFailed,
        assert_close,
        assert_close_to_any,
        assert_finite,
        assert_shape,
        assert_true,
        fail,
    )
    from autograder.checks.decorator import check
    from autograder.checks.files import load_beside

__all__ = [
    "Candidate",
    "CandidateError",
    "CheckFailed",
    "Observation",
    "RemoteFunction",
    "RemoteObject",
    "assert_close",
    "assert_close_to_any",
    "assert_finite",
    "assert_shape",
    "assert_true",
    "check",
    "fail",
    "load_beside",
]

_MODULES = {
    "calls": ("CandidateError", "Observation"),
    "candidate": ("Candidate", "RemoteFunction", "RemoteObject"),
    "closeness": (
        "CheckFailed", "assert_close", "assert_close_to_any", "assert_finite", "assert_shape", "assert_true", "fail",
    ),
    "decorator": ("check",),
    "files": ("load_beside",),
}  # fmt: skip

__getattr__ = names_on_demand(__name__, {name: f"{__name__}.{module}" for module, names in _MODULES.items() for name in names})
