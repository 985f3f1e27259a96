"""The whole vocabulary of somebody who writes checks.

Strategies for inputs are in :mod:`autograder.checks.strategies`, comparisons of short answers in
:mod:`autograder.checks.short_answers`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograder.imports import names_on_demand

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
    from autograder.checks.draws import assert_draws_afresh, assert_sets_no_seed
    from autograder.checks.files import load_beside
    from autograder.checks.modules import (
        assert_alone_in_train_mode,
        assert_gradients_are_slopes,
        assert_no_parameter_is_cut_off,
        assert_same_again,
        cut_if_it_matters,
        naming,
    )

__all__ = [
    "Candidate",
    "CandidateError",
    "CheckFailed",
    "Observation",
    "RemoteFunction",
    "RemoteObject",
    "assert_alone_in_train_mode",
    "assert_close",
    "assert_close_to_any",
    "assert_draws_afresh",
    "assert_finite",
    "assert_gradients_are_slopes",
    "assert_no_parameter_is_cut_off",
    "assert_same_again",
    "assert_sets_no_seed",
    "assert_shape",
    "assert_true",
    "check",
    "cut_if_it_matters",
    "fail",
    "load_beside",
    "naming",
]

_MODULES = {
    "calls": ("CandidateError", "Observation"),
    "candidate": ("Candidate", "RemoteFunction", "RemoteObject"),
    "closeness": (
        "CheckFailed", "assert_close", "assert_close_to_any", "assert_finite", "assert_shape", "assert_true", "fail",
    ),
    "decorator": ("check",),
    "draws": ("assert_draws_afresh", "assert_sets_no_seed"),
    "files": ("load_beside",),
    "modules": (
        "assert_alone_in_train_mode", "assert_gradients_are_slopes", "assert_no_parameter_is_cut_off", "assert_same_again",
        "cut_if_it_matters", "naming",
    ),
}  # fmt: skip

__getattr__ = names_on_demand(__name__, {name: f"{__name__}.{module}" for module, names in _MODULES.items() for name in names})
