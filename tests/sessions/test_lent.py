"""A class of the reference's that is lent to a worker, asked by a worker that says what it likes."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from autograder.sessions import lent as lending
from autograder.sessions.lent import LentClass


class Scale(nn.Module):
    """A layer with a parameter, a buffer that training moves, and something private."""

    def __init__(self, size: int = 2) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.full((size,), 2.0))
        self.register_buffer("seen", torch.zeros(()))

    def forward(self, x: Tensor) -> Tensor:
        """Multiply; in train mode, count."""
        if self.training:
            self.seen += 1
        return x * self.weight

    def _secret(self) -> str:
        return "the reference's own"


def _made(*args: Any) -> tuple[LentClass, dict[str, Tensor]]:
    """The lent class with one object, and the values that the worker has of it."""
    lent = LentClass(Scale)
    number, parameters, buffers, _, _ = lent(torch.get_rng_state(), "make", args, {})
    assert number == 0
    return lent, {**parameters, **buffers}


def _asked(lent: LentClass, number: Any, method: Any, values: Any, training: Any = False) -> Any:
    return lent(torch.get_rng_state(), "call", [number, method, values, training], (torch.ones(2),), {})[0]


@pytest.mark.parametrize("number", [-1, 1, True, False, 0.0, "0", None, [0], torch.tensor(0), 10**30])
def test_only_objects_that_were_made_are_asked(number: Any) -> None:
    """And none is reached from the end of the list, or through something that is like a number."""
    lent, values = _made()
    with pytest.raises((ValueError, TypeError)):
        _asked(lent, number, "forward", values)


@pytest.mark.parametrize(
    "method",
    ["_secret", "__init__", "__class__", "__reduce__", "apply", "to", "load_state_dict", "register_forward_hook", "extra_repr",
     "weight", "forward.__globals__", "", None, 0, ["forward"]],
)  # fmt: skip
def test_only_its_own_public_methods_are_called(method: Any) -> None:
    """Nothing that the library's base class can do, and nothing private."""
    lent, values = _made()
    with pytest.raises((ValueError, TypeError)):
        _asked(lent, 0, method, values)


@pytest.mark.parametrize(
    "values",
    [
        {"weight": torch.ones(3)},
        {"weight": "2"},
        {"weight": None},
        {"weight": torch.zeros(2, dtype=torch.int64), "forward": torch.zeros(1)},
        {"_secret": torch.zeros(1)},
        {"__class__": torch.zeros(1)},
        {"training": torch.ones(())},
        {"": torch.ones(())},
        {"weight.data": torch.ones(2)},
        {"a.b.c": torch.ones(2)},
        {3: torch.ones(2)},
        [],
        "weight",
        None,
    ],
)
def test_values_of_one_call_are_gone_with_it(values: Any) -> None:
    """Whatever a worker sends as parameters: the next call finds the object as it was, also after a call that failed."""
    lent, own = _made()
    with contextlib.suppress(Exception):
        _asked(lent, 0, "forward", values)
    inner = lent._made[0].inner
    assert type(inner) is Scale
    assert set(dict(inner.named_parameters())) == {"weight"}
    assert inner._secret() == "the reference's own"
    assert _asked(lent, 0, "forward", own).tolist() == [2.0, 2.0]


def test_training_moves_no_buffer_of_the_graders() -> None:
    """Buffers live in the worker: what a call does to them is not there in the next one."""
    lent, own = _made()
    for _ in range(3):
        _asked(lent, 0, "forward", own, training=True)
    assert lent._made[0].inner.seen.item() == 0
    assert _asked(lent, 0, "forward", own, training="yes").tolist() == [2.0, 2.0]
    assert not lent._made[0].inner.training, "only the truth itself switches to train mode"


def test_objects_are_counted_and_weighed(monkeypatch: pytest.MonkeyPatch) -> None:
    """So many of them, and so many numbers in all of them."""
    monkeypatch.setattr(lending, "MAX_MADE", 3)
    lent, _ = _made()
    lent(torch.get_rng_state(), "make", (), {})
    lent(torch.get_rng_state(), "make", (), {})
    with pytest.raises(RuntimeError, match="too many objects"):
        lent(torch.get_rng_state(), "make", (), {})
    monkeypatch.setattr(lending, "MAX_HELD", 10)
    with pytest.raises(RuntimeError, match="too large"):
        _made(11)


def test_a_refused_object_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is too large cannot be asked either, and is not held."""
    monkeypatch.setattr(lending, "MAX_HELD", 10)
    lent, own = _made(4)
    with pytest.raises(RuntimeError, match="too large"):
        lent(torch.get_rng_state(), "make", (11,), {})
    assert len(lent._made) == 1
    with pytest.raises(ValueError, match="no such object"):
        _asked(lent, 1, "forward", own)


@pytest.mark.parametrize("verb", ["call", "make", "_made", "__class__", "", None, 3])
def test_a_question_without_its_details_is_refused(verb: Any) -> None:
    """And leaves the class as it was."""
    lent, own = _made()
    with pytest.raises((ValueError, TypeError)):
        lent(torch.get_rng_state(), verb)
    assert len(lent._made) == 1
    assert _asked(lent, 0, "forward", own).tolist() == [2.0, 2.0]
