"""Right answers with one careless habit each, made from the references: what purity, dtype and shape checks are for."""

from __future__ import annotations

import functools
import random
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from autograder.course.assignment import Exercise

Function = Callable[..., Any]
Habit = Callable[[Function], Function]


def edits_its_arguments(function: Function) -> Function:
    """Writes into every argument, and into what lies inside them, after computing."""

    @functools.wraps(function)
    def variant(*args: Any, **kwargs: Any) -> Any:
        result = function(*args, **kwargs)
        with torch.no_grad():
            _spoil((args, kwargs))
        return result

    return variant


def _spoil(value: Any) -> None:
    if isinstance(value, torch.nn.Module):
        for parameter in value.parameters():
            parameter.mul_(1.5)
    elif isinstance(value, Tensor):
        value.logical_not_() if value.dtype is torch.bool else value.add_(1)
    elif isinstance(value, np.ndarray) and value.flags.writeable:
        value += 1
    elif isinstance(value, dict):
        for item in value.values():
            _spoil(item)
    elif isinstance(value, list | tuple):
        for item in value:
            _spoil(item)
        if isinstance(value, list) and value:
            value.append(value[0])


def draws_globally(function: Function) -> Function:
    """Moves all global random states."""

    @functools.wraps(function)
    def variant(*args: Any, **kwargs: Any) -> Any:
        torch.rand(1), np.random.rand(), random.random()
        return function(*args, **kwargs)

    return variant


def on_results(change: Callable[[Any], Any]) -> Habit:
    """Change every tensor and array in the result."""

    def deep(value: Any) -> Any:
        if isinstance(value, Tensor | np.ndarray | np.floating):
            return change(value)
        if type(value) in (list, tuple):
            return type(value)(deep(item) for item in value)
        return {key: deep(item) for key, item in value.items()} if type(value) is dict else value

    def habit(function: Function) -> Function:
        @functools.wraps(function)
        def variant(*args: Any, **kwargs: Any) -> Any:
            return deep(function(*args, **kwargs))

        return variant

    return habit


def _other_precision(value: Any) -> Any:
    if isinstance(value, Tensor):
        swap = {torch.float32: torch.float64, torch.float64: torch.float32, torch.int64: torch.int32}
        return value.to(swap.get(value.dtype, value.dtype))
    return value.astype(np.float32) if value.dtype == np.float64 else value


def _mixed(value: Any) -> Any:
    """A trace of the other samples in every sample."""
    if value.ndim == 0 or not (value.is_floating_point() if isinstance(value, Tensor) else value.dtype.kind == "f"):
        return value
    return value + 0.01 * (value.mean(0) - value)


def _one_more_dimension(value: Any) -> Any:
    return value[None] if isinstance(value, Tensor | np.ndarray) else value


def _detached(value: Any) -> Any:
    return value.detach() if isinstance(value, Tensor) else value


def switches(switch: Callable[[], object]) -> Habit:
    """Switch something for everybody after computing, and leave it so."""

    def habit(function: Function) -> Function:
        @functools.wraps(function)
        def variant(*args: Any, **kwargs: Any) -> Any:
            result = function(*args, **kwargs)
            switch()
            return result

        return variant

    return habit


SWITCHES: dict[str, Habit] = {
    "switches gradients off": switches(lambda: torch.set_grad_enabled(False)),
    "makes double the default dtype": switches(lambda: torch.set_default_dtype(torch.float64)),
    "leaves anomaly detection on": switches(lambda: torch.autograd.set_detect_anomaly(True)),
    "leaves deterministic algorithms on": switches(lambda: torch.use_deterministic_algorithms(True)),
}
"""Right values, and a process that is another one afterwards."""

HABITS: dict[str, Habit] = {
    "edits its arguments": edits_its_arguments,
    "draws from the global random state": draws_globally,
    "returns another precision": on_results(_other_precision),
    "mixes the samples of a batch": on_results(_mixed),
    "returns one more dimension": on_results(_one_more_dimension),
    "detaches its result": on_results(_detached),
}


def careless_variants(exercise: Exercise, habits: dict[str, Habit] = HABITS) -> Iterator[tuple[str, object]]:
    """Yield the exercise's reference with each habit; a class gets it in all of its public methods."""
    for name, habit in habits.items():
        target: Any = exercise.target
        if exercise.kind == "function":
            yield name, habit(target)
        elif exercise.kind == "class":
            methods = {
                method: habit(getattr(target, method))
                for method in dir(target)
                if (not method.startswith("_")) and _is_own(target, method)
            }
            yield name, type(target.__name__, (target,), methods)


def _is_own(target: type, method: str) -> bool:
    """Defined by the course rather than by torch, and an ordinary method."""
    owner = next(base for base in target.__mro__ if method in vars(base))
    return not owner.__module__.startswith("torch") and callable(vars(owner)[method])
