"""How requests reach modules in this process: references, stubs, variants, a student's own ``pytest`` run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch

from autograder.errors import UsageError
from autograder.runtime.module_space import ModuleSpace
from autograder.runtime.stand_ins.toys import FILE, BadToys, shared_toys
from autograder.runtime.torch_operations import TorchOperations
from autograder.wire.codec import Handle


class LocalSession:
    """Requests to modules in this process: references, stubs, variants, a student's own ``pytest`` run.

    ``toys`` is the source of the assignment's ``toys.py``; raises :class:`UsageError` when that cannot be loaded.
    """

    interleaves = False

    def __init__(self, space: ModuleSpace, toys: bytes = b"") -> None:
        try:
            self.bench = TorchOperations(_no_invoke, space=space, toys=shared_toys(toys))
        except BadToys as error:
            raise UsageError(f"the assignment's small modules cannot be loaded: {error}", FILE, "mend that file") from error

    def limit(self, seconds: float) -> None:
        """Time limits need a process of their own; here there are none."""

    def request(self, operation: dict[str, Any]) -> list:
        """Carry out one operation on copies of its arguments."""
        return self.bench.perform({key: _isolated(value) for key, value in operation.items()})

    def batch(self, operations: Sequence[dict[str, Any]]) -> list[list]:
        """Carry out several operations in order."""
        return [self.request(operation) for operation in operations]

    def pause(self) -> None:
        """Nothing runs by itself here."""

    def resume(self) -> None:
        """Nothing was stopped."""

    def held(self) -> float:
        """Nothing of its own."""
        return 0.0

    def close(self) -> None:
        """Nothing to close."""


def _no_invoke(*details: object) -> Any:
    raise AssertionError("local sessions call functions directly")


def _isolated(value: Any) -> Any:
    """Copy tensors and arrays, so that in-place edits stay on the student's side as they do over the wire."""
    kind = type(value)
    if kind is torch.Tensor:
        return value.detach().clone().requires_grad_(value.requires_grad)
    if kind is np.ndarray:
        return value.copy()
    if kind in (list, tuple):
        return kind(_isolated(item) for item in value)
    if kind is dict:
        return {key: _isolated(item) for key, item in value.items()}
    if callable(value) and kind not in (torch.dtype, Handle):
        return _on_copies(value)
    return value


def _on_copies(function: Callable[..., Any]) -> Callable[..., Any]:
    """Call ``function`` with copies that stay attached to the autograd graph."""

    def copy(value: Any) -> Any:
        return value.clone() if isinstance(value, torch.Tensor) else value

    def call(*args: Any, **kwargs: Any) -> Any:
        return function(*map(copy, args), **{name: copy(value) for name, value in kwargs.items()})

    return call
