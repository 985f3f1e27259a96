"""Hands a command to the standby, if there is one; whatever is amiss, the command runs as if there were none."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import struct
import sys
from collections.abc import Iterator, Sequence

from autograder.standby.meeting import SERVED, SWITCH, fingerprint, is_private, peer_is_this_user, socket_path

_ANSWER_SECONDS = 2.0


def run_there(arguments: Sequence[str]) -> int | None:
    """Run a command in the standby, with this process's files, folder and environment.

    Returns:
        its exit code, or None where it has to run here: there is no standby, or it is not this package's.
    """
    if sys.platform != "linux" or not arguments or arguments[0] not in SERVED or os.environ.get(SWITCH) == "off":
        return None
    path = socket_path()
    if not path.exists() or not is_private(path.parent):
        return None
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(_ANSWER_SECONDS)
        connection.connect(str(path))
        if not peer_is_this_user(connection):
            return None
        _ask(connection, arguments)
        if connection.recv(1) != b"Y":
            return None
        connection.settimeout(None)
        return _wait(connection)
    return None


def _ask(connection: socket.socket, arguments: Sequence[str]) -> None:
    mask = os.umask(0)
    os.umask(mask)
    order = {
        "arguments": list(arguments), "folder": os.getcwd(), "environment": dict(os.environ), "mask": mask,
        "fingerprint": fingerprint(),
    }  # fmt: skip
    data = json.dumps(order).encode()
    socket.send_fds(connection, [struct.pack(">I", len(data))], [0, 1, 2])
    connection.sendall(data)


def _wait(connection: socket.socket) -> int:
    """The exit code; an interruption is handed on."""
    with _handing_on(connection):
        code = connection.recv(1)
    if not code:
        print("autograder: the standby has ended; everything finished so far is saved: run the same again", file=sys.stderr)
        return 3
    return code[0]


@contextlib.contextmanager
def _handing_on(connection: socket.socket) -> Iterator[None]:
    def interrupt(*_: object) -> None:
        with contextlib.suppress(OSError):
            connection.send(b"I")

    before = {number: signal.signal(number, interrupt) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
