"""Words for students: what failed, for which input, and no more of a hidden check than may be known.

Of a hidden check only its title, its explanation and one of three outcomes leave the grader: right, wrong, or does not
run. Everything else is chosen by the submission (which error, which shape, which of fifty examples) and could spell out a
hidden input, bit by bit and attempt by attempt. Whatever a student reads is the same for all hidden inputs.
"""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch._tensor_str import get_printoptions

from autograder.assessment.outcomes import Outcome
from autograder.checks.calls import Call
from autograder.checks.candidate import RemoteObject
from autograder.course.assignment import Exercise
from autograder.results.schema import CheckResult

MAX_VALUE = 400
MAX_MESSAGE = 1500

_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


DOES_NOT_RUN = (
    "Your code does not run to the end for this check: it raises an error, takes too long, or ends its process. "
    "Try it on inputs of other sizes and kinds that the exercise allows."
)
NOT_BEGUN = "not implemented yet"


def check_result(exercise: Exercise, outcome: Outcome, *, begun: bool = True) -> CheckResult:
    """Write down one outcome, hiding what a student must not see of hidden checks.

    ``begun`` says whether any visible check found something: a hidden one does not decide whether work is missing.
    """
    check = outcome.check
    visible = check.visibility == "visible"
    status = told_status(outcome, begun=begun)
    return CheckResult(
        name=check.name, title=check.title, visibility=check.visibility,
        score=check.points if outcome.passed else 0.0, max_score=check.points,
        status=status,  # type: ignore[arg-type]
        message=(_visible_message(outcome) if visible else _hidden_message(outcome, status))[:MAX_MESSAGE],
        example=_example(exercise, outcome) if visible and outcome.status == "failed" else {},
    )  # fmt: skip


def told_status(outcome: Outcome, *, begun: bool) -> str:
    """A status as a student may know it: of a hidden check ``passed``, ``failed``, or ``error`` for does not run."""
    if outcome.check.visibility == "visible" or outcome.status in ("passed", "failed"):
        return outcome.status
    return "error" if begun else "missing"


def _visible_message(outcome: Outcome) -> str:
    if outcome.passed:
        return outcome.note
    if outcome.status == "missing":
        return NOT_BEGUN
    if outcome.status in ("timeout", "crashed"):
        return outcome.summary
    parts = [outcome.check.explanation.strip()] if outcome.status == "failed" else []
    return "\n".join(part for part in [*parts, _sentence(outcome.detail or outcome.summary), outcome.note] if part)


def _hidden_message(outcome: Outcome, status: str) -> str:
    if outcome.passed:
        return outcome.note
    texts = {"missing": NOT_BEGUN, "failed": _sentence(outcome.check.explanation), "error": DOES_NOT_RUN}
    return "\n".join(part for part in (texts[status], outcome.note) if part)


def _sentence(text: str) -> str:
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?", "!", ")")) or "\n" in text else ".")


def _example(exercise: Exercise, outcome: Outcome) -> dict[str, str]:
    """The failing call's arguments as text, by the names that the contract gives them."""
    call = outcome.call
    if call is None:
        return {}
    names = parameter_names(exercise, call)
    return {name: show(value) for name, value in [*zip(names, call.args, strict=False), *call.kwargs.items()]}


def parameter_names(exercise: Exercise, call: Call) -> list[str]:
    """Names of the positional arguments of a call, from the reference's signature."""
    owner, _, method = call.name.partition(".")
    target: Any = exercise.target if owner == exercise.name else None
    if method == "__call__":  # calling a module runs its forward
        method = "forward" if hasattr(target, "forward") else method
    target = getattr(target, method, None) if method else target
    try:
        named = inspect.signature(target).parameters.values()
        names = [parameter.name for parameter in named if parameter.name != "self" and parameter.kind in _POSITIONAL]
    except (TypeError, ValueError):
        names = []
    return names + [f"argument {index + 1}" for index in range(len(names), len(call.args))]


def show(value: Any) -> str:
    """A value as a student would type it, cut to a sensible length."""
    if isinstance(value, Tensor):
        text = _show_tensor(value)
    elif isinstance(value, np.ndarray):
        with np.printoptions(precision=4, suppress=True, threshold=40):
            text = repr(value)
    elif isinstance(value, RemoteObject):
        text = repr(value)
    elif callable(value):
        text = "a function given by the check"
    else:
        text = repr(value)
    return text if len(text) <= MAX_VALUE else text[: MAX_VALUE - 1] + "…"


def _show_tensor(value: Tensor) -> str:
    if value.numel() > 24:
        kind = f"{str(value.dtype).removeprefix('torch.')} tensor of shape {tuple(value.shape)}"
        return kind if value.is_complex() else f"{kind}, values {float(value.min()):.4g} … {float(value.max()):.4g}"
    with torch_print_options():
        return repr(value)


class torch_print_options:
    """Short numbers inside the ``with`` block, torch's own settings after it."""

    def __enter__(self) -> None:
        """Set them; what else somebody has set is out of force, so that a text does not depend on it."""
        self._before = get_printoptions()
        torch.set_printoptions(profile="default")
        torch.set_printoptions(precision=4, sci_mode=False, linewidth=100)

    def __exit__(self, *details: object) -> None:
        """Put them back."""
        torch.set_printoptions(**self._before)
