"""Functions that stay in the grader but are called, and differentiated, by student code.

A callback sends the tensors it is called with to the grader and gets the values back. Where gradients are
wanted, each call is a node of a graph that the grader keeps: the backward pass asks the grader for the
vector-Jacobian product of that node, and since that product is a node again, derivatives of any order work
(a gradient penalty differentiates twice).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from autograder.wire.codec import CallbackRef

Invoke = Callable[..., Any]


def _flatten(value: Any, tensors: list[torch.Tensor]) -> Any:
    """Replace tensors by ``{"$": n}`` and collect them in order; the grader's own functions go back as ``{"$f": number}``."""
    if isinstance(value, torch.Tensor):
        tensors.append(value)
        return {"$": len(tensors) - 1}
    if isinstance(value, RemoteCallback):
        return {"$f": value._number}
    if isinstance(value, list | tuple):
        return type(value)(_flatten(item, tensors) for item in value) if type(value) in (list, tuple) else value
    if type(value) is dict:
        return {key: _flatten(item, tensors) for key, item in value.items()}
    return value


class RemoteCallback:
    """Called by student code like the function it stands for."""

    def __init__(self, invoke: Invoke, ref: CallbackRef, give: Callable[[Any], Any]) -> None:
        self._invoke = invoke
        self._number = ref.number
        self._give = give
        self.__name__ = ref.name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Evaluate in the grader; differentiable when an argument requires gradients."""
        tensors: list[torch.Tensor] = []
        pattern = [_flatten(args, tensors), _flatten(kwargs, tensors)]
        if torch.is_grad_enabled() and any(tensor.requires_grad for tensor in tensors):
            outputs = _evaluated(self, ["call", self._number, pattern], *tensors)
            return self._shape_like_call(outputs)
        plain = self._give(list(tensors))
        _, values, single = self._invoke("callback", self._number, self._give(pattern), plain, False)
        return values[0] if single else tuple(values)

    def __deepcopy__(self, memo: dict[int, Any]) -> RemoteCallback:
        """A copy of a module asks the same function."""
        return self

    def _shape_like_call(self, outputs: tuple[torch.Tensor, ...]) -> Any:
        return outputs[0] if self.single else outputs

    single = True


class DrawingCallback:
    """A grader's function in the place of one of the submission's: it draws random numbers as if it ran here.

    The state of torch's global generator goes with each call and comes back as the last output.
    """

    def __init__(self, callback: RemoteCallback) -> None:
        self._callback = callback
        self.__name__ = callback.__name__

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Evaluate in the grader and go on from the random state that it leaves."""
        *outputs, state = self._callback(torch.get_rng_state(), *args, **kwargs)
        torch.set_rng_state(state.clone())
        return outputs[0] if len(outputs) == 1 else tuple(outputs)


class _Node(torch.autograd.Function):
    """One call, or one vector-Jacobian product, that the grader evaluated and remembers."""

    @staticmethod
    def forward(ctx: Any, callback: RemoteCallback, what: list[Any], *tensors: torch.Tensor) -> tuple[torch.Tensor, ...]:
        plain = callback._give(list(tensors))
        kind, *details = what
        if kind == "call":
            number, pattern = details
            node, values, callback.single = callback._invoke("callback", number, callback._give(pattern), plain, True)
        else:
            node, values, _ = callback._invoke("vjp", details[0], plain[details[1] :])
        ctx.callback, ctx.node = callback, node
        ctx.save_for_backward(*tensors)
        ctx.mark_non_differentiable(*(value for value in values if not value.is_floating_point()))
        return tuple(values)

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> tuple[Any, ...]:
        inputs = ctx.saved_tensors
        what = ["vjp", ctx.node, len(inputs)]
        products = _evaluated(ctx.callback, what, *inputs, *gradients)
        needed = ctx.needs_input_grad[2:]
        return (None, None, *(product if need else None for product, need in zip(products, needed, strict=True)))


_evaluated: Callable[..., tuple[torch.Tensor, ...]] = _Node.apply
"""The node's outputs, attached to the graph."""
