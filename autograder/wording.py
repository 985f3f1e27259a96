"""Words for students: what failed, for which input, and no more of a hidden check than may be known.

Of a hidden check only the title, its explanation, the kind of disagreement and a description of the input in words
leave the grader. The student's own text (exception messages, class names) stays out: it could spell out
the hidden input.
"""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch._tensor_str import get_printoptions

from autograder.candidate import Call, RemoteObject
from autograder.course import Exercise
from autograder.reports.schema import CheckResult
from autograder.verdicts import Outcome

MAX_VALUE = 400
MAX_MESSAGE = 1500

_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def check_result(exercise: Exercise, outcome: Outcome) -> CheckResult:
    """Write down one outcome, hiding what a student must not see of hidden checks."""
    info = outcome.check.info
    visible = outcome.check.visibility == "visible"
    return CheckResult(
        name=info.name, title=info.title, visibility=outcome.check.visibility,
        score=info.points if outcome.passed else 0.0, max_score=info.points,
        status=outcome.status,  # type: ignore[arg-type]
        message=_message(exercise, outcome, visible)[:MAX_MESSAGE],
        example=_example(exercise, outcome) if visible and outcome.status == "failed" else {},
    )  # fmt: skip


def _message(exercise: Exercise, outcome: Outcome, visible: bool) -> str:
    if outcome.passed:
        return outcome.note
    if outcome.status == "missing":
        return "not implemented yet"
    if outcome.status in ("timeout", "crashed"):
        return outcome.summary
    parts = [outcome.check.info.explanation.strip()] if outcome.status == "failed" else []
    parts.append(_sentence((outcome.detail or outcome.summary) if visible else outcome.summary))
    if not visible:
        described = describe_input(exercise, outcome.call)
        parts += [f"The input: {described}."] if described else []
    return "\n".join(parts)


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


def describe_input(exercise: Exercise, call: Call | None) -> str:
    """Describe a call's arguments in words, without their values."""
    if call is None:
        return ""
    names = parameter_names(exercise, call)
    pairs = [*zip(names, call.args, strict=False), *call.kwargs.items()]
    return "; ".join(f"{name} is {words}" for name, value in pairs if (words := _words(value)))


def _words(value: Any) -> str:
    if isinstance(value, Tensor):
        return f"a {str(value.dtype).removeprefix('torch.')} tensor of shape {tuple(value.shape)}{_range(value)}"
    if isinstance(value, np.ndarray):
        special = _range(torch.as_tensor(np.ascontiguousarray(value))) if value.dtype.kind == "f" else ""
        return f"a {value.dtype} array of shape {value.shape}{special}"
    if isinstance(value, bool | int | float | np.generic) or value is None:
        return "None" if value is None else "a number"
    if callable(value):
        return "a function given by the check"
    return ""


def _range(value: Tensor) -> str:
    """What is special about the values, coarsely."""
    if value.numel() == 0 or not (value.dtype.is_floating_point):
        return ""
    words = " (a batch of one)" if value.shape[:1] == (1,) and value.ndim > 1 else ""
    if not bool(torch.isfinite(value).all()):
        return words + " with infinite entries"
    if bool((value == 0).all()):
        return words + ", all zeros"
    return words + (", with very large values" if float(value.abs().max()) >= 100 else "")
