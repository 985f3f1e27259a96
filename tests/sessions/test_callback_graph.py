"""Functions of the grader called from a worker: derivatives against local autograd, and malformed requests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from autograder.runtime.stand_ins.callbacks import RemoteCallback
from autograder.runtime.torch_operations import TorchOperations
from autograder.sessions.callback_graph import MAX_BYTES, MAX_ELEMENTS, MAX_NODES, CallbackGraph, CallbackRefused
from autograder.wire import codec


class Answered(RuntimeError):
    """The function raised in the grader."""


def connected(function: Callable[..., Any]) -> tuple[RemoteCallback, CallbackGraph]:
    """A callback in the worker's hands, and the grader's side of it, with the wire between."""
    graph = CallbackGraph()
    graph.start_batch()

    def invoke(kind: str, *details: object) -> object:
        asked = codec.decode(codec.encode([kind, list(details)]))
        status, value = codec.decode(codec.encode(graph.answer(*asked)), trusted=True)
        if status == "raise":
            raise Answered(*value)
        return value

    bench = TorchOperations(invoke)
    return RemoteCallback(invoke, graph.register(function), bench._give), graph


def scaled(x: Tensor, t: Tensor) -> Tensor:
    """Smooth in both arguments."""
    return (x.sin() * t).exp() + x**3


def pair(x: Tensor, t: Tensor) -> tuple[Tensor, Tensor]:
    """Two outputs of different shapes."""
    return (x * t).sum(-1), x.cos()


FUNCTIONS = [
    scaled,
    lambda x, t: (x @ t.T).tanh(),
    lambda x, t: x.softmax(-1) * t.square(),
    lambda x, t: (x - t).relu(),
    lambda x, t: pair(x, t)[0],
]


def derivatives(function: Callable[..., Tensor], x: Tensor, t: Tensor, order: int) -> list[Tensor]:
    """Value, gradients, and gradients of the gradients' norm."""
    x, t = x.clone().requires_grad_(), t.clone().requires_grad_()
    value = function(x, t)
    found = [value.detach()]
    quantity = value.square().sum()
    for _ in range(order):
        gradients = torch.autograd.grad(quantity, (x, t), create_graph=True, allow_unused=True, materialize_grads=True)
        found += [gradient.detach() for gradient in gradients]
        quantity = sum(gradient.square().sum() for gradient in gradients)
        if not quantity.requires_grad:
            break
    return found


@settings(max_examples=30)
@given(which=st.sampled_from(range(len(FUNCTIONS))), seed=st.integers(0, 10**6), order=st.integers(0, 3))
def test_derivatives_equal_those_of_local_autograd(which: int, seed: int, order: int) -> None:
    """First, second and third order."""
    function = FUNCTIONS[which]
    x, t = torch.randn(2, 3, 4, generator=torch.Generator().manual_seed(seed), dtype=torch.float64).mul(0.5)
    remote, _ = connected(function)
    for got, expected in zip(derivatives(remote, x, t, order), derivatives(function, x, t, order), strict=True):
        torch.testing.assert_close(got, expected)


def test_chained_calls_and_local_operations_mix() -> None:
    """A sampler differentiates through many calls, with its own operations between them."""
    remote, _ = connected(scaled)

    def loop(function: Callable[..., Tensor], x: Tensor, t: Tensor) -> Tensor:
        for _ in range(3):
            x = x - 0.1 * function(x, t).tanh()
        return x

    x, t = torch.linspace(-1, 1, 6, dtype=torch.float64).view(2, 3), torch.full((2, 3), 0.3, dtype=torch.float64)
    got = derivatives(lambda a, b: loop(remote, a, b), x, t, 2)
    expected = derivatives(lambda a, b: loop(scaled, a, b), x, t, 2)
    for one, other in zip(got, expected, strict=True):
        torch.testing.assert_close(one, other)


def test_several_outputs_and_partial_use() -> None:
    """Only one of two outputs is differentiated."""
    remote, _ = connected(pair)
    for select in (0, 1):
        x = torch.randn(2, 3, dtype=torch.float64, requires_grad=True)
        t = torch.randn(2, 3, dtype=torch.float64)
        (got,) = torch.autograd.grad(remote(x, t)[select].sum(), x)
        (expected,) = torch.autograd.grad(pair(x, t)[select].sum(), x)
        torch.testing.assert_close(got, expected)


def test_without_gradients_nothing_is_remembered() -> None:
    """Sampling under no_grad may call as often as it likes."""
    remote, graph = connected(scaled)
    with torch.no_grad():
        for _ in range(10):
            remote(torch.ones(2, requires_grad=True), torch.ones(2))
    remote(torch.ones(2), torch.ones(2))
    assert not graph._nodes


def test_integer_arguments_and_keywords_pass() -> None:
    """A network takes int64 timesteps and labels by keyword."""
    remote, _ = connected(lambda x, t, y=None: x * t[:, None] + (0 if y is None else y[:, None]))
    x, t, y = torch.ones(2, 3, requires_grad=True), torch.tensor([1, 2]), torch.tensor([5, 7])
    value = remote(x, t, y=y)
    assert torch.equal(value.detach(), torch.tensor([[6.0] * 3, [9.0] * 3]))
    assert torch.equal(torch.autograd.grad(value.sum(), x)[0], torch.tensor([[1.0] * 3, [2.0] * 3]))


def test_a_constant_function_has_gradient_zero() -> None:
    """Where the output does not depend on the input at all."""
    remote, _ = connected(lambda x: torch.ones(3))
    x = torch.ones(3, requires_grad=True)
    assert torch.equal(torch.autograd.grad(remote(x).sum(), x)[0], torch.zeros(3))


def test_what_the_function_raises_is_raised_again_where_it_was_called() -> None:
    """With its name and a short message."""

    def refuse(x: Tensor) -> Tensor:
        raise ValueError("wrong" * 1000)

    remote, _ = connected(refuse)
    with pytest.raises(Answered) as caught:
        remote(torch.ones(1))
    assert caught.value.args[0] == "ValueError"
    assert len(caught.value.args[1]) <= 200


def test_the_grader_is_not_reached_through_its_arguments() -> None:
    """The function gets copies: what it keeps does not change with what the worker does later, nor its graph."""
    kept: list[Tensor] = []
    remote, _ = connected(lambda x: kept.append(x) or x * 2)
    x = torch.ones(2)
    remote(x)
    x.zero_()
    assert torch.equal(kept[0], torch.ones(2))


X = torch.ones(2)
CALL = [0, [({"$": 0},), {}], [X], False]
MALFORMED: dict[str, tuple[str, object]] = {
    "unknown question": ("expected", CALL),
    "no body": ("callback", None),
    "body that is a map": ("callback", {"a": 1}),
    "too few parts": ("callback", CALL[:3]),
    "too many parts": ("callback", [*CALL, 1]),
    "unknown function": ("callback", [1, *CALL[1:]]),
    "negative function": ("callback", [-1, *CALL[1:]]),
    "function that is true": ("callback", [False, *CALL[1:]]),
    "function that is a float": ("callback", [0.0, *CALL[1:]]),
    "pattern that is a number": ("callback", [0, 1, [X], False]),
    "pattern of one": ("callback", [0, [()], [X], False]),
    "arguments that are a list": ("callback", [0, [[{"$": 0}], {}], [X], False]),
    "keywords that are a list": ("callback", [0, [(), []], [X], False]),
    "placeholder out of range": ("callback", [0, [({"$": 1},), {}], [X], False]),
    "negative placeholder": ("callback", [0, [({"$": -1},), {}], [X], False]),
    "placeholder that is true": ("callback", [0, [({"$": True},), {}], [X, X], False]),
    "placeholder that is text": ("callback", [0, [({"$": "0"},), {}], [X], False]),
    "tensors that are a tuple": ("callback", [0, [({"$": 0},), {}], (X,), False]),
    "tensors that are numbers": ("callback", [0, [({"$": 0},), {}], [1.0], False]),
    "flag that is a number": ("callback", [*CALL[:3], 0]),
    "product of nothing": ("vjp", [0, [X]]),
    "product of a negative node": ("vjp", [-1, [X]]),
    "product of node true": ("vjp", [True, [X]]),
    "product of one part": ("vjp", [0]),
}


@pytest.mark.parametrize(("kind", "body"), MALFORMED.values(), ids=MALFORMED.keys())
def test_malformed_requests_are_refused(kind: str, body: object) -> None:
    """Refusal ends the worker; nothing is evaluated."""
    graph = CallbackGraph()
    called: list[object] = []
    graph.register(lambda *args, **kwargs: called.append(args) or torch.ones(1))
    with pytest.raises(CallbackRefused):
        graph.answer(kind, body)
    assert not called


def test_wrong_cotangents_are_an_error_of_the_caller() -> None:
    """Too few, too many, of the wrong shape."""
    graph = CallbackGraph()
    graph.register(lambda x: x * 2)
    status, (node, _, _) = graph.answer("callback", [0, [({"$": 0},), {}], [X], True])
    assert status == "value"
    for cotangents in ([], [X, X], [torch.ones(5)]):
        assert graph.answer("vjp", [node, cotangents])[0] == "raise"


def test_nodes_of_earlier_requests_are_gone() -> None:
    """A batch starts with an empty graph."""
    graph = CallbackGraph()
    graph.register(lambda x: x * 2)
    graph.answer("callback", [0, [({"$": 0},), {}], [X], True])
    graph.start_batch()
    with pytest.raises(CallbackRefused):
        graph.answer("vjp", [0, [X]])


def test_the_graph_and_the_arguments_are_bounded() -> None:
    """The grader keeps what the worker asks it to keep, so there is an end to it."""
    graph = CallbackGraph()
    graph.register(lambda x: x)
    large = torch.zeros(MAX_ELEMENTS // 2 + 1)
    assert graph.answer("callback", [0, [({"$": 0},), {}], [large, large], False])[0] == "raise"
    for _ in range(MAX_NODES + 10):
        graph.answer("callback", [0, [({"$": 0},), {}], [X], True])
    assert len(graph._nodes) == MAX_NODES


def test_a_training_may_call_a_lent_loss_as_often_as_it_likes() -> None:
    """The latest calls can be differentiated, one of long ago cannot."""
    graph = CallbackGraph()
    graph.register(lambda x: x * x)
    for _ in range(2 * MAX_NODES):
        _, (node, _, _) = graph.answer("callback", [0, [({"$": 0},), {}], [X], True])
        assert graph.answer("vjp", [node, [X]])[0] == "value"
    with pytest.raises(CallbackRefused, match="long ago"):
        graph.answer("vjp", [0, [X]])


def test_the_same_function_has_one_number() -> None:
    """Registering again is free."""
    graph = CallbackGraph()
    assert graph.register(scaled) == graph.register(scaled)
    assert graph.register(pair) != graph.register(scaled)


def test_what_nodes_keep_is_bounded_in_bytes() -> None:
    """Five thousand nodes of eight megabytes each would be forty gigabytes."""
    graph = CallbackGraph()
    reference = graph.register(lambda x: 2 * x)
    question = [reference.number, [({"$": 0},), {}], [torch.zeros(2**20)], True]
    for _ in range(MAX_BYTES // (8 * 2**20) + 3):
        graph.answer("callback", question)
    assert sum(tensor.nbytes for node in graph._nodes.values() for tensor in [*node.inputs, *node.outputs]) <= MAX_BYTES


def test_a_lost_worker_leaves_no_graph_behind() -> None:
    """Its nodes and functions go with it."""
    graph = CallbackGraph()
    reference = graph.register(lambda x: 2 * x)
    graph.answer("callback", [reference.number, [({"$": 0},), {}], [torch.zeros(3)], True])
    graph.clear()
    assert not graph._nodes
    with pytest.raises(CallbackRefused):
        graph.answer("callback", [reference.number, [({"$": 0},), {}], [torch.zeros(3)], True])


COMPLEX = {
    "complex values of real numbers": (torch.fft.fft, torch.float32),
    "of complex ones": (lambda z: z * z + 1j * z, torch.complex64),
    "both kinds at once": (lambda x: (x * 1j, x.square()), torch.float64),
    "of two widths": (lambda x: (x.half() * 2, x.double().sin()), torch.float32),
}


@pytest.mark.parametrize("case", COMPLEX)
def test_products_with_other_numbers(case: str) -> None:
    """As torch itself has them."""
    function, dtype = COMPLEX[case]
    x, graph = torch.randn(4, dtype=dtype, generator=torch.Generator().manual_seed(1)), CallbackGraph()
    graph.register(function)
    status, (node, values, _) = graph.answer("callback", [0, [({"$": 0},), {}], [x], True])
    assert status == "value"
    weights = [torch.randn(value.shape, dtype=value.dtype, generator=torch.Generator().manual_seed(2)) for value in values]
    status, (_, (product,), _) = graph.answer("vjp", [node, weights])
    assert status == "value"
    leaf = x.clone().requires_grad_()
    here = function(leaf)
    outputs = [here] if isinstance(here, Tensor) else list(here)
    torch.testing.assert_close(product, torch.autograd.grad(outputs, leaf, weights)[0])
