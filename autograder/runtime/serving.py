"""The only program that runs beside student code: it serves the grader's requests, and decides nothing.

A worker is forked from the warm zygote, locked, and told what to run. It holds no check, no expected value and no
reference; whatever it answers is data that the grader judges.
"""

from __future__ import annotations

import os
import socket
import sys
from typing import Any, NoReturn

from autograder.runtime.quiet import hush
from autograder.runtime.torch_operations import TorchOperations
from autograder.wire import codec
from autograder.wire.frames import AT_ONCE, FrameReader, framed

_EXIT_CLOSED = 70
"""Exit status when the grader hangs up."""
REPLY_LIMIT = codec.MAX_FRAME - 2**16
"""Of one answer; a state dict of the largest network that a training task takes fits in. The frame around it needs the rest."""


class Connection:
    """Frames over a socket, from the worker's side."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._sequence = 0
        self._frames = FrameReader(self._more, AT_ONCE)

    def read(self) -> list[Any]:
        """Read one frame from the grader; the process ends when the grader has hung up."""
        message: list[Any] = codec.decode(self._frames.frame(), trusted=True)
        return message

    def write(self, message: list[Any]) -> None:
        """Send one frame."""
        data = codec.encode(message, REPLY_LIMIT + 4096)
        self._connection.sendall(framed(data))

    def invoke(self, kind: str, *details: object) -> Any:
        """Ask the grader to evaluate one of its functions."""
        self.write([self._sequence, kind, list(details)])
        _, status, value = self.read()
        if status == "raise":
            name, message = value
            raise {"TypeError": TypeError, "ValueError": ValueError}.get(name, RuntimeError)(message)
        return value

    def answer_with(self, bench: TorchOperations) -> NoReturn:
        """Carry out requests until the grader hangs up."""
        while True:
            self._sequence, _, operations = self.read()
            replies = [bench.perform(operation) for operation in operations]
            try:
                self.write([self._sequence, "reply", replies])
            except codec.EncodeError:
                self.write([self._sequence, "reply", [encodable(reply) for reply in replies]])

    def _more(self, most: int) -> bytes:
        part = self._connection.recv(most)
        if not part:
            os._exit(_EXIT_CLOSED)
        return part


def serve(connection: socket.socket) -> NoReturn:
    """Answer requests until the grader hangs up; never returns."""
    hush()
    sys.argv = ["submission"]
    connection.settimeout(None)
    line = Connection(connection)
    line.answer_with(TorchOperations(line.invoke, fresh_process=True))


def encodable(reply: list[Any]) -> list[Any]:
    """Return ``reply``, or the reason why it cannot be sent."""
    try:
        codec.encode(reply, REPLY_LIMIT)
    except codec.EncodeError as error:
        return ["error", "EncodeError", str(error), "", ""]
    return reply
