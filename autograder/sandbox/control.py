"""Messages between the grader and its zygote, and a worker's first word: all JSON.

Control messages carry descriptors and travel one per packet. The report of a worker's self-test is the first frame on
its data socket.
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Sequence
from typing import Any

from autograder.wire.frames import FrameReader, framed

_LARGEST = 60_000

Message = dict[str, Any]


def pair() -> tuple[socket.socket, socket.socket]:
    """Return the two ends of a control channel; packets keep message borders."""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


def send(channel: socket.socket, message: Message, descriptors: Sequence[int] = (), wait: bool = True) -> None:
    """Send one message; BlockingIOError if it may not `wait` for room, OSError if the other side is gone."""
    data = json.dumps(message).encode()
    socket.send_fds(channel, [data], list(descriptors), 0 if wait else socket.MSG_DONTWAIT)


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


def send_report(data: socket.socket, report: Message) -> None:
    """Send a worker's report as the first frame of its data socket."""
    text = json.dumps(report).encode()
    data.sendall(framed(text))


def receive_report(data: socket.socket) -> Message:
    """Read a worker's report.

    Raises:
        EOFError: if the worker ended before it was complete.
        ValueError: if it is not a report.
        TimeoutError: if the socket has a timeout and it passes.
    """

    def receive(most: int) -> bytes:
        part = data.recv(most)
        if not part:
            raise EOFError("the worker hung up")
        return part

    # Not a byte more than the report: what follows are answers, which another reads.
    report = json.loads(FrameReader(receive).frame(_LARGEST))
    if not isinstance(report, dict):
        raise ValueError("a report that is no mapping")
    return report
