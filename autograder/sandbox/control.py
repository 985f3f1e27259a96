"""Messages between the grader and its zygote: JSON with descriptors, one message per packet."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Sequence
from typing import Any

_LARGEST = 60_000

Message = dict[str, Any]


def pair() -> tuple[socket.socket, socket.socket]:
    """Return the two ends of a control channel; packets keep message borders."""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


def send(channel: socket.socket, message: Message, descriptors: Sequence[int] = ()) -> None:
    """Send one message; OSError if the other side is gone."""
    data = json.dumps(message).encode()[:_LARGEST]
    socket.send_fds(channel, [data], list(descriptors))


def receive(channel: socket.socket) -> tuple[Message, list[int]] | None:
    """Return the next message and its descriptors, None when the other side has hung up.

    Raises:
        TimeoutError: if the channel has a timeout and it passes.
    """
    try:
        data, descriptors, _flags, _address = socket.recv_fds(channel, _LARGEST, 4)
    except ConnectionError:
        return None
    if not data:
        return None
    for descriptor in descriptors:
        os.set_inheritable(descriptor, False)
    return json.loads(data), descriptors
