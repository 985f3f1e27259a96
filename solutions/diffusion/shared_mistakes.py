"""Mistakes that every function of this assignment can show, made by calling the reference differently."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from autograder.diagnosis import shared_mistake, with_argument_changed

HINT = "Your values are those of a neighbouring timestep ({}). Does t = 0 mean the first entry of the schedule?"

Function = Callable[..., Any]


@shared_mistake("timestep_off_by_one", hint=HINT.format("one step too early"))
def one_step_too_early(reference: Function) -> Function:
    """Timesteps are counted from one."""
    return shifted_time(reference, -1)


@shared_mistake("timestep_off_by_one", hint=HINT.format("one step too late"))
def one_step_too_late(reference: Function) -> Function:
    """The schedule is read at the step after."""
    return shifted_time(reference, 1)


def shifted_time(reference: Function, step: int) -> Function:
    """The reference at other timesteps, which are the int64 tensors; the longest vector is the schedule."""

    def variant(*args: Any, **kwargs: Any) -> Any:
        longest = max((len(a) for a in args if isinstance(a, Tensor) and a.ndim == 1 and a.is_floating_point()), default=0)

        def shift(value: Any) -> Any:
            if isinstance(value, Tensor) and value.dtype is torch.int64 and longest:
                return (value + step).clamp(0, longest - 1)
            return value

        return reference(*map(shift, args), **kwargs)

    return variant


@shared_mistake(
    "products_multiplied_again",
    hint="Your values are those of a schedule that is multiplied up once more. What does alphas_cumprod hold: the alphas of "
    "single steps, or their products already?",
)
def products_multiplied_again(reference: Function) -> Function:
    """The running product of what is one."""
    return with_argument_changed(reference, "alphas_cumprod", lambda products: products.cumprod(0))


@shared_mistake(
    "alphas_of_single_steps",
    hint="Your values are those of the alpha of one step. How much of the signal is left at step t: what one step keeps, or "
    "what all steps up to t have kept?",
)
def alphas_of_single_steps(reference: Function) -> Function:
    """The products taken apart again."""

    def taken_apart(products: Tensor) -> Tensor:
        return torch.cat([products[:1], products[1:] / products[:-1]])

    return with_argument_changed(reference, "alphas_cumprod", taken_apart)
