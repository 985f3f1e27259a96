"""The right function with its random numbers drawn in a wrong way: one noise for all, a seed of its own, another law."""

from __future__ import annotations

import types
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import torch
from torch import Tensor

from autograder.diagnosis.called_differently import Suspect

_SEEDS = (0, 42, 1, 123, 1234)
_WORDS = {
    "same_noise_for_all_samples": "Every sample of your batch gets the same random numbers. What is the shape of what you "
                                  "draw?",
    "generator_ignored": "Your random numbers do not come from the generator that is passed. Which call draws without it?",
    "seed_fixed_inside": "Your random numbers are the same at every call: a seed is set, or a generator made, inside the "
                         "function. Who should decide on the seed?",
    "uniform_instead_of_normal": "Your noise is uniform. Which distribution is asked for, and which function draws from it?",
    "normal_instead_of_uniform": "Your random numbers are normal. Which distribution is asked for, and which function draws "
                                 "from it?",
    "one_number_for_all_features": "All features of a sample get the same random number. What is the shape of what you draw?",
}  # fmt: skip
Draw = Callable[[Callable[..., Tensor], tuple[int, ...], dict[str, Any]], Tensor]


class _OtherTorch(types.ModuleType):
    """Torch, but for the functions that draw."""

    def __init__(self, draw: Draw, swapped: bool) -> None:
        super().__init__("torch")
        functions = {"randn": torch.rand, "rand": torch.randn} if swapped else {"randn": torch.randn, "rand": torch.rand}
        for name, function in functions.items():
            setattr(self, name, _free(function, draw))
            setattr(self, f"{name}_like", _like(function, draw))

    def __getattr__(self, name: str) -> Any:
        """Everything else is torch's own."""
        return getattr(torch, name)


def _free(function: Callable[..., Tensor], draw: Draw) -> Callable[..., Tensor]:
    def call(*size: Any, **options: Any) -> Tensor:
        shape = tuple(size[0]) if len(size) == 1 and not isinstance(size[0], int) else size
        return draw(function, shape or tuple(options.pop("size")), options)

    return call


def _like(function: Callable[..., Tensor], draw: Draw) -> Callable[..., Tensor]:
    def call(like: Tensor, **options: Any) -> Tensor:
        return draw(function, tuple(like.shape), {"dtype": like.dtype, **options})

    return call


def suspects(name: str, namespace: Mapping[str, Any], code: types.CodeType) -> Iterator[Suspect]:
    """Yield a function, or a class, that draws wrongly: its definition compiled as `code`, for the reference's namespace."""
    if not {"randn", "rand", "randn_like", "rand_like"} & _names(code):
        return

    def made(draw: Draw, swapped: bool = False) -> Callable[[], Callable[..., Any]]:
        def make() -> Callable[..., Any]:
            inside = {**namespace, "torch": _OtherTorch(draw, swapped)}
            exec(code, inside)
            return inside[name]  # type: ignore[no-any-return]

        return make

    def plain(function: Callable[..., Tensor], shape: tuple[int, ...], options: dict[str, Any]) -> Tensor:
        return function(shape, **options)

    def one_for_all(function: Callable[..., Tensor], shape: tuple[int, ...], options: dict[str, Any]) -> Tensor:
        return function(shape[1:], **options).expand(shape).clone()

    def one_in_batch(function: Callable[..., Tensor], shape: tuple[int, ...], options: dict[str, Any]) -> Tensor:
        return function((1, *shape[1:]), **options).expand(shape).clone()

    def one_per_sample(function: Callable[..., Tensor], shape: tuple[int, ...], options: dict[str, Any]) -> Tensor:
        return function((shape[0], *[1] * (len(shape) - 1)), **options).expand(shape).clone()

    def ignored(function: Callable[..., Tensor], shape: tuple[int, ...], options: dict[str, Any]) -> Tensor:
        return function(shape, **{**options, "generator": None})

    def seeded(seed: int, everywhere: bool) -> Draw:
        def draw(function: Callable[..., Tensor], shape: tuple[int, ...], options: dict[str, Any]) -> Tensor:
            if everywhere:
                torch.manual_seed(seed)
                return function(shape, **{**options, "generator": None})
            return function(shape, **{**options, "generator": torch.Generator().manual_seed(seed)})

        return draw

    variants: list[tuple[str, Draw, bool]] = [
        ("same_noise_for_all_samples", one_for_all, False), ("same_noise_for_all_samples", one_in_batch, False),
        ("one_number_for_all_features", one_per_sample, False), ("generator_ignored", ignored, False),
        *(("seed_fixed_inside", seeded(seed, everywhere), False) for seed in _SEEDS for everywhere in (False, True)),
    ]  # fmt: skip
    swap = "uniform_instead_of_normal" if {"randn", "randn_like"} & _names(code) else "normal_instead_of_uniform"
    for key, draw, swapped in [*variants, (swap, plain, True)]:
        yield Suspect(0, key, _WORDS[key], made(draw, swapped))


def _names(code: types.CodeType) -> set[str]:
    """Every global or attribute that the code and what is defined in it reads."""
    inner = [const for const in code.co_consts if isinstance(const, types.CodeType)]
    return set(code.co_names).union(*map(_names, inner))
