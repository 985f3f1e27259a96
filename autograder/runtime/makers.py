"""Things that checks hand to student code and that must live beside it: loaders, optimisers, tiny modules.

Nothing here is secret. Assignment-specific toys live in ``toys_<assignment>.py`` beside this file.
"""

from __future__ import annotations

import functools
import importlib
import pkgutil
import sys
from collections.abc import Callable, Mapping
from types import ModuleType
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


def build_loader(images: Tensor, labels: Tensor, batch_size: int) -> DataLoader:
    """Make a data loader that yields ``(images, labels)`` in order."""
    return DataLoader(TensorDataset(images, labels), batch_size=batch_size, shuffle=False)


def build_optimizer(name: str, model: nn.Module, **options: Any) -> torch.optim.Optimizer:
    """Make ``torch.optim.<name>`` over the parameters of ``model``."""
    return getattr(torch.optim, name)(model.parameters(), **options)


def build_toy(name: str, **options: Any) -> nn.Module:
    """Make a small module by the name of its class."""
    for module in toy_modules():
        if hasattr(module, name):
            return getattr(module, name)(**options)
    raise LookupError(f"no toy called {name}")


@functools.cache
def toy_modules() -> tuple[ModuleType, ...]:
    """Every ``toys*.py`` of this package; a locked worker cannot read them any more, so the zygote calls this first."""
    package = sys.modules[__name__.rpartition(".")[0]]
    names = [info.name for info in pkgutil.iter_modules(package.__path__) if info.name.startswith("toys")]
    return tuple(importlib.import_module(f"{package.__name__}.{name}") for name in names)
