"""The candidate as check writers use it: the same answers from this process and from a locked worker."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from autograder.checks.calls import CandidateError
from autograder.checks.candidate import Candidate, RemoteObject
from autograder.checks.closeness import assert_close

Make = Callable[..., Candidate]

VALUES = [
    3,
    -(2**70),
    2.5,
    True,
    None,
    "text",
    (1, [2.0, {"a": None}]),
    {"loss": [1.0], 3: "x"},
    torch.float64,
    torch.arange(6).reshape(2, 3),
    torch.tensor([1.5, float("nan"), float("-inf")], dtype=torch.float16),
    torch.ones(2, dtype=torch.bfloat16),
    torch.zeros(0, 3),
    torch.tensor([True, False]),
    torch.tensor([1 + 2j]),
    np.arange(6.0).reshape(2, 3)[:, ::-1],
    np.float32(1.5),
    np.array([True]),
    [],
    (),
]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_values_come_back_as_they_went(make: Make, value: Any) -> None:
    """Type, dtype, shape and value of plain data."""
    back = make("def f(x):\n    return x\n").f(value)
    assert type(back) is type(value)
    if isinstance(value, Tensor):
        assert back.dtype == value.dtype
        assert torch.equal(back.nan_to_num() if back.is_floating_point() else back, torch.nan_to_num(value)
                           if value.is_floating_point() else value)  # fmt: skip
    elif isinstance(value, np.ndarray | np.generic):
        assert back.dtype == value.dtype
        assert np.array_equal(back, value)
    else:
        assert back == value


DISGUISED = {
    "parameter": ("torch.nn.Parameter(torch.ones(2))", Tensor),
    "tensor of another class": ("torch.ones(2).as_subclass(type('T', (torch.Tensor,), {}))", Tensor),
    "conjugated": ("torch.ones(2, dtype=torch.complex64).conj()", Tensor),
    "view": ("torch.ones(4, 4)[::2].T", Tensor),
    "masked array": ("np.ma.array([1.0, 2.0])", np.ndarray),
    "matrix": ("np.asmatrix([[1.0]])", np.ndarray),
    "number of another class": ("type('I', (float,), {'__eq__': lambda a, b: True})(2.0)", float),
    "text of another class": ("type('S', (str,), {})('a')", str),
    "named tuple": ("__import__('collections').namedtuple('N', 'a b')(1, 2)", tuple),
    "list of another class": ("type('L', (list,), {'__iter__': lambda self: iter([9])})([1])", list),
    "ordered dictionary": ("__import__('collections').OrderedDict(a=1)", dict),
}


@pytest.mark.parametrize("case", DISGUISED)
def test_results_are_plain_data(make: Make, case: str) -> None:
    """No class of the student's reaches a check."""
    expression, kind = DISGUISED[case]
    assert type(make(f"def f():\n    return {expression}\n").f()) is kind


def test_results_carry_no_history_and_share_no_memory(make: Make) -> None:
    """Editing a result does not change what the student's code holds."""
    candidate = make("state = torch.ones(2, requires_grad=True)\ndef f():\n    return state * 1, state\n")
    first, state = candidate.f()
    assert not first.requires_grad
    state.add_(5)
    assert torch.equal(candidate.f()[1], torch.ones(2))


def test_arguments_are_copies(make: Make) -> None:
    """In-place edits stay on the student's side, and `observe` tells of them."""
    candidate = make("def f(x, options):\n    x += 1\n    options['a'][0] = 9\n    return x\n")
    x = torch.zeros(2)
    seen = candidate.f.observe(x, options={"a": [1]})
    assert torch.equal(x, torch.zeros(2))
    assert torch.equal(seen.args[0], torch.ones(2))
    assert seen.kwargs == {"options": {"a": [9]}}


@pytest.mark.parametrize(
    ("expression", "used"),
    [
        ("x", False),
        ("x + torch.rand(1)", True),
        ("x + np.random.rand()", True),
        ("x + __import__('random').random()", True),
        ("x + torch.rand(1, generator=torch.Generator().manual_seed(1))", False),
        ("torch.manual_seed(4321) and x", True),
    ],
)
def test_use_of_global_randomness_is_seen(make: Make, expression: str, used: bool) -> None:
    """Drawing and reseeding count, generators of one's own do not."""
    assert make(f"def f(x):\n    return {expression}\n").f.observe(torch.ones(1)).rng_used is used


@pytest.mark.parametrize("seeding", ["torch.manual_seed(0)", "np.random.seed(0)", "__import__('random').seed(0)"])
def test_a_seed_is_seen_at_every_call(make: Make, seeding: str) -> None:
    """Also where an earlier call has set the same one, and nothing was drawn since."""
    candidate = make(f"def f(x):\n    {seeding}\n    return x\n")
    candidate.f(torch.ones(1))
    assert [candidate.f.observe(torch.ones(1)).rng_used for _ in range(2)] == [True, True]


def test_seeds_determine_global_randomness(make: Make) -> None:
    """The same numbers as in this process from the same seed."""
    candidate = make("def f():\n    return torch.rand(3)\n")
    candidate.seed(7)
    got = candidate.f()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(7)
        assert_close(got, torch.rand(3))


def test_gradients(make: Make) -> None:
    """With respect to positional and named arguments, weighted, for one of several outputs."""
    candidate = make("def f(a, b, c=None):\n    return {'x': a * b, 'y': [a.sum(), b.detach() * c]}, 5\n")
    a, b, c = torch.tensor([1.0, 2.0]), torch.tensor([3.0, 4.0]), torch.tensor([5.0, 6.0])
    ga, gb, gc = candidate.f.grad(a, b, c=c, wrt=(0, 1, "c"), select=(0, "x"), cotangent=torch.tensor([1.0, -1.0]))
    assert_close(ga, torch.tensor([3.0, -4.0]))
    assert_close(gb, torch.tensor([1.0, -2.0]))
    assert gc is None
    gb, gc = candidate.f.grad(a, b, c=c, wrt=(1, "c"), select=(0, "y", 1))
    assert gb is None
    assert_close(gc, b)


@pytest.mark.parametrize("result", ["None", "[x]", "x.detach()", "float(x.sum())", "x.detach().requires_grad_() * 2"])
def test_gradients_that_do_not_exist(make: Make, result: str) -> None:
    """Detached results have none; what is no tensor is the student's error."""
    candidate = make(f"def f(x):\n    return {result}\n")
    if "detach" in result:
        assert candidate.f.grad(torch.ones(2)) == (None,)
    else:
        with pytest.raises(CandidateError, match="expected a tensor"):
            candidate.f.grad(torch.ones(2))


MODULE = """
class Net(torch.nn.Module):
    def __init__(self, size, start=1.0):
        super().__init__()
        self.fc = torch.nn.Linear(size, 1)
        self.start = start
        self.register_buffer('count', torch.zeros(1))

    def forward(self, x):
        self.count += 1
        return self.fc(x)

    def encode(self, x):
        return self.fc(x) * 2, x

def apply(net, x, times):
    for _ in range(times):
        y = net(x)
    return y

def step(net, optimizer, loader):
    for x, label in loader:
        optimizer.zero_grad()
        net(x).sum().backward()
        optimizer.step()
    return len(loader)
"""


def test_objects_live_beside_the_student(make: Make) -> None:
    """Attributes, parameters, buffers, state, methods, and being passed back as an argument."""
    candidate = make(MODULE)
    net = candidate.Net(2, start=3.0)
    assert isinstance(net, RemoteObject)
    assert (net.attribute("start"), net.attribute("training")) == (3.0, True)
    weights = {"fc.weight": torch.tensor([[1.0, 2.0]]), "fc.bias": torch.tensor([0.5])}
    net.set_parameters(weights)
    assert_close(net.attribute("fc.weight"), weights["fc.weight"])
    assert_close(net(torch.ones(1, 2)), torch.tensor([[3.5]]))
    assert_close(candidate.apply(net, torch.ones(1, 2), times=2), torch.tensor([[3.5]]))
    assert net.buffers_by_name()["count"].item() == 3
    assert set(net.state_dict()) == {"fc.weight", "fc.bias", "count"}
    net.load_state_dict({**weights, "count": torch.zeros(1)})
    assert net.buffers_by_name()["count"].item() == 0
    net.eval()
    assert net.attribute("training") is False
    net.to(torch.float64)
    assert net.parameters_by_name()["fc.bias"].dtype is torch.float64


def test_gradients_of_parameters(make: Make) -> None:
    """Beside those of the arguments; ``.grad`` stays untouched."""
    net = make(MODULE).Net(2)
    net.set_parameters({"fc.weight": torch.tensor([[1.0, 2.0]]), "fc.bias": torch.zeros(1)})
    (gx,), named = net.encode.grad(torch.ones(1, 2), wrt=(0,), select=0, parameters=True)
    assert_close(gx, torch.tensor([[2.0, 4.0]]))
    assert_close(named["fc.bias"], torch.tensor([2.0]))
    assert net.gradients_by_name() == {"fc.weight": None, "fc.bias": None}


def test_optimizers_loaders_generators_and_toys(make: Make) -> None:
    """What checks hand to training loops."""
    candidate = make(MODULE + "\ndef draw(generator):\n    return torch.rand(2, generator=generator)\n")
    net = candidate.Net(2)
    net.set_parameters({"fc.weight": torch.zeros(1, 2), "fc.bias": torch.zeros(1)})
    loader = candidate.loader(torch.ones(4, 2), torch.zeros(4), batch_size=3)
    assert candidate.step(net, candidate.optimizer("SGD", net, lr=0.1), loader) == 2
    assert_close(net.parameters_by_name()["fc.bias"], torch.tensor([-0.4]))
    assert_close(candidate.draw(candidate.generator(5)), torch.rand(2, generator=torch.Generator().manual_seed(5)))
    with pytest.raises(CandidateError, match="no toy"):
        candidate.toy("Nothing")


def test_functions_of_the_check_are_called_by_the_student(make: Make) -> None:
    """The check sees every call's arguments; edits of them do not come back; errors arrive where the call was."""
    candidate = make(
        "def f(g, x):\n    y = g(x, scale=3)\n    x += 100\n    return y\n"
        "def h(g):\n    try:\n        return g()\n    except TypeError as error:\n        return 'caught'\n"
    )
    calls: list[Tensor] = []

    def g(x: Tensor, scale: int) -> Tensor:
        calls.append(x)
        return scale * x

    assert_close(candidate.f(g, torch.ones(2)), torch.full((2,), 3.0))
    assert_close(calls[0], torch.ones(2))
    assert candidate.h(g) == "caught"


@pytest.mark.parametrize("order", [1, 2, 3])
def test_functions_of_the_check_are_differentiable_to_any_order(make: Make, order: int) -> None:
    """``torch.autograd.grad(…, create_graph=True)`` through them, as a gradient penalty does."""
    candidate = make(
        "def f(g, x, order):\n"
        "    x = x.detach().requires_grad_()\n"
        "    y = g(x)\n"
        "    for _ in range(order):\n"
        "        y = torch.autograd.grad(y.sum(), x, create_graph=True)[0]\n"
        "    return y\n"
    )
    x = torch.tensor([0.3, -1.2], dtype=torch.float64)
    truth = {1: 4 * x**3, 2: 12 * x**2, 3: 24 * x}[order]
    assert_close(candidate.f(lambda value: value**4, x, order), truth)


def test_gradients_pass_through_functions_with_several_inputs_and_outputs(make: Make) -> None:
    """Also where one of them is not used."""
    candidate = make("def f(g, a, b):\n    p, q = g(a, b)\n    return p * q\n")
    ga, gb = candidate.f.grad(lambda a, b: (a * b, b**2), torch.tensor([2.0]), torch.tensor([3.0]), wrt=(1, 2))
    assert_close(ga, torch.tensor([27.0]))
    assert_close(gb, torch.tensor([54.0]))


def test_objects_made_of_functions(make: Make) -> None:
    """Methods and calls are the check's."""
    candidate = make("def f(model, x):\n    return model.encode(x) + model(x)\n")
    model = candidate.object(encode=lambda x: 2 * x, call=lambda x: 10 * x)
    assert_close(candidate.f(model, torch.ones(2)), torch.full((2,), 12.0))


def test_siblings(make: Make) -> None:
    """Other files of the same submission."""
    assert make("x = 1", other="def f():\n    return 4\n").module("other").f() == 4
