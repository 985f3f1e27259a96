"""Behaviour on chosen inputs, recorded so that two implementations can be compared.

A probe calls one exercise on inputs that tell its typical mistakes apart. What it records (values, error types,
gradients, changed arguments, use of global randomness) is the exercise's fingerprint.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor

from autograder.checks.calls import CandidateError
from autograder.checks.candidate import Candidate, RemoteFunction, RemoteObject
from autograder.checks.closeness import as_array
from autograder.checks.short_answers import number_of, plain


@dataclass
class Entry:
    """One recorded behaviour."""

    value: Any = None
    error: str | None = None
    changed: bool = False
    """Whether an argument was modified in place."""
    rng_used: bool = False
    """Whether the global random state moved, or a mode was left switched."""
    args: tuple[Any, ...] = ()
    gradient: bool = False
    """Whether the value is a gradient."""
    switched: bool = False
    """Whether a mode of torch was left switched."""


@dataclass
class Fingerprint:
    """All entries of one probe, by name."""

    entries: dict[str, Entry] = field(default_factory=dict)
    aborted: bool = False
    """Whether the probe could not run to its end."""


class Record:
    """What a probe writes into."""

    def __init__(self) -> None:
        self.fingerprint = Fingerprint()

    def __call__(self, name: str, function: RemoteFunction | RemoteObject, *args: Any, batch: int = 0, **kwargs: Any) -> Any:
        """Call ``function`` and record its value, or the type of its error; returns the value or ``None``."""
        del batch  # read off the arguments; accepted because it documents the case
        try:
            seen = function.observe(*args, **kwargs)
        except CandidateError as error:
            self.fingerprint.entries[name] = Entry(error=error.error_type, args=args)
            return None
        changed = any(not same_value(before, after) for before, after in zip(args, seen.args, strict=False))
        self.fingerprint.entries[name] = Entry(seen.value, None, changed, seen.rng_used, args, switched=seen.switched)
        return seen.value

    def grad(
        self,
        name: str,
        function: RemoteFunction | RemoteObject,
        *args: Any,
        wrt: Sequence[int | str] = (0,),
        **kwargs: Any,
    ) -> Any:
        """Record gradients of ``function`` with respect to the arguments ``wrt``."""
        try:
            value = function.grad(*args, wrt=wrt, **kwargs)
        except CandidateError as error:
            self.fingerprint.entries[name] = Entry(error=error.error_type, args=args, gradient=True)
            return None
        self.fingerprint.entries[name] = Entry(value, args=args, gradient=True)
        return value

    def value(self, name: str, value: Any) -> None:
        """Record something computed from the candidate's results."""
        self.fingerprint.entries[name] = Entry(value)


Probe = Callable[[Candidate, Record], None]
_RTOL = 1e-6
"""How near numbers in double precision are that count as the same."""


def take_fingerprint(probe: Probe, candidate: Candidate, record: Record | None = None) -> Fingerprint:
    """Run a probe on a candidate; errors of the candidate's code end it early."""
    record = record or Record()
    try:
        probe(candidate, record)
    except CandidateError as error:
        record.fingerprint.entries["<end>"] = Entry(error=error.error_type)
        record.fingerprint.aborted = True
    except (TypeError, ValueError, AttributeError, IndexError, KeyError, RuntimeError) as error:
        # The probe stumbled over a value of the wrong structure.
        record.fingerprint.entries["<end>"] = Entry(error=type(error).__name__)
        record.fingerprint.aborted = True
    return record.fingerprint


def same_to_rounding(one: Entry | None, other: Entry | None) -> bool:
    """Whether two entries agree closely: a wrong formula may come near the right value on one mild input."""
    if one is None or other is None or not same_entry(one, other):
        return False
    if not all(isinstance(entry.value, Tensor | float) for entry in (one, other)):
        return True
    values = [torch.as_tensor(entry.value, dtype=torch.float64) for entry in (one, other)]
    right, found = (value.nan_to_num(0.0, 0.0, 0.0) for value in values)
    return not right.numel() or bool((right - found).abs().max() <= 2e-5 * right.abs().max())


def same_entry(one: Entry | None, other: Entry | None) -> bool:
    """Tell whether two recorded behaviours agree."""
    if one is None or other is None:
        return one is other
    if (one.error is None) != (other.error is None) or one.changed != other.changed or one.rng_used != other.rng_used:
        return False
    return one.error == other.error if one.error is not None else same_value(one.value, other.value)


def same_value(one: Any, other: Any) -> bool:
    """Tell whether two plain values agree in structure, shape, dtype and, closely, in value; NaN equals NaN."""
    if type(one) is type(other) and _is_plain_number(one) and _is_plain_number(other):  # probes record lists of thousands
        return _close_numbers(one, other)
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same_value(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(same_value(a, b) for a, b in zip(one, other, strict=True))
    if isinstance(one, Tensor) and isinstance(other, Tensor):
        return one.dtype == other.dtype and _close(as_array(one), as_array(other))
    if isinstance(one, str | bool | type(None)) or isinstance(other, str | bool | type(None)):
        return type(one) is type(other) and one == other
    if isinstance(one, RemoteObject) or isinstance(other, RemoteObject):
        return type(one) is type(other)
    if isinstance(one, Tensor | np.ndarray | np.generic | int | float | complex):
        same_kind = isinstance(one, Tensor) == isinstance(other, Tensor) or numel(one) == numel(other) == 1
        return same_kind and numel(other) >= 0 and _close(as_array(one), as_array(other))
    return type(one) is type(other)


def numel(value: Any) -> int:
    """Number of elements of a numeric value, -1 for anything else."""
    if isinstance(value, Tensor):
        return value.numel()
    if isinstance(value, np.ndarray | np.generic | int | float | complex) and not isinstance(value, bool):
        array = np.asarray(value)
        return int(array.size) if array.dtype.kind in "biufc" else -1
    return -1


def _is_plain_number(value: Any) -> bool:
    """Whether it is a number of Python's that arrays hold exactly."""
    return type(value) is float or (type(value) is int and abs(value) < 2**53)


def _close_numbers(one: float, other: float) -> bool:
    """What :func:`_close` says of two numbers in double precision, or two integers, without arrays."""
    if one == other or not math.isfinite(one) or not math.isfinite(other):
        return one == other or (math.isnan(one) and math.isnan(other))
    scale = abs(other) if type(other) is float else 0.0
    return abs(one - other) <= _RTOL * max(scale, 1e-6) + _RTOL * abs(other)


def _close(one: np.ndarray, other: np.ndarray) -> bool:
    if one.shape != other.shape:
        return False
    if one.dtype.kind not in "biufc" or other.dtype.kind not in "biufc":
        return False
    coarse = np.float32 in (one.dtype, other.dtype) or np.float16 in (one.dtype, other.dtype)
    scale = float(np.nanmax(np.abs(other[np.isfinite(other)]), initial=0.0)) if other.dtype.kind in "fc" else 0.0
    rtol = 1e-3 if coarse else _RTOL
    return bool(np.allclose(one, other, rtol=rtol, atol=rtol * max(scale, 1e-6), equal_nan=True))


def record_entries(record: Record, name: str, answer: Any) -> None:
    """Write an answer into a probe's record: a table entry by entry, so that each can be recognised by itself."""
    if not isinstance(answer, Mapping):
        record.value(name, number_of(answer))
        return
    for key, value in answer.items():
        record.value(f"{name} {plain(key)}", plain(value) if isinstance(value, str) else number_of(value))
