"""Points of visible checks alone: are they understanding, or a table of the published answers?

Visible checks and their values are in the students' hands. When an exercise passes some of them and not one hidden value
check, its function is asked again at inputs a little beside the published ones. An answer that is right in
its way (for two dimensions only, say) is right there too and keeps its points; a table is not.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from autograder.assessment.examples import is_property
from autograder.assessment.outcomes import Outcome
from autograder.assessment.runner import RunOptions, arguments_of
from autograder.checks.calls import Call, CandidateError, CandidateSession, OpenSession, Remote
from autograder.checks.candidate import Candidate
from autograder.checks.salt import salted
from autograder.checks.strategies import number
from autograder.course.assignment import Assignment, Check, Exercise
from autograder.diagnosis.fingerprint import same_value
from autograder.sessions.replies import WorkerLost

MAX_CALLS = 6
SHRINK = (0.93, 0.98)
"""Between which the factor of every floating-point input lies: probabilities stay probabilities, signs what they are."""


def needs_probation(outcomes: Sequence[Outcome]) -> bool:
    """Whether value checks passed, but none of those that students cannot see, though there are some."""
    values = [outcome for outcome in outcomes if outcome.check.info.kind == "value"]
    hidden = [outcome for outcome in values if outcome.check.visibility == "hidden"]
    return bool(hidden) and not any(one.passed for one in hidden) and any(one.passed for one in values)


def answers_beside_the_published_inputs(
    assignment: Assignment, exercise: Exercise, outcomes: Sequence[Outcome], open_session: OpenSession, options: RunOptions
) -> bool:
    """Whether the function is right beside the inputs of the visible value checks that it passed.

    Only functions can be asked in this way; of a class the answer is no.
    """
    checks = [one.check for one in outcomes if one.passed and one.check.visibility == "visible"]
    checks = [check for check in checks if check.info.kind == "value" and not is_property(check.function)]
    if exercise.kind == "class" or not checks:
        return False
    try:
        session = open_session()
    except WorkerLost:
        return False
    try:
        session.limit(options.time_limit)
        calls = [call for check in checks for call in _calls_of(assignment, exercise, check, session)]
        with salted(options.salt):
            factor = number(0, *SHRINK, digits=6)
        return bool(calls) and all(_is_right(assignment, exercise, call, session, factor) for call in calls[:MAX_CALLS])
    except WorkerLost:
        return False
    finally:
        session.close()


def _calls_of(assignment: Assignment, exercise: Exercise, check: Check, session: CandidateSession) -> list[Call]:
    """Run a visible check once more and note how it calls the exercise."""
    remote = Remote(session, history=[])
    try:
        check.function(**arguments_of(assignment, check, remote, 0))
    except (CandidateError, AssertionError, TypeError, ValueError, RuntimeError, LookupError):
        return []
    return [call for call in remote.history or [] if call.name == exercise.name and _moved(call, 1.0) is not None]


def _is_right(assignment: Assignment, exercise: Exercise, call: Call, session: CandidateSession, factor: float) -> bool:
    moved = _moved(call, factor)
    assert moved is not None
    args, kwargs = moved
    reference: Any = getattr(assignment.reference(exercise.module), exercise.name)
    try:
        expected = reference(*copy.deepcopy(args), **copy.deepcopy(kwargs))
        got = getattr(Candidate(Remote(session), exercise.module), exercise.name)(*args, **kwargs)
    except (CandidateError, TypeError, ValueError, RuntimeError, LookupError, ArithmeticError):
        return False
    return same_value(_plain(got), _plain(expected))


def _moved(call: Call, factor: float) -> tuple[tuple[Any, ...], dict[str, Any]] | None:
    """The call's arguments a little beside where they were; ``None`` when nothing can be moved."""
    values = [*call.args, *call.kwargs.values()]
    floating = any(_is_floating(value) for value in values)
    changed = [_shrunk(value, factor) if floating else _next(value) for value in values]
    if not floating and not any(type(value) is int for value in values):
        return None
    return tuple(changed[: len(call.args)]), dict(zip(call.kwargs, changed[len(call.args) :], strict=True))


def _is_floating(value: Any) -> bool:
    if isinstance(value, Tensor):
        return value.is_floating_point() and bool((value != 0).any())
    return (isinstance(value, float | np.floating) and value != 0) or (
        isinstance(value, np.ndarray) and value.dtype.kind == "f" and bool((value != 0).any())
    )


def _shrunk(value: Any, factor: float) -> Any:
    return value * factor if _is_floating(value) else value


def _next(value: Any) -> Any:
    return value + 1 if type(value) is int else value


def _plain(value: Any) -> Any:
    """Values as they come over the wire: tensors without history."""
    if isinstance(value, Tensor):
        return value.detach()
    if isinstance(value, list | tuple):
        return tuple(_plain(item) for item in value)
    return torch.tensor(value) if isinstance(value, float) else value
