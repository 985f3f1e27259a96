"""Things that checks hand to student code and that must live beside it: loaders, optimisers, objects.

Nothing here is secret. An assignment brings small modules of its own: see :mod:`autograder.runtime.stand_ins.toys`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset


class GraderObject:
    """An object whose methods are evaluated by the grader: ``object(encode=f, decode=g)``."""

    def __init__(self, methods: Mapping[str, Callable[..., Any]]) -> None:
        for name, method in methods.items():
            setattr(self, name, method)


class CallableObject(GraderObject):
    """A :class:`GraderObject` that can itself be called, by its method ``call``."""

    call: Callable[..., Any]

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Evaluate ``call`` in the grader."""
        return self.call(*args, **kwargs)


def build_object(**methods: Callable[..., Any]) -> GraderObject:
    """Make an object with the given methods; ``call`` makes the object itself callable."""
    return CallableObject(methods) if "call" in methods else GraderObject(methods)


def build_loader(images: Tensor, labels: Tensor, batch_size: int) -> DataLoader[tuple[Tensor, ...]]:
    """Make a data loader that yields ``(images, labels)`` in order."""
    return DataLoader(TensorDataset(images, labels), batch_size=batch_size, shuffle=False)


def build_optimizer(name: str, model: nn.Module, **options: Any) -> torch.optim.Optimizer:
    """Make ``torch.optim.<name>`` over the parameters of ``model``."""
    optimizer: torch.optim.Optimizer = getattr(torch.optim, name)(model.parameters(), **options)
    return optimizer


def build_drawn(number: int) -> SimpleNamespace:
    """Draw ``number`` values from torch's global random state: ``values``, uniform in [0, 1)."""
    return SimpleNamespace(values=torch.rand(number))
