"""What is lent to a submission in the place of its faulty pieces: the reference's functions and classes.

A lent piece lives in the grader; only its calls and their values cross. It is lent when all checks of the piece itself
are over, to workers that get inputs of their own, and it answers so many questions only: what it says is of no use for
the piece itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from inspect import signature
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import torch
from torch import Tensor, nn
from torch.func import functional_call

MAX_LENT = 5_000
"""Calls that a lent function answers to one worker; the longest sampling loop of a check takes some hundred."""
MAX_LENT_IN_TRAINING = 200_000
"""The same in a training: six layers and a thousand steps are 6000, and a right answer may ask for each part of a batch."""
MAX_MADE = 1_000
"""Objects of a lent class that one worker may make."""
MAX_HELD = 2**24
"""Numbers in the parameters of all of them."""
_PLAIN = (int, float, bool, str)
_HOLD = (tuple, list, Sequence)


class Lent:
    """A reference's function in the place of one of a submission's pieces, while what builds on it is checked again.

    It is called as :class:`autograder.runtime.stand_ins.callbacks.DrawingCallback` calls it: random state in and out again.
    """

    def __init__(self, function: Callable[..., Any], calls: int = MAX_LENT) -> None:
        self._function = function
        self._left = calls

    def __call__(self, state: Tensor, *args: Any, **kwargs: Any) -> tuple[Any, ...]:
        """Evaluate with the given random state; the state afterwards is the last output."""
        self._left -= 1
        if self._left < 0:
            raise RuntimeError("a function that this one builds on was called too often")
        with torch.random.fork_rng(devices=[]):
            torch.set_rng_state(state)
            result = self._function(*args, **kwargs)
            return (*(result if isinstance(result, tuple | list) else [result]), torch.get_rng_state())


class LentClass(Lent):
    """A reference's class: its objects are made here, and their methods run here with the parameters they are sent."""

    def __init__(self, target: type[nn.Module], calls: int = MAX_LENT) -> None:
        super().__init__(self._answer, calls)
        self._class = target
        self._made: list[_Methods] = []
        self._held = 0

    def _answer(self, verb: str, *details: Any) -> Any:
        if verb == "make":
            return self._make(*details)
        (number, method, values, training), args, kwargs = details
        if type(number) is not int or not 0 <= number < len(self._made) or method not in methods_of(self._class):
            raise ValueError("no such object of a lent class, or no such method")
        owner = self._made[number]
        owner.train(training is True)
        return functional_call(owner, {f"inner.{name}": value for name, value in values.items()}, (method, args, kwargs))

    def _make(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, ...]:
        if len(self._made) >= MAX_MADE:
            raise RuntimeError("too many objects of a class that this one builds on were made")
        made = self._class(*args, **kwargs)
        self._held += sum(parameter.numel() for parameter in made.parameters())
        if self._held > MAX_HELD:
            raise RuntimeError("the objects of a class that this one builds on are too large")
        self._made.append(_Methods(made))
        return (
            len(self._made) - 1, _plain_values(made.named_parameters()), _plain_values(made.named_buffers()), _attributes(made)
        )  # fmt: skip


class _Methods(nn.Module):
    """An object whose every method is a forward pass, so that all of them can be run with other parameters."""

    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.inner = inner

    def forward(self, method: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        """Call a method of the object."""
        return getattr(self.inner, method)(*args, **kwargs)


def methods_of(target: type) -> list[str]:
    """The public methods that a class and its own ancestors define, libraries left out."""
    own = [one for one in target.__mro__ if not _is_library(one)]
    names = [name for one in own for name, value in vars(one).items() if callable(value) and not name.startswith("_")]
    return list(dict.fromkeys(names))


def base_of(target: type) -> str:
    """The name of the class of ``torch.nn`` that a class is derived from."""
    return next(one.__name__ for one in target.__mro__ if _is_library(one))


def can_be_lent(target: object) -> bool:
    """Whether this is a function, or a class of modules: other objects have no parameters that could travel."""
    if isinstance(target, type):
        return issubclass(target, nn.Module)
    return callable(target)


def takes_plain_values(target: Callable[..., Any]) -> bool:
    """Whether all that a function is called with can leave a worker: tensors and plain data, by its annotations.

    A network, a function or a generator that lives beside the student's code cannot.
    """
    try:
        hints = get_type_hints(target)
    except (NameError, TypeError):
        return False
    return all(_is_plain(hints.get(name)) for name in signature(target).parameters)


def _is_plain(hint: Any) -> bool:
    parts = [one for one in get_args(hint) if one is not Ellipsis]
    if parts:
        return get_origin(hint) in (*_HOLD, Union, UnionType) and all(map(_is_plain, parts))
    return hint in (*_PLAIN, *_HOLD, Tensor, type(None))


def _is_library(one: type) -> bool:
    return one.__module__.startswith("torch.nn") or one is object


def _plain_values(named: Iterator[tuple[str, Tensor]]) -> dict[str, Tensor]:
    return {name: value.detach().as_subclass(Tensor).clone() for name, value in named}


def _attributes(made: nn.Module) -> dict[str, Any]:
    """The sizes and settings that an object shows, as far as they are plain data."""
    return {
        name: value
        for name, value in vars(made).items()
        if not name.startswith("_") and name != "training" and type(value) in _PLAIN
    }
