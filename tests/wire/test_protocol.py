"""The written protocol: it names what workers can do, no more and no less, and says which answers are honest ones."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest
import torch

from autograder.runtime.torch_operations import TorchOperations
from autograder.sandbox.zygote import rehearsal
from autograder.sessions.replies import MalformedReply, checked_replies
from autograder.wire import protocol
from autograder.wire.codec import Handle
from autograder.wire.protocol import REQUESTS, Request, Substitute, Wire


class _Noted(dict):
    """A request that notes which of its fields are read."""

    def __init__(self, wire: Wire) -> None:
        super().__init__(wire)
        self.read: set[str] = set()

    def __getitem__(self, key: str) -> Any:
        self.read.add(key)
        return super().__getitem__(key)

    def get(self, key: str, default: Any = None) -> Any:
        self.read.add(key)
        return super().get(key, default)


def _performed() -> Iterator[tuple[_Noted, list]]:
    """Every operation, carried out for a harmless submission by an honest worker, and what that answered."""
    bench = TorchOperations(rehearsal.evaluate, fresh_process=True)
    scripts = rehearsal.script(0)
    for wire in [wire for batch in scripts for wire in batch]:
        noted = _Noted(wire)
        yield noted, bench.perform(noted)
    noted = _Noted(Substitute(rehearsal.NAME, "divergence", lambda: 0).to_wire())
    yield noted, bench.perform(noted)


@pytest.fixture
def performed(import_state: object) -> list[tuple[_Noted, list]]:
    """What a worker made of every operation."""
    return list(_performed())


def _fields(kind: type[Request]) -> set[str]:
    return {field.name for field in dataclasses.fields(kind)}  # type: ignore[arg-type]


def test_every_operation_is_written_down_and_offered() -> None:
    """A handler for each request, a request for each handler, under one name."""
    offered = {name.removeprefix("_do_") for name in dir(TorchOperations) if name.startswith("_do_")}
    assert offered == set(REQUESTS)
    written = {kind for kind in vars(protocol).values() if isinstance(kind, type) and dataclasses.is_dataclass(kind)}
    assert written - {Handle} == set(REQUESTS.values())


def test_workers_read_the_fields_that_are_written_down(performed: list[tuple[_Noted, list]]) -> None:
    """No field that nobody reads, no field that is read but not written down."""
    read: dict[str, set[str]] = {}
    for noted, _ in performed:
        read.setdefault(noted["op"], set()).update(noted.read)
    assert {op: fields - {"op", "lane"} for op, fields in read.items()} == {op: _fields(kind) for op, kind in REQUESTS.items()}


def test_what_travels_is_a_plain_dict() -> None:
    """The name and the fields, as they are: nothing is copied on the way."""
    args = [torch.ones(2)]
    wire = protocol.Call(protocol.in_module("losses", "f"), args, {}).to_wire()
    assert type(wire) is dict
    assert wire == {"op": "call", "target": ["module", "losses", "f"], "args": args, "kwargs": {}}
    assert wire["args"] is args
    assert protocol.in_lane(wire, 3) == {**wire, "lane": 3}
    assert protocol.on_object(Handle(4), "__call__") == ["handle", 4, "__call__"]


def test_an_honest_worker_is_believed(performed: list[tuple[_Noted, list]]) -> None:
    """Whatever the worker's own program answers is admitted, for every operation."""
    operations = [dict(noted) for noted, _ in performed]
    assert {operation["op"] for operation in operations} == set(REQUESTS)
    assert checked_replies([reply for _, reply in performed], operations)


_T = torch.ones(2)
_OBSERVED = {"value": 1, "args": [1], "kwargs": {"k": 2}, "rng_used": False, "switched": False, "requires_grad": False}
_OBSERVE: Wire = {"op": "observe", "target": [], "args": [1], "kwargs": {"k": 2}}
_GRAD: Wire = {"op": "grad", "wrt": [0, "x"], "parameters": False}
_BOTH: Wire = {**_GRAD, "parameters": True}
_DISHONEST: list[tuple[Wire, Any]] = [
    *((_OBSERVE, value) for value in (None, [], {}, _OBSERVED["value"])),
    *((_OBSERVE, {key: value for key, value in _OBSERVED.items() if key != left_out}) for left_out in _OBSERVED),
    *(
        (_OBSERVE, {**_OBSERVED, key: value})
        for key, value in {
            "args": [], "kwargs": {}, "rng_used": 1, "requires_grad": None, "more": 1,
        }.items()
    ),
    (_OBSERVE, {**_OBSERVED, "args": 1}),
    (_OBSERVE, {**_OBSERVED, "kwargs": [("k", 2)]}),
    *((_GRAD, value) for value in (None, (), (_T,), (_T, _T, _T), [_T, _T], (_T, 1.0), ((_T, _T), {}))),
    *((_BOTH, value) for value in ((_T, _T), ((_T, _T),), ((_T,), {}), ((_T, _T), [_T]), ((_T, _T), {"w": 1}))),
    *(({"op": op}, value) for op in ("settle", "make") for value in (None, 0, ("handle", 0))),
    *(({"op": op}, value) for op in ("load", "seed", "substitute", "set_parameters", "load_state_of") for value in (0, "", [])),
    *(({"op": "named"}, value) for value in (None, Handle(0), [("w", _T)])),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "value"), _DISHONEST, ids=[f"{asked['op']}-{n}" for n, (asked, _) in enumerate(_DISHONEST)])
def test_an_answer_to_another_question_ends_the_worker(asked: Wire, value: Any) -> None:
    """Too short, of another kind, with a field missing: no well-behaved worker says this."""
    with pytest.raises(MalformedReply):
        checked_replies([["ok", value]], [asked])


@pytest.mark.parametrize(
    ("asked", "value"),
    [
        (_OBSERVE, _OBSERVED),
        (_OBSERVE, {**_OBSERVED, "args": (1,)}),
        (_GRAD, (None, _T)),
        (_BOTH, ((_T, None), {"w": _T, "b": None})),
        ({"op": "named"}, {"w": None}),
        *(({"op": op}, value) for op in ("call", "answer", "attribute") for value in (None, Handle(1), [1], _T)),
    ],
)
def test_what_may_be_answered(asked: Wire, value: Any) -> None:
    """What a student's function returned is for the checks to judge."""
    assert checked_replies([["ok", value]], [asked]) == [["ok", value]]
