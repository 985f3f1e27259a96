"""Answers that are right for one kind of input only: a single sample, two dimensions, one precision."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from autograder.diagnosis.fingerprint import Entry, same_entry, same_to_rounding, same_value

_PRECISION = "Where is a tensor created without the dtype of the input, or a small number added or cut off?"
_MILD = 1e3
"""Numbers up to this size; of larger ones one term may be all that is left, and a wrong formula right."""
_ALONE = "right_for_a_batch_of_one_only"
_KINDS: list[tuple[str, str, Callable[[Tensor], bool]]] = [
    (_ALONE, "It is right where the first dimension has size one and wrong for larger ones. "
     "What does your code do along that dimension: mix what should stay apart, take another order, or drop it?",
     lambda x: x.ndim > 0 and x.shape[0] == 1),
    ("right_for_two_dimensions_only", "It is right for (B, D) inputs and wrong for inputs with more dimensions. "
     "Which dimensions should the reduction cover?", lambda x: x.ndim == 2),
    ("right_for_float32_only", f"It is right in float32 but not in float64. {_PRECISION}", lambda x: x.dtype is torch.float32),
    ("right_for_float64_only", f"It is right in float64 but not in float32. {_PRECISION}", lambda x: x.dtype is torch.float64),
]  # fmt: skip
_OF_PRECISION = ("right_for_float32_only", "right_for_float64_only")


def right_for_some(pairs: list[tuple[Entry, Entry]]) -> tuple[str, str] | None:
    """Name and hint of the one kind of input for which the second of all pairs is right; the first argument is a tensor."""
    for name, hint, selects in _KINDS:
        inside = [(good, same_to_rounding(good, bad)) for good, bad in pairs if selects(good.args[0])]
        outside = [(good, same_entry(good, bad)) for good, bad in pairs if not selects(good.args[0])]
        if not inside or not outside or not all(right for _, right in inside) or any(right for _, right in outside):
            continue
        if not any(_is_mild(good) for good, _ in inside):
            continue
        # A sample that is right in a larger batch was not spoilt by the others: it is the sample that is an easy one.
        if name == _ALONE and any(_has_a_right_sample(good, bad) for good, bad in pairs if not selects(good.args[0])):
            continue
        # The other precision is to blame only if the same numbers were tried in both: other numbers may be the harder ones.
        if name not in _OF_PRECISION or any(_same_numbers(one, other) for one, _ in outside for other, _ in inside):
            return name, hint
    return None


def _has_a_right_sample(good: Entry, bad: Entry) -> bool:
    """Whether some of a batch's results, one for each sample, are right and some are not."""
    right, found = good.value, bad.value
    if not isinstance(right, Tensor) or not isinstance(found, Tensor) or not right.ndim or right.shape != found.shape:
        return False
    return len(right) == len(good.args[0]) and any(same_value(one, other) for one, other in zip(right, found, strict=True))


def _is_mild(entry: Entry) -> bool:
    """Whether no argument has numbers so large that they hide the others."""
    tensors = [value for value in entry.args if isinstance(value, Tensor) and value.numel()]
    return all(bool(value.double().abs().max() <= _MILD) for value in tensors)


def _same_numbers(one: Entry, other: Entry) -> bool:
    """Whether two calls had the same arguments but for their precision."""
    pairs = [(a, b) for a, b in zip(one.args, other.args, strict=False) if isinstance(a, Tensor) and isinstance(b, Tensor)]
    return all(a.shape == b.shape and torch.allclose(a.double(), b.double(), rtol=1e-6) for a, b in pairs)
