"""The only program that runs beside student code: it serves the grader's requests, and decides nothing.

A worker is forked from the warm zygote, locked, and told what to run. It holds no check, no expected value
and no reference; whatever it answers is data that the grader judges.
"""

from __future__ import annotations

import logging
import os
import socket
import struct
import sys
from typing import Any, NoReturn

from autograder.sandbox import wire
from autograder.sandbox.rehearsal import hush
from autograder.sandbox.toys import toy_modules
from autograder.sandbox.workbench import Workbench

_LENGTH = struct.Struct(">I")
_EXIT_CLOSED = 70
"""Exit status when the grader hangs up."""

toy_modules()

REPLY_LIMIT = 32 * 2**20


class Line:
    """Frames over a socket, from the worker's side."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    def read(self) -> list:
        """Read one frame from the grader; the process ends when the grader has hung up."""
        (length,) = _LENGTH.unpack(self._exactly(_LENGTH.size))
        return wire.decode(self._exactly(length), trusted=True)

    def write(self, message: list) -> None:
        """Send one frame."""
        data = wire.encode(message, REPLY_LIMIT + 4096)
        self._connection.sendall(_LENGTH.pack(len(data)) + data)

    def _exactly(self, number: int) -> bytes:
        parts = []
        while number:
            part = self._connection.recv(min(number, 1 << 20))
            if not part:
                os._exit(_EXIT_CLOSED)
            parts.append(part)
            number -= len(part)
        return b"".join(parts)


def serve(connection: socket.socket) -> NoReturn:
    """Answer requests until the grader hangs up; never returns."""
    if logging.root.manager.disable < logging.WARNING:  # else rehearsed in the zygote
        hush()
    sys.argv = ["submission"]
    connection.settimeout(None)
    line = Line(connection)
    sequence = 0

    def invoke(kind: str, *details: object) -> Any:
        """Ask the grader to evaluate one of its functions."""
        line.write([sequence, kind, list(details)])
        _, status, value = line.read()
        if status == "raise":
            name, message = value
            raise {"TypeError": TypeError, "ValueError": ValueError}.get(name, RuntimeError)(message)
        return value

    bench = Workbench(invoke, fresh_process=True)
    while True:
        sequence, _, operations = line.read()
        replies = [bench.perform(operation) for operation in operations]
        try:
            line.write([sequence, "reply", replies])
        except wire.EncodeError:
            line.write([sequence, "reply", [encodable(reply) for reply in replies]])


def encodable(reply: list) -> list:
    """Return ``reply``, or the reason why it cannot be sent."""
    try:
        wire.encode(reply, REPLY_LIMIT)
    except wire.EncodeError as error:
        return ["error", "EncodeError", str(error), "", ""]
    return reply
