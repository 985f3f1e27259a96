"""From what a check raised, or did not, to its outcome."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import torch

from autograder.checks.calls import Call, CandidateError, Remote
from autograder.checks.candidate import RemoteObject, kind_of
from autograder.checks.closeness import NO_RETURN, CheckFailed
from autograder.course.assignment import Check
from autograder.errors import GraderError

_STRUCTURE_ERRORS = (
    TypeError, ValueError, AttributeError, IndexError, KeyError, RuntimeError, ArithmeticError, MemoryError,
)  # fmt: skip
_COMMON_ERRORS = (
    "AttributeError", "IndexError", "KeyError", "NameError", "RecursionError", "RuntimeError", "TypeError",
    "UnboundLocalError", "ValueError",
)  # fmt: skip
"""Errors that a hidden check calls by name. Any name of the student's choice could spell out a hidden input."""

MAX_KEPT = 2**17
"""Elements of a student's value that are kept for a picture until the submission is graded."""


@dataclass
class Outcome:
    """What became of one check."""

    check: Check
    status: str
    summary: str = ""
    """What went wrong without any value: fit for hidden checks."""
    detail: str = ""
    """The same with values, the student's message and place: for visible checks only."""
    call: Call | None = None
    """The failing call with the smallest input."""
    expected: Any = None
    got: Any = None
    note: str = ""
    mistake: str = ""
    """What alone breaks the law that did not hold, where there is only one thing."""
    workers: int = 1
    """How many workers it failed in, one after the other, on the same inputs."""

    @property
    def passed(self) -> bool:
        """Whether the check earned its points."""
        return self.status == "passed"


def outcome_of(check: Check, remote: Remote, run: Callable[[], None]) -> Outcome:
    """Run a check's body and turn what it raises into an outcome.

    Check code that stumbles over a student's value (unpacking ``None``, say) has found a wrong structure. The audit
    runs every check on the reference, so that a stumble of the check's own making is found there.
    """
    try:
        run()
        return Outcome(check, "passed")
    except CheckFailed as failure:
        kept = _elements(failure.got) <= MAX_KEPT
        returned = remote.latest is None or remote.latest.value is not None
        summary, detail = (text.replace(NO_RETURN, "") if returned else text for text in (failure.summary, failure.detail))
        expected, got = (failure.expected, failure.got) if kept else (None, None)
        return Outcome(check, "failed", summary, detail, _asked(remote), expected, got, mistake=failure.mistake)
    except CandidateError as error:
        return _student_error(check, error, _asked(remote))
    except AssertionError as failure:
        return Outcome(check, "failed", "the property does not hold", str(failure), _asked(remote))
    except _STRUCTURE_ERRORS as error:
        if remote.calls == 0:
            raise GraderError(f"the check itself failed: {type(error).__name__}: {error}", check.key) from error
        summary = "the result does not have the structure that the contract asks for"
        return Outcome(
            check, "failed", summary, f"{summary} ({type(error).__name__}: {_in_own_words(error, remote)})", _asked(remote)
        )


def _in_own_words(error: Exception, remote: Remote) -> str:
    """What Python says of a value, with the class that the student knows in place of what stands for it here."""
    value = None if remote.latest is None else remote.latest.value
    return str(error).replace(RemoteObject.__name__, kind_of(value) if isinstance(value, RemoteObject) else "object")


def _asked(remote: Remote) -> Call | None:
    """The latest call as it was asked; what came back may be large and is not kept."""
    return None if remote.latest is None else replace(remote.latest, value=None)


def _student_error(check: Check, error: CandidateError, call: Call | None) -> Outcome:
    if error.missing:
        return Outcome(check, "missing", "not implemented yet", error.message, call)
    kind = error.error_type if error.error_type in _COMMON_ERRORS else "an exception"
    detail = f"your code raised {error.error_type}: {error.message}".rstrip(": ")
    if error.traceback:
        detail += "\n" + error.traceback.rstrip()
    return Outcome(check, "error", f"your code raised {kind}", detail, call)


def size_of(call: Call | None) -> float:
    """How much there is to read in a call's arguments."""
    if call is None:
        return math.inf
    return sum(_elements(value) for value in [*call.args, *call.kwargs.values()])


def _elements(value: Any) -> float:
    if isinstance(value, torch.Tensor):
        return float(value.numel())
    if hasattr(value, "size") and isinstance(value.size, int):
        return float(value.size)
    if isinstance(value, list | tuple):
        return sum(_elements(item) for item in value)
    return 1.0
