"""What a hidden check sends to a submission, number by number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from autograder.assessment.runner import RunOptions, run_checks
from autograder.checks.calls import CandidateSession
from autograder.course.assignment import Assignment, Check
from autograder.sessions.subjects import LoadedModules
from autograder.wire.codec import Handle

Number = tuple[str, float]
"""Where a number was found (the operation, and the way to it), and the number."""


def numbers_sent(assignment: Assignment, subject: LoadedModules, check: Check, content: str) -> list[Number]:
    """All numbers that `check` sends to the reference when `content` is what was handed in."""
    found: list[Number] = []
    outcomes = run_checks(assignment, [check], lambda: _recording(subject, check.module, found), RunOptions(0, content))
    assert [(one.check.key, one.detail or one.summary) for one in outcomes if not one.passed] == []
    return found


def _recording(subject: LoadedModules, module: str, found: list[Number]) -> CandidateSession:
    """A session that notes what it is sent, the answers of the check's own functions included."""
    session = subject.open(module)
    perform = session.request
    states: set[Any] = set()

    def request(operation: dict[str, Any]) -> list:
        name = operation["op"]
        if name == "seed" and operation.get("lane") not in states:
            # The runner's own, at the beginning of every check: the submission's random numbers are no inputs.
            states.add(operation.get("lane"))
            return perform({**operation, "seed": 0})
        listened = {}
        for key, value in operation.items():
            if key not in ("op", "lane", "target", "number", "shared"):
                listened[key] = _listening(value, f"{name} {key}", found)
            else:
                listened[key] = value
        return perform(listened)

    session.request = request  # type: ignore[method-assign]
    session.batch = lambda operations: [request(one) for one in operations]  # type: ignore[method-assign]
    return session


def _listening(value: Any, place: str, found: list[Number]) -> Any:
    """The value itself, with its numbers noted; functions note what they answer."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float | np.generic):
        found.append((place, float(value)))
    elif isinstance(value, Tensor | np.ndarray):
        plain = value.detach().double().numpy() if isinstance(value, Tensor) else value
        found.extend((place, float(number)) for number in np.asarray(plain, dtype=np.float64).flat)
    elif isinstance(value, list | tuple):
        return type(value)(_listening(item, f"{place} {index}", found) for index, item in enumerate(value))
    elif isinstance(value, dict):
        return {key: _listening(item, f"{place} {key}", found) for key, item in value.items()}
    elif callable(value) and not isinstance(value, torch.dtype | Handle):
        return _overheard(value, place, found)
    return value


def _overheard(function: Callable[..., Any], place: str, found: list[Number]) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:
        answer = function(*args, **kwargs)
        _listening(answer, f"{place} answers", found)
        return answer

    return call
