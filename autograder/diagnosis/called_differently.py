"""What the right function gives for other arguments: mistakes that are worded from a signature alone."""

from __future__ import annotations

import functools
import inspect
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

Function = Callable[..., Any]


@dataclass(frozen=True)
class Suspect:
    """A wrong answer made from the right one; of several that fit the lowest ``rank`` is named."""

    rank: int
    name: str
    hint: str
    make: Callable[[], Function]


MAPS: dict[str, tuple[str, Callable[[Tensor], Tensor]]] = {
    "exp": ("exp", torch.exp),
    "log": ("the logarithm", torch.log),
    "sqrt": ("the square root", torch.sqrt),
    "square": ("the square", torch.square),
    "sigmoid": ("the sigmoid", torch.sigmoid),
    "tanh": ("tanh", torch.tanh),
    "softmax": ("a softmax", functools.partial(torch.softmax, dim=-1)),
    "log_softmax": ("a log-softmax", functools.partial(torch.log_softmax, dim=-1)),
    "softplus": ("softplus", torch.nn.functional.softplus),
    "relu": ("a cut at zero", torch.relu),
    "unit": ("a cut to [0, 1]", functools.partial(torch.clamp, min=0, max=1)),
    "symmetric": ("a cut to [-1, 1]", functools.partial(torch.clamp, min=-1, max=1)),
    "abs": ("the absolute value", torch.abs),
    "neg": ("a change of sign", torch.neg),
    "reciprocal": ("the reciprocal", torch.reciprocal),
    "one_minus": ("1 - ...", lambda x: 1 - x),
    "half": ("a factor of one half", lambda x: x / 2),
    "double": ("a factor of two", lambda x: 2 * x),
    "log2": ("a logarithm to base 2", torch.log2),
    "round": ("rounding", torch.round),
}
"""What a number may go through once too often: words, function."""
_ENTER = "Where does {0} enter your computation?"


def suspects(reference: Function, signature: inspect.Signature) -> Iterator[Suspect]:
    """Yield the reference with its arguments changed before they are used, the most specific first."""
    for parameter in signature.parameters.values():
        if parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY, parameter.POSITIONAL_ONLY):
            make = functools.partial(_argument, reference, signature, parameter.name)
            yield from _ignored(parameter, make)
            yield from _of_samples(parameter.name, make)
            yield from _treated(parameter.name, make)
    yield from _defaults(reference, signature)
    yield from _exchanged(reference, signature)
    yield from _turned(reference)
    yield from _shortened(reference, signature)
    if len(signature.parameters) > 1:
        yield from _all_treated(reference, signature)


def _with(reference: Function, signature: inspect.Signature, change: Callable[[dict[str, Any]], None]) -> Function:
    """The reference with its arguments, by name, changed first."""

    @functools.wraps(reference)
    def variant(*args: Any, **kwargs: Any) -> Any:
        bound = signature.bind(*args, **kwargs)
        bound.apply_defaults()
        change(bound.arguments)
        return reference(*bound.args, **bound.kwargs)

    return variant


Make = Callable[[Callable[[Any], Any]], Callable[[], Function]]


def _argument(
    reference: Function, signature: inspect.Signature, name: str, change: Callable[[Any], Any]
) -> Callable[[], Function]:
    def put(arguments: dict[str, Any]) -> None:
        arguments[name] = through(change, arguments[name])

    return functools.partial(_with, reference, signature, put)


def _ignored(parameter: inspect.Parameter, make: Make) -> Iterator[Suspect]:
    name = parameter.name
    one = f"Your result is the one for {{}}, whatever is passed. {_ENTER.format(name)}"
    if parameter.default is not parameter.empty:
        words = one.format(f"the default of {name}")
        yield Suspect(0, "argument_fixed_at_its_default", words, make(functools.partial(_always, parameter.default)))
    for number in (1, 0, 2, 0.5):
        yield Suspect(1, "argument_ignored", one.format(f"{name} = {number}"), make(functools.partial(_number, number)))
    for word, fill in (("zero", torch.zeros_like), ("one", torch.ones_like)):
        words = one.format(f"a {name} of {word} everywhere")
        yield Suspect(1, "argument_ignored", words, make(functools.partial(_map, fill, tensor)))


def _defaults(reference: Function, signature: inspect.Signature) -> Iterator[Suspect]:
    settings = {name: one.default for name, one in signature.parameters.items() if type(one.default) in (int, float)}
    if len(settings) > 1:
        hint = f"Your result is the one for the defaults of {' and '.join(settings)}, whatever is passed. Where do they enter?"
        put = functools.partial(_with, reference, signature, lambda arguments: arguments.update(settings))
        yield Suspect(0, "defaults_only", hint, put)


def _of_samples(name: str, make: Make) -> Iterator[Suspect]:
    for position, word in ((0, "first"), (-1, "last")):
        yield Suspect(
            0, "one_sample_used_for_all",
            f"Your result is what comes out when the {word} entry of {name} is used for the whole batch. Does each sample get "
            "its own?",
            make(functools.partial(_one_for_all, position)),
        )  # fmt: skip
    yield Suspect(
        1, "batch_average_used",
        f"Your result is what comes out when {name} is averaged over the batch first. Does each sample keep its own?",
        make(_averaged),
    )  # fmt: skip


def _treated(name: str, make: Make) -> Iterator[Suspect]:
    for step, words in ((1, "one more than"), (-1, "one less than")):
        yield Suspect(
            1, "off_by_one",
            f"Your result is the one for {words} the {name} that is passed. Where does the counting begin and end?",
            make(functools.partial(_stepped, step)),
        )  # fmt: skip
    for key, (words, function) in MAPS.items():
        yield Suspect(
            3, f"{key}_of_an_argument",
            f"Your result is what comes out when {name} goes through {words} once more before it is used. What does {name} "
            "stand for, by its name and the docstring?",
            make(functools.partial(_map, function, floating)),
        )  # fmt: skip
    yield Suspect(
        0, "argument_detached",
        f"The values are right, but no gradient flows back to {name}. Is there a detach(), .item(), .data or no_grad() on its "
        "way?",
        make(functools.partial(_map, Tensor.detach, tensor)),
    )  # fmt: skip


def _exchanged(reference: Function, signature: inspect.Signature) -> Iterator[Suspect]:
    names = [name for name, one in signature.parameters.items() if one.kind is one.POSITIONAL_OR_KEYWORD]
    for one, other in itertools.combinations(names, 2):
        yield Suspect(
            0, "arguments_exchanged", f"Your result is what comes out when {one} and {other} change places. Which is which?",
            functools.partial(_with, reference, signature, functools.partial(_exchange, one, other)),
        )  # fmt: skip
        for used, instead in ((one, other), (other, one)):
            yield Suspect(
                1, "argument_used_for_another",
                f"Your result is what comes out when {used} stands in the place of {instead}, too. Where is each of them used?",
                functools.partial(_with, reference, signature, functools.partial(_copy, used, instead)),
            )  # fmt: skip


def _turned(reference: Function) -> Iterator[Suspect]:
    words = (
        "Your result is what comes out when the batch axis is taken for the feature axis. Which dimension counts the samples?"
    )

    def inside(*args: Any, **kwargs: Any) -> Any:
        return reference(*map(_transposed, args), **kwargs)

    def and_back(*args: Any, **kwargs: Any) -> Any:
        return each_part(_transposed, inside(*args, **kwargs))

    for variant in (inside, and_back):
        yield Suspect(1, "batch_axis_taken_for_feature_axis", words, functools.partial(_always, variant))


def _shortened(reference: Function, signature: inspect.Signature) -> Iterator[Suspect]:
    """An end of an axis left out, of one argument or of all that have the axis."""
    for axis, of in ((-1, "the last axis"), (0, "the first axis")):
        for kept, end in ((slice(1, None), "first"), (slice(None, -1), "last")):
            place = "begin" if end == "first" else "end"
            words = f"Your result is what comes out when the {end} entry along {of} is left out."
            hint = f"{words} Where should a loop or slice {place}?"
            cut = functools.partial(_without, axis, kept)
            for names in ((name,) for name in signature.parameters):
                yield Suspect(
                    1, "end_of_an_axis_left_out", hint,
                    functools.partial(_with, reference, signature, functools.partial(_each, names, cut)),
                )  # fmt: skip
            if len(signature.parameters) > 1:
                yield Suspect(
                    1, "end_of_an_axis_left_out", hint,
                    functools.partial(_with, reference, signature, functools.partial(_each, tuple(signature.parameters), cut)),
                )  # fmt: skip


def _all_treated(reference: Function, signature: inspect.Signature) -> Iterator[Suspect]:
    """All arguments through one function too many."""
    for key, (words, function) in MAPS.items():
        change = functools.partial(_each, tuple(signature.parameters), functools.partial(_map, function, floating))
        yield Suspect(
            3, f"{key}_of_all_arguments",
            f"Your result is what comes out when all arguments go through {words} once more before they are used. What do they "
            "stand for, by their names and the docstring?",
            functools.partial(_with, reference, signature, change),
        )  # fmt: skip


def refuse() -> Any:
    """Raise, since there is nothing to change."""
    raise TypeError("does not apply")


def tensor(value: Any) -> Tensor:
    """The value, if it is a tensor."""
    return value if isinstance(value, Tensor) else refuse()


def floating(value: Any) -> Tensor:
    """The value, if it is a tensor of floating-point numbers, or a float as such a tensor."""
    if isinstance(value, Tensor) and value.is_floating_point():
        return value
    return torch.tensor(value, dtype=torch.float64) if type(value) is float else refuse()


def batch(value: Any) -> Tensor:
    """The value, if it is a tensor with a first dimension that is not empty."""
    return value if isinstance(value, Tensor) and value.ndim > 0 and len(value) > 0 else refuse()


def each_part(change: Callable[[Any], Any], value: Any) -> Any:
    """A result with a change made to each of its parts, or to itself where it has none."""
    if type(value) in (tuple, list):
        return type(value)(through(change, part) for part in value)
    return through(change, value)


def through(change: Callable[[Any], Any], value: Any) -> Any:
    """A change made to a tensor, or to a NumPy array or number as if it were one."""
    if not isinstance(value, np.ndarray | np.floating):
        changed = change(value)
        return float(changed) if type(value) is float and isinstance(changed, Tensor) and changed.ndim == 0 else changed
    changed = change(torch.as_tensor(np.asarray(value)))
    return changed.numpy()[()] if isinstance(changed, Tensor) else changed


def _always(value: Any, *_: Any) -> Any:
    return value


def _number(number: float, value: Any) -> Any:
    return type(value)(number) if type(value) in (int, float) else refuse()


def _map(function: Callable[[Tensor], Tensor], kind: Callable[[Any], Tensor], value: Any) -> Tensor:
    return function(kind(value))


def _one_for_all(position: int, value: Any) -> Tensor:
    return batch(value)[position].expand_as(value).clone()


def _averaged(value: Any) -> Tensor:
    return batch(value).mean(0, keepdim=True).expand_as(value).clone()


def _stepped(step: int, value: Any) -> Any:
    if isinstance(value, Tensor) and not value.is_floating_point() and value.dtype is not torch.bool:
        return value + step
    return value + step if type(value) is int else refuse()


def _without(axis: int, kept: slice, value: Any) -> Tensor:
    """A tensor without one end of an axis; what has nothing left then does not apply."""
    value = batch(value)
    return value[(..., kept) if axis == -1 else (kept,)] if value.shape[axis] > 1 else refuse()


def _each(names: tuple[str, ...], change: Callable[[Any], Any], arguments: dict[str, Any]) -> None:
    for name in names:
        arguments[name] = through(change, arguments[name])


def _exchange(one: str, other: str, arguments: dict[str, Any]) -> None:
    arguments[one], arguments[other] = arguments[other], arguments[one]


def _copy(used: str, instead: str, arguments: dict[str, Any]) -> None:
    arguments[instead] = arguments[used]


def _transposed(value: Any) -> Any:
    return value.transpose(0, 1).contiguous() if isinstance(value, Tensor) and value.ndim >= 2 else value
