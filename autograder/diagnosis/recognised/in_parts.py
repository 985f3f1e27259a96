"""Right values that come in a tuple or a list, where one is asked for, or in a dict or one tensor, where several are."""

from __future__ import annotations

import itertools
import operator
from collections.abc import Callable, Sequence
from typing import Any

import torch

from autograder.diagnosis.fingerprint import Entry, same_value

Parts = Sequence[Any]
_FEW = 4
"""Results whose orders can all be tried."""
_PLACES = {"first": 0, "second": 1, "third": 2}


def in_parts(pairs: list[tuple[Entry, Entry]]) -> tuple[str, str] | None:
    """Name and hint of how the right values are packed in all of the results that are there; gradients need not exist."""
    cases = [(good.value, bad.value) for good, bad in pairs if not good.gradient and good.error is bad.error is None]
    if not cases or all(isinstance(good, tuple | list) for good, _ in cases):
        return _gathered(cases)
    if any(isinstance(good, tuple | list) or not _is_packed(bad) for good, bad in cases):
        return None
    word = type(cases[0][1]).__name__
    for place, number in _PLACES.items():
        if _all(cases, operator.itemgetter(number)):
            if all(len(parts) == 1 for _, parts in cases):
                return "another_type", f"The value is right, but it comes in a {word}. Which type is asked for?"
            return "more_than_asked", f"You return a {word}, and its {place} part is right. How many results are asked for?"
    if _all(cases, _sum):
        hint = f"You return the terms of the formula apart, in a {word}; their sum is right. What is asked for?"
        return "terms_not_added", hint
    if _all(cases, lambda parts: torch.stack([torch.as_tensor(part) for part in parts])):
        return "another_type", f"The values are right, but they come as a {word} of samples. Which type is asked for?"
    return None


def _gathered(cases: list[tuple[Any, Any]]) -> tuple[str, str] | None:
    """Several values that are right and come in a dict, in whatever order, or in one tensor."""
    if cases and all(isinstance(bad, dict) and len(bad) == len(good) <= _FEW for good, bad in cases):
        orders = zip(*(itertools.permutations(bad.values()) for _, bad in cases), strict=False)
        if any(all(same_value(good, part) for (good, _), part in zip(cases, order, strict=True)) for order in orders):
            return "another_type", "The values are right, but they come in a dict. How does whoever calls get at each of them?"
    if cases and all(_is_stack(bad) and len(bad) == len(good) and same_value(good, bad.unbind()) for good, bad in cases):
        return "another_type", "The values are right, but they come stacked in one tensor. How many results are asked for?"
    return None


def _is_stack(value: Any) -> bool:
    return isinstance(value, torch.Tensor) and value.ndim > 0


def _is_packed(value: Any) -> bool:
    return type(value) in (tuple, list) and len(value) > 0


def _sum(parts: Parts) -> Any:
    """Terms of one shape added; parts of another are no terms."""
    if len(parts) < 2 or len({tuple(torch.as_tensor(part).shape) for part in parts}) > 1:
        raise ValueError("no terms")
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return total


def _all(cases: list[tuple[Any, Parts]], unpacked: Callable[[Parts], Any]) -> bool:
    """Whether all packed values are right once they are unpacked."""
    try:
        return all(same_value(good, unpacked(parts)) for good, parts in cases)
    except (IndexError, TypeError, ValueError, RuntimeError):
        return False
