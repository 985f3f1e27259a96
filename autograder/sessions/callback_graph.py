"""The grader's side of callbacks: evaluates check functions for a worker, with derivatives of any order.

Every evaluation that must be differentiable is kept as a node (inputs, outputs). A vector-Jacobian product of a
node is evaluated with ``create_graph`` and kept as a node in turn. Of many nodes the latest are kept: a training of hundreds of
steps calls a lent loss as often, and differentiates each call at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from autograder.wire.codec import CallbackRef

MAX_NODES = 5_000
"""Nodes that are kept."""
MAX_BYTES = 128 * 2**20
"""Of all tensors that nodes keep."""
MAX_ELEMENTS = 2**20
"""Numbers in all tensors of one call or cotangent; a product of two larger matrices would take minutes."""


class CallbackRefused(Exception):
    """The worker asked for something that no well-behaved worker asks for."""


@dataclass
class _Node:
    inputs: list[Tensor]
    outputs: list[Tensor]

    @property
    def bytes(self) -> int:
        """What it keeps in memory."""
        return sum(tensor.numel() * tensor.element_size() for tensor in [*self.inputs, *self.outputs])


class CallbackGraph:
    """Functions that a worker may call by number, and the graph of what it has called."""

    def __init__(self) -> None:
        self._functions: list[Callable[..., Any]] = []
        self._nodes: dict[int, _Node] = {}
        self._latest = -1
        self._bytes = 0

    def register(self, function: Callable[..., Any]) -> CallbackRef:
        """Give a function a number that the worker can call."""
        for number, known in enumerate(self._functions):
            if known is function:
                return CallbackRef(number, "callback")
        self._functions.append(function)
        return CallbackRef(len(self._functions) - 1, "callback")

    def start_batch(self) -> None:
        """Forget the graph of earlier requests: no gradient reaches back over them."""
        self._nodes.clear()
        self._latest = -1
        self._bytes = 0

    def clear(self) -> None:
        """Forget functions and graph: their worker is gone."""
        self._functions.clear()
        self.start_batch()

    def answer(self, kind: str, body: Any) -> list:
        """Evaluate a worker's question and return the message that answers it.

        Exceptions of the function become ``["raise", [type, message]]`` and are raised again inside the
        student's code, where a wrong call belongs.
        """
        if type(body) is not list:
            raise CallbackRefused("the worker asked for something malformed")
        try:
            if kind == "callback":
                return ["value", self._call(body)]
            if kind == "vjp":
                return ["value", self._product(body)]
        except CallbackRefused:
            raise
        except Exception as error:
            return ["raise", [type(error).__name__, str(error)[:200]]]
        raise CallbackRefused("the worker asked for something unknown")

    def _call(self, body: list) -> list:
        number, pattern, tensors, wants_graph = _parts(body, 4)
        if type(number) is not int or not 0 <= number < len(self._functions):
            raise CallbackRefused("the worker called an unknown function")
        if type(pattern) is not list or len(pattern) != 2 or type(wants_graph) is not bool:
            raise CallbackRefused("the worker called a function in a malformed way")
        inputs = _tensors(tensors)
        if wants_graph:
            inputs = [_leaf(tensor) for tensor in inputs]
        args, kwargs = (_fill(part, inputs, self._functions) for part in pattern)
        if type(args) is not tuple or type(kwargs) is not dict:
            raise CallbackRefused("the worker called a function in a malformed way")
        with torch.set_grad_enabled(wants_graph):
            result = self._functions[number](*args, **kwargs)
        single = not isinstance(result, tuple | list)
        outputs = [result] if single else list(result)
        if not wants_graph:
            return [-1, [_plain(item) for item in outputs], single]
        outputs = [_as_tensor(item) for item in outputs]
        return [self._remember(inputs, outputs), [_plain(item) for item in outputs], single]

    def _product(self, body: list) -> list:
        number, cotangents = _parts(body, 2)
        if type(number) is not int or number not in self._nodes:
            raise CallbackRefused("the worker differentiated something unknown, or called long ago")
        node = self._nodes[number]
        weights = [_leaf(tensor) for tensor in _tensors(cotangents)]
        pairs = [(out, weight) for out, weight in zip(node.outputs, weights, strict=True) if out.requires_grad]
        wanted = [tensor for tensor in node.inputs if tensor.requires_grad]
        products: list[Tensor | None] = [None] * len(node.inputs)
        if pairs and wanted:
            found = torch.autograd.grad(_weighted(pairs), wanted, create_graph=True, retain_graph=True, allow_unused=True)
            iterator = iter(found)
            products = [next(iterator) if tensor.requires_grad else None for tensor in node.inputs]
        results = [
            torch.zeros_like(tensor) if product is None else product
            for tensor, product in zip(node.inputs, products, strict=True)
        ]
        return [self._remember([*node.inputs, *weights], results), [_plain(item) for item in results], False]

    def _remember(self, inputs: list[Tensor], outputs: list[Tensor]) -> int:
        node = _Node(inputs, outputs)
        if node.bytes > MAX_BYTES:
            raise CallbackRefused("the submission asked the grader to keep too much at once")
        self._latest += 1
        self._nodes[self._latest] = node
        self._bytes += node.bytes
        while len(self._nodes) > MAX_NODES or self._bytes > MAX_BYTES:
            self._bytes -= self._nodes.pop(next(iter(self._nodes))).bytes
        return self._latest


def _weighted(pairs: list[tuple[Tensor, Tensor]]) -> Tensor:
    """The sum whose gradient is the product asked for; weights for ``torch.autograd.grad`` would make it import SymPy."""
    if any((out.shape, out.dtype) != (weight.shape, weight.dtype) for out, weight in pairs):
        raise ValueError("the weights of a product have the wrong shape or dtype")
    with torch.enable_grad():
        # Of complex numbers the real part of a product with the conjugate, whose gradient by the one is the other.
        return torch.stack([(out * weight.conj()).sum().real for out, weight in pairs]).sum()


def _parts(body: list, number: int) -> list:
    if len(body) != number:
        raise CallbackRefused("the worker asked for something malformed")
    return body


def _tensors(values: Any) -> list[Tensor]:
    if type(values) is not list or any(type(value) is not Tensor for value in values):
        raise CallbackRefused("the worker asked for something malformed")
    if sum(value.numel() for value in values) > MAX_ELEMENTS:
        raise ValueError("the arguments are too large")
    return values


def _leaf(tensor: Tensor) -> Tensor:
    return tensor.detach().clone().requires_grad_(tensor.dtype.is_floating_point or tensor.dtype.is_complex)


def _as_tensor(value: Any) -> Tensor:
    return value if isinstance(value, Tensor) else torch.as_tensor(value)


def _plain(value: Any) -> Any:
    return value.detach() if isinstance(value, Tensor) else value


def _fill(pattern: Any, tensors: list[Tensor], functions: list[Callable[..., Any]]) -> Any:
    """Put the tensors back where ``{"$": n}`` stands, and functions that were lent before where ``{"$f": n}`` does."""
    kind = type(pattern)
    if kind is dict:
        for mark, values in (("$", tensors), ("$f", functions)):
            if set(pattern) == {mark}:
                index = pattern[mark]
                if type(index) is not int or not 0 <= index < len(values):
                    raise CallbackRefused("the worker called a function in a malformed way")
                return values[index]
        return {key: _fill(item, tensors, functions) for key, item in pattern.items()}
    if kind in (list, tuple):
        return kind(_fill(item, tensors, functions) for item in pattern)
    return pattern
