"""The arguments of a request, a little beside where they were."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

KINDS = ("", "whole", "floating")
"""Of inputs that can be moved, the most telling last."""
_FIELDS = ("args", "kwargs", "quantities")


def moved(operation: dict[str, Any], factor: float | None, whole: bool = True) -> tuple[dict[str, Any], str]:
    """Return the request with its inputs moved, and which kind of them that concerns; without ``factor`` as it is.

    Floating-point inputs are multiplied by ``factor``; zeros and ones (binary data, flags) stay where there is anything else
    to move. Where nothing is a float, whole numbers become the next one, unless ``whole`` says otherwise.
    """
    if factor is None:
        return operation, ""
    rules: list[tuple[str, Callable[[Any], Any]]] = [
        *(("floating", _times(factor, applies)) for applies in (_is_between, _is_floating)),
        *(("whole", rule) for rule in (_next_entries, _next) if whole),
    ]
    for kind, rule in rules:
        changed = {name: _each(operation[name], rule) for name in _FIELDS if name in operation}
        if any(_differs(changed[name], operation[name]) for name in changed):
            return {**operation, **changed}, kind
    return operation, ""


def _each(value: Any, rule: Callable[[Any], Any]) -> Any:
    if type(value) in (list, tuple):
        return type(value)(_each(item, rule) for item in value)
    if type(value) is dict:
        return {key: _each(item, rule) for key, item in value.items()}
    return rule(value)


def _differs(one: Any, other: Any) -> bool:
    """Whether a rule made something new of any part."""
    if type(one) in (list, tuple):
        return any(map(_differs, one, other))
    if type(one) is dict:
        return any(_differs(one[key], other[key]) for key in one)
    return one is not other


def _times(factor: float, applies: Callable[[Any], bool]) -> Callable[[Any], Any]:
    return lambda value: value * factor if applies(value) else value


def _is_floating(value: Any) -> bool:
    if isinstance(value, Tensor):
        return value.is_floating_point() and bool((value != 0).any())
    if isinstance(value, np.ndarray):
        return value.dtype.kind == "f" and bool((value != 0).any())
    return isinstance(value, float | np.floating) and value != 0


def _is_between(value: Any) -> bool:
    """Whether a floating-point input is more than zeros and ones."""
    if not _is_floating(value):
        return False
    plain = value.detach().double().numpy() if isinstance(value, Tensor) else np.asarray(value)
    return bool(((plain != 0) & (plain != 1)).any())


def _next_entries(value: Any) -> Any:
    whole = (
        isinstance(value, Tensor) and not value.is_floating_point() and not value.is_complex() and value.dtype is not torch.bool
    )
    return value + 1 if whole else value


def _next(value: Any) -> Any:
    return value + 1 if type(value) is int else value
