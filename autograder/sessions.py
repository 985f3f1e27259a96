"""How requests reach a submission: over the wire to a locked worker, or directly in this process."""

from __future__ import annotations

import contextlib
import os
import select
import struct
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from autograder.bounds import Overtime, bounded_memory, bounded_time
from autograder.callback_graph import CallbackGraph, CallbackRefused
from autograder.sandbox import wire, wire_tensors  # noqa: F401  (tensors are to cross)
from autograder.sandbox.failures import MAX_TEXT
from autograder.sandbox.modules import ModuleSpace
from autograder.sandbox.wire import Handle, WireError
from autograder.sandbox.workbench import Workbench

if TYPE_CHECKING:
    from autograder.sandbox.launcher import Worker

_LENGTH = struct.Struct(">I")
MAX_OUTPUT = 16 * 2**20
"""Bytes that a worker may print before it is stopped."""
_AT_ONCE = 1 << 16
"""Bytes to ask the socket for: most answers are shorter and come whole."""
MAX_CALLBACKS = 20_000
"""Callback evaluations that one batch of requests may ask for."""


class WorkerLost(Exception):
    """The worker is of no further use: it died, ran out of time, flooded its output or broke the protocol.

    ``status`` is the status that the running check gets: ``timeout`` or ``crashed``.
    """

    def __init__(self, status: str, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


@dataclass
class _Pending:
    """A deadline for whatever is running now."""

    at: float

    def left(self) -> float:
        return self.at - time.monotonic()


class RemoteSession:
    """Requests to one locked worker.

    A single request may be a batch: many calls in one frame, which is what makes property checks fast.
    """

    interleaves = True
    """Whether running many checks at once pays: only where a request has to travel."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._sequence = 0
        self._graph = CallbackGraph()
        self._printed = 0
        self._seed: list[dict[str, Any]] = []
        self._deadline = _Pending(time.monotonic() + 30)
        self.lost: WorkerLost | None = None
        os.set_blocking(worker.output_fd, False)
        worker.socket.setblocking(False)
        self._received = bytearray()
        self._poll = select.poll()
        self._poll.register(worker.socket, select.POLLIN)
        self._poll.register(worker.output_fd, select.POLLIN)

    def limit(self, seconds: float) -> None:
        """Allow ``seconds`` from now for all requests until the next call of this method."""
        self._deadline = _Pending(time.monotonic() + seconds)

    def request(self, operation: dict[str, Any]) -> list:
        """Carry out one operation; a seed travels with the one that follows it."""
        if operation["op"] == "seed":
            self._seed = [operation]
            return ["ok", None]
        return self.batch([operation])[0]

    def batch(self, operations: Sequence[dict[str, Any]]) -> list[list]:
        """Carry out several operations in order, in one frame; one failing does not stop the others."""
        if self.lost is not None:
            raise self.lost
        try:
            before, self._seed = self._seed, []
            replies = self._exchange([*before, *operations])
            return replies[len(before) :]
        except WorkerLost as lost:
            self.close(lost)
            raise

    def close(self, lost: WorkerLost | None = None) -> None:
        """Kill the worker; later requests raise :class:`WorkerLost`."""
        if self.lost is None:
            self.lost = lost or WorkerLost("crashed", "the worker was closed")
            self._worker.kill()

    def _exchange(self, operations: list[dict[str, Any]]) -> list[list]:
        self._sequence += 1
        self._graph.start_batch()
        self._send(["batch", operations])
        for _ in range(MAX_CALLBACKS):
            kind, body = self._receive()
            if kind == "reply":
                return _checked_complaints(_checked_replies(body, len(operations)), operations)
            try:
                # The function is the grader's, but its arguments are the submission's.
                with bounded_memory(), bounded_time(self._deadline.left()):
                    answer = self._graph.answer(kind, body)
            except CallbackRefused as refused:
                raise WorkerLost("crashed", str(refused)) from None
            except Overtime:
                raise WorkerLost("timeout", "the time limit was exceeded") from None
            self._send(answer)
        raise WorkerLost("crashed", "the submission called the grader's functions too often")

    # -- frames --------------------------------------------------------------------------------------------

    def _send(self, message: list) -> None:
        try:
            data = wire.encode([self._sequence, *message], lend=self._graph.register)
        except wire.EncodeError:
            # Submissions are bounded and checks are small: only a callback's value can be too large.
            raise WorkerLost("crashed", "the submission asked the grader's functions for too much") from None
        frame = memoryview(_LENGTH.pack(len(data)) + data)
        while True:
            try:
                frame = frame[self._worker.socket.send(frame) :]
            except BlockingIOError:
                pass
            except OSError:
                raise self._died() from None
            if not frame:
                return
            self._wait(select.POLLOUT)

    def _receive(self) -> tuple[str, Any]:
        (length,) = _LENGTH.unpack(self._exactly(_LENGTH.size))
        if length > wire.MAX_FRAME:
            raise WorkerLost("crashed", "the worker announced an impossibly large answer")
        try:
            message = wire.decode(self._exactly(length))
        except WireError as error:
            raise WorkerLost("crashed", f"the worker sent a malformed answer ({error})") from None
        if type(message) is not list or len(message) != 3 or message[0] != self._sequence or type(message[1]) is not str:
            raise WorkerLost("crashed", "the worker answered out of turn")
        return message[1], message[2]

    def _exactly(self, number: int) -> bytes:
        """The next so many bytes; what comes with them is kept for the next call."""
        while len(self._received) < number:
            self._wait(select.POLLIN)
            with contextlib.suppress(BlockingIOError):
                try:
                    part = self._worker.socket.recv(max(_AT_ONCE, min(number - len(self._received), 1 << 20)))
                except OSError:
                    raise self._died() from None
                if not part:
                    raise self._died()
                self._received += part
        taken = bytes(memoryview(self._received)[:number])
        del self._received[:number]
        return taken

    def _wait(self, event: int) -> None:
        """Wait until the socket is ready, draining what the submission prints; the deadline is the check's."""
        connection = self._worker.socket.fileno()
        self._poll.modify(connection, event)
        while True:
            left = self._deadline.left()
            if left <= 0:
                raise WorkerLost("timeout", "the time limit was exceeded")
            for descriptor, _ in self._poll.poll(left * 1000 + 1):
                if descriptor == connection:
                    return
                if not self._drain():
                    self._poll.unregister(self._worker.output_fd)

    def _drain(self) -> bool:
        try:
            chunk = os.read(self._worker.output_fd, 1 << 16)
        except BlockingIOError:
            return True
        except OSError:
            return False
        self._printed += len(chunk)
        if self._printed > MAX_OUTPUT:
            raise WorkerLost("crashed", "the submission printed more than 16 MB")
        return bool(chunk)

    def _died(self) -> WorkerLost:
        return WorkerLost("crashed", f"the process running the submission {_ending(self._worker.exit_reason())}")


def _ending(reason: str) -> str:
    """Say how a worker ended without the number: an exit status could carry a byte of a hidden input."""
    if "SIGSEGV" in reason or "SIGABRT" in reason:
        return "crashed"
    return "was killed, perhaps for lack of memory" if "SIGKILL" in reason else "ended by itself"


def _checked_replies(body: object, number: int) -> list[list]:
    """Check the outer form of the replies; their values are judged by the checks."""
    if type(body) is not list or len(body) != number:
        raise WorkerLost("crashed", "the worker sent an answer of the wrong form")
    for reply in body:
        # Text of errors ends up in results; an honest worker has cut it already.
        good = type(reply) is list and (
            (len(reply) == 2 and reply[0] == "ok")
            or (len(reply) == 5 and reply[0] == "error" and all(map(_is_short_text, reply)))
        )
        if not good:
            raise WorkerLost("crashed", "the worker sent an answer of the wrong form")
    return body


def _checked_complaints(replies: list[list], operations: list[dict[str, Any]]) -> list[list]:
    """Check what loading a file complained about: it stands in the result, beside every exercise of the file."""
    for reply, operation in zip(replies, operations, strict=True):
        if operation["op"] == "import" and reply[0] == "ok":
            said = reply[1]
            if type(said) is not list or len(said) > 20 or not all(map(_is_short_text, said)):
                raise WorkerLost("crashed", "the worker sent an answer of the wrong form")
    return replies


def _is_short_text(value: object) -> bool:
    return type(value) is str and len(value) <= MAX_TEXT


class LocalSession:
    """Requests to modules in this process: references, stubs, variants, a student's own ``pytest`` run."""

    def __init__(self, space: ModuleSpace) -> None:
        self.bench = Workbench(_no_invoke, space=space)

    def limit(self, seconds: float) -> None:
        """Time limits need a process of their own; here there are none."""

    def request(self, operation: dict[str, Any]) -> list:
        """Carry out one operation on copies of its arguments."""
        return self.bench.perform({key: _isolated(value) for key, value in operation.items()})

    def batch(self, operations: Sequence[dict[str, Any]]) -> list[list]:
        """Carry out several operations in order."""
        return [self.request(operation) for operation in operations]

    def close(self) -> None:
        """Nothing to close."""


def _no_invoke(*details: object) -> Any:
    raise AssertionError("local sessions call functions directly")


def _isolated(value: Any) -> Any:
    """Copy tensors and arrays, so that in-place edits stay on the student's side as they do over the wire."""
    kind = type(value)
    if kind is torch.Tensor:
        return value.detach().clone().requires_grad_(value.requires_grad)
    if kind is np.ndarray:
        return value.copy()
    if kind in (list, tuple):
        return kind(_isolated(item) for item in value)
    if kind is dict:
        return {key: _isolated(item) for key, item in value.items()}
    if callable(value) and kind not in (torch.dtype, Handle):
        return _on_copies(value)
    return value


def _on_copies(function: Callable[..., Any]) -> Callable[..., Any]:
    """Call ``function`` with copies that stay attached to the autograd graph."""

    def copy(value: Any) -> Any:
        return value.clone() if isinstance(value, torch.Tensor) else value

    def call(*args: Any, **kwargs: Any) -> Any:
        return function(*map(copy, args), **{name: copy(value) for name, value in kwargs.items()})

    return call
