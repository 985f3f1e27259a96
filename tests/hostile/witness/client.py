"""A simple-minded reader of a worker's frames: it takes what comes, answers what it is asked, and has no limits."""

from __future__ import annotations

import os
import socket
import struct
from collections.abc import Callable
from typing import Any

import msgpack
import torch

from autograder.runtime.serving import serve
from autograder.wire import codec
from autograder.wire.arrays import ARRAY, SCALAR, decode_array
from autograder.wire.tensors import TENSOR, decode_tensor
from hostile.attacks.attack import Attack
from hostile.witness.record import Record

_LENGTH = struct.Struct(">I")
_ENDLESS = 2**32 - 1
_TUPLE, _HANDLE, _CALLBACK = codec._TUPLE, codec._HANDLE, codec._CALLBACK
Functions = list[Callable[..., Any]]
Nodes = list[tuple[list[torch.Tensor], list[torch.Tensor]]]


def denoise(x: torch.Tensor, t: torch.Tensor, y: object = None) -> torch.Tensor:
    """A function of the grader's that a submission may call."""
    return x * 0.5 + t.to(x.dtype).view(-1, *[1] * (x.ndim - 1)) * 0.1


def request_for(attack: Attack) -> dict[str, Any]:
    """One call of the attacked function."""
    if attack.assignment == "diffusion":
        args: list[Any] = [denoise, [2, 3], torch.linspace(0.9, 0.1, 8), 3]
    else:
        generator = torch.Generator().manual_seed(5)
        args = [torch.randn(3, 2, generator=generator) for _ in range(2)]
    return {"op": "call", "target": ["module", attack.module, attack.function], "args": args, "kwargs": {}}


def read_in_the_open(attack: Attack, files: dict[str, bytes], record: Record) -> None:
    """Run a worker without walls and note what a reader of its frames takes for the answer."""
    ours, theirs = socket.socketpair()
    if os.fork() == 0:
        ours.close()
        os.dup2(theirs.detach(), 3)
        try:
            serve(socket.socket(fileno=3))
        finally:
            os._exit(1)
    theirs.close()
    load = {"op": "load", "files": files, "expected": [attack.module], "definitions_only": False, "compiled": {}, "seed": 0}
    operations = [load, {"op": "import", "module": attack.module, "seed": 0}, request_for(attack)]
    reader = _Reader(ours, polite="takes" in attack.witness)
    try:
        for number, operation in enumerate(operations, 1):
            reader.send([number, "batch", [operation]])
            _, kind, body = reader.answer(number)
        record.seen = f"{kind} {body!r}"[:600]
    except MemoryError as error:
        record.ended, record.error = "swells", repr(error)
    except BaseException as error:
        record.ended, record.error = "raises", f"{type(error).__name__}: {str(error)[:150]}"
        if "alloc" in record.error:
            record.ended = "swells"


class _Reader:
    """Takes what comes, answers what it is asked."""

    def __init__(self, connection: socket.socket, polite: bool) -> None:
        self._connection = connection
        self._polite = polite
        """Whether what its functions raise goes back, with everything that it says; otherwise it ends the reader."""
        self._functions: Functions = []
        self._nodes: Nodes = []

    def send(self, message: list) -> None:
        """Send a frame, with functions by number."""
        data = codec.encode(message, lend=self._lend)
        self._connection.sendall(_LENGTH.pack(len(data)) + data)

    def _lend(self, function: Callable[..., Any]) -> codec.CallbackRef:
        self._functions.append(function)
        return codec.CallbackRef(len(self._functions) - 1, "callback")

    def answer(self, number: int) -> list:
        """The first message that is no question."""
        while True:
            message: list = _unpacked(self._exactly(*_LENGTH.unpack(self._exactly(4))))
            if message[1] not in ("callback", "vjp"):
                return message
            try:
                self.send([number, "value", self._called(message[1], message[2])])
            except TypeError as error:
                if not self._polite:
                    raise
                self.send([number, "raise", ["TypeError", f"{error} in {denoise.__code__.co_filename}"]])

    def _called(self, kind: str, body: list) -> list:
        if kind == "callback":
            which, pattern, tensors, graph = body
            inputs = [one.detach().clone().requires_grad_(bool(graph) and one.is_floating_point()) for one in tensors]
            args, kwargs = (_filled(part, inputs) for part in pattern)
            outputs = [self._functions[which](*args, **kwargs)]
        else:
            inputs, given = self._nodes[body[0]]
            weights = [one.clone().requires_grad_() for one in body[1]]
            wanted = [one for one in inputs if one.requires_grad]
            outputs = list(torch.autograd.grad(given, wanted, weights, create_graph=True, materialize_grads=True))
            inputs = [*wanted, *weights]
        self._nodes.append((inputs, outputs))
        return [len(self._nodes) - 1, [one.detach() for one in outputs], kind == "callback"]

    def _exactly(self, number: int) -> bytes:
        taken = bytearray()
        while len(taken) < number:
            part = self._connection.recv(min(1 << 20, number - len(taken)))
            if not part:
                raise EOFError("the worker is gone")
            taken += part
        return bytes(taken)


def _filled(pattern: Any, tensors: list[torch.Tensor]) -> Any:
    if isinstance(pattern, dict):
        return tensors[pattern["$"]] if "$" in pattern else {key: _filled(one, tensors) for key, one in pattern.items()}
    return type(pattern)(_filled(one, tensors) for one in pattern) if isinstance(pattern, list | tuple) else pattern


def _unpacked(data: bytes) -> Any:
    """Whatever the bytes say, however much it is."""
    return msgpack.unpackb(
        data, strict_map_key=False, ext_hook=_special, timestamp=0, max_ext_len=_ENDLESS, max_bin_len=_ENDLESS,
        max_str_len=_ENDLESS, max_array_len=_ENDLESS, max_map_len=_ENDLESS,
    )  # fmt: skip


def _special(code: int, payload: bytes) -> Any:
    if code == TENSOR:
        return decode_tensor(payload, True)
    if code == _TUPLE:
        return tuple(_unpacked(payload))
    if code == _HANDLE:
        return codec.Handle(*_unpacked(payload))
    if code == _CALLBACK:
        return codec.CallbackRef(*_unpacked(payload))
    if code in (ARRAY, SCALAR):
        return decode_array(payload, code)
    return code, payload
