"""What the workers of `channels.py` run: any program that they are sent. As a zygote's entry it leaves the walls alone."""

from __future__ import annotations

import json
import socket
import struct


def serve(connection: socket.socket) -> None:
    """Run programs until the grader hangs up; each answers with its variable `result`."""
    stream = connection.makefile("rwb")
    while header := stream.read(4):
        names: dict[str, object] = {}
        try:
            exec(stream.read(struct.unpack(">I", header)[0]).decode(), names)
            answer = {"result": names["result"]}
        except OSError as error:
            answer = {"result": f"refused: {error.strerror}"}
        data = json.dumps(answer).encode()
        stream.write(struct.pack(">I", len(data)) + data)
        stream.flush()
