"""The right function's result treated once more, or once too seldom: a root too many, another axis, another dtype."""

from __future__ import annotations

import functools
import inspect
import itertools
import operator
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from autograder.diagnosis.called_differently import MAPS, Function, Suspect, batch, each_part, floating, refuse, tensor, through

Change = Callable[[Any], Any]
_INVERSES: dict[str, Callable[[Tensor], Tensor]] = {
    "exp": torch.log, "log": torch.exp, "sqrt": lambda root: _squared(root), "square": torch.sqrt,
    "sigmoid": torch.logit, "tanh": torch.atanh,
}  # fmt: skip
_REDUCTIONS: dict[str, tuple[str, Callable[..., Tensor]]] = {
    "sum": ("a sum", torch.sum), "mean": ("a mean", torch.mean), "max": ("a maximum", torch.amax),
}  # fmt: skip
_WITH_ARGUMENT: dict[str, tuple[str, Callable[[Any, Any], Any]]] = {
    "times": ("multiplied by {} once too often, or not divided by it", operator.mul),
    "over": ("divided by {} once too often, or not multiplied by it", operator.truediv),
    "plus": ("with {} added once too often, or not subtracted", operator.add),
    "minus": ("with {} subtracted once too often, or not added", operator.sub),
}


def suspects(reference: Function, signature: inspect.Signature) -> Iterator[Suspect]:
    """Yield the reference with its result changed, the most specific first."""
    for name, hint, change in (*_types(), *_shapes(), *_orders()):
        yield Suspect(0, name, hint, functools.partial(_after, reference, change))
    for rank, name, hint, change in (*_maps(), *_reductions()):
        yield Suspect(rank, name, hint, functools.partial(_after, reference, change))
    for name in signature.parameters:
        for key, (words, operation) in _WITH_ARGUMENT.items():
            hint = f"Your result is the right one {words.format(name)}. Which factor or term is too much or missing?"
            yield Suspect(
                4, f"{key}_an_argument_too_many", hint, functools.partial(_combined, reference, signature, name, operation)
            )


def _after(reference: Function, change: Change) -> Function:
    @functools.wraps(reference)
    def variant(*args: Any, **kwargs: Any) -> Any:
        return change(reference(*args, **kwargs))

    return variant


def _combined(reference: Function, signature: inspect.Signature, name: str, operation: Callable[[Any, Any], Any]) -> Function:
    """The result and an argument put together."""

    @functools.wraps(reference)
    def variant(*args: Any, **kwargs: Any) -> Any:
        bound = signature.bind(*args, **kwargs)
        bound.apply_defaults()
        value, by = reference(*args, **kwargs), bound.arguments[name]
        if isinstance(by, bool) or not all(isinstance(one, Tensor | np.ndarray | int | float) for one in (value, by)):
            refuse()
        missing = np.ndim(value) - np.ndim(by)
        if isinstance(by, Tensor | np.ndarray) and by.ndim and missing > 0:
            by = by.reshape(by.shape + (1,) * missing)
        result = operation(value, by)
        return result if np.shape(result) == np.shape(value) else refuse()

    return variant


def _maps() -> Iterator[tuple[int, str, str, Change]]:
    question = "At which point do you stop, and what is asked for?"
    for key, (words, function) in MAPS.items():
        for part, of in ((None, "Your result"), (0, "Your first result"), (1, "Your second result")):
            hint = f"{of} is the right one after {words} too many. {question}"
            yield 3, f"{key}_once_more", hint, functools.partial(_part, part, function)
            if key in _INVERSES:
                hint = f"{of} is the right one before {words}, which is left out. {question}"
                yield 3, f"{key}_left_out", hint, functools.partial(_part, part, _INVERSES[key])


def _reductions() -> Iterator[tuple[int, str, str, Change]]:
    for key, (words, reduction) in _REDUCTIONS.items():
        for axis, over in ((0, "the batch"), (-1, "the last axis"), (None, "everything")):
            hint = f"Your result is the right one after {words} over {over} too many. Which dimensions must survive?"
            for keep in (False, True):
                yield 3, f"{key}_once_more", hint, functools.partial(_reduced, reduction, axis, keep)


def _types() -> Iterator[tuple[str, str, Change]]:
    """The right values in another dtype or type."""
    for dtype in (torch.float32, torch.float64, torch.int64, torch.int32, torch.bool):
        hint = f"The values are right, but they come as {str(dtype).removeprefix('torch.')}. Which dtype is asked for?"
        yield "another_dtype", hint, functools.partial(each_part, functools.partial(_as_dtype, dtype))
    hint = "The values are right, but they come as {}. Which type is asked for?"
    yield "another_type", hint.format("NumPy's"), functools.partial(each_part, lambda value: tensor(value).detach().numpy())
    yield "another_type", hint.format("plain numbers"), functools.partial(each_part, lambda value: value.item())
    yield "another_type", hint.format("lists"), lambda value: list(value) if type(value) is tuple else value.tolist()
    yield "another_type", hint.format("tensors"), functools.partial(each_part, _as_tensor)


def _shapes() -> Iterator[tuple[str, str, Change]]:
    forms: dict[str, Callable[[Tensor], Tensor]] = {
        "a dimension of size 1 too many at the end": lambda value: value.unsqueeze(-1),
        "a dimension of size 1 too many at the front": lambda value: value.unsqueeze(0),
        "lost its dimensions of size 1": lambda value: value.squeeze(),
        "become flat": lambda value: value.flatten(),
        "only one dimension beside the batch": lambda value: value.flatten(1),
    }
    for words, form in forms.items():
        hint = f"The values are right, but their shape has {words}. Which shape is asked for?"
        yield "another_shape", hint, functools.partial(each_part, functools.partial(_formed, form))
    hint = "Your result is the right one with its first two dimensions exchanged. Which comes first?"
    yield "transposed", hint, functools.partial(each_part, lambda value: tensor(value).transpose(0, 1))


def _orders() -> Iterator[tuple[str, str, Change]]:
    for axis, words in ((0, "along the first dimension"), (-1, "along the last dimension")):
        hint = f"Your result has the right values in the opposite order {words}. Where does the order begin?"
        yield "reversed", hint, functools.partial(each_part, functools.partial(_flipped, axis))
        for step in (1, -1):
            hint = f"Your result has the right values one place off {words}. Where does the counting begin?"
            yield "shifted_by_one", hint, functools.partial(each_part, functools.partial(_shifted, axis, step))
    hint = "Your results are the right ones in another order. Which comes first?"
    for order in ((1, 0), *itertools.permutations(range(3))):
        yield "results_exchanged", hint, functools.partial(_ordered, order)
    for number, words in ((0, "first"), (1, "second")):
        hint = f"You return the {words} of the results alone. How many are asked for?"
        yield "one_result_only", hint, functools.partial(_only, number)
    hint = "Every sample of your batch has the result of the first one. Where does the batch get lost?"
    yield "one_sample_returned_for_all", hint, functools.partial(each_part, _first_for_all)


def _as_dtype(dtype: torch.dtype, value: Any) -> Tensor:
    return tensor(value).to(dtype)


def _as_tensor(value: Any) -> Tensor:
    return refuse() if isinstance(value, Tensor) else torch.as_tensor(value)  # type: ignore[no-any-return]


def _formed(form: Callable[[Tensor], Tensor], value: Any) -> Tensor:
    return form(tensor(value))


def _flipped(axis: int, value: Any) -> Tensor:
    return tensor(value).flip(axis)


def _shifted(axis: int, step: int, value: Any) -> Tensor:
    return batch(value).roll(step, axis)


def _squared(value: Tensor) -> Tensor:
    """What a root was taken of; no root is negative."""
    return refuse() if bool((value < 0).any()) else value.square()  # type: ignore[no-any-return]


def _ordered(order: tuple[int, ...], value: Any) -> Any:
    """A tuple of as many results in another order."""
    if type(value) not in (tuple, list) or len(value) != len(order) or list(order) == sorted(order):
        return refuse()
    return type(value)(value[number] for number in order)


def _only(number: int, value: Any) -> Any:
    return value[number] if type(value) in (tuple, list) else refuse()


def _first_for_all(value: Any) -> Tensor:
    return batch(value)[0].expand_as(value).clone()


def _part(number: int | None, change: Change, value: Any) -> Any:
    """The result with one of its parts changed; with `number` None a result that has no parts."""
    if number is None:
        return through(lambda one: change(floating(one)), value)
    if type(value) not in (tuple, list) or number >= len(value):
        return refuse()
    return type(value)(_part(None, change, part) if index == number else part for index, part in enumerate(value))


def _reduced(reduction: Callable[..., Tensor], axis: int | None, keep: bool, value: Any) -> Any:
    """Reduced once more; the shape stays with `keep`."""
    if isinstance(value, np.ndarray):
        return through(functools.partial(_reduced, reduction, axis, keep), value)
    value = batch(floating(value))
    axes = tuple(range(value.ndim)) if axis is None else (axis,)
    return reduction(value, axes, keepdim=True).expand_as(value).clone() if keep else reduction(value, axes)
