"""A worker's entry for the tests: it runs whatever Python it is sent, as the most hostile student could."""

from __future__ import annotations

import json
import socket
import struct
import sys
import types

_LENGTH = struct.Struct(">I")


def _exactly(data: socket.socket, count: int) -> bytes:
    """Read `count` bytes; end the process when the grader has hung up."""
    received = b""
    while len(received) < count:
        part = data.recv(count - len(received))
        if not part:
            sys.exit(0)
        received += part
    return received


def serve(data: socket.socket) -> None:
    """Run each received text; answer with its variable `result`, or with the exception."""
    module = types.ModuleType("__main__")
    sys.modules["__main__"] = module
    while True:
        source = _exactly(data, _LENGTH.unpack(_exactly(data, _LENGTH.size))[0]).decode()
        module.__dict__.pop("result", None)
        try:
            exec(compile(source, "<sent>", "exec"), module.__dict__)
            answer = {"result": module.__dict__.get("result")}
        except Exception as error:
            answer = {"error": type(error).__name__, "message": str(error)[:500]}
        text = json.dumps(answer, default=str).encode()
        data.sendall(_LENGTH.pack(len(text)) + text)
