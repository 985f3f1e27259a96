"""What a zygote knows about one of its workers."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass, field


@dataclass
class Child:
    """A forked worker, and the ends of its channels that the grader will get."""

    serial: int
    pid: int
    pidfd: int
    cpu_seconds: int
    channels: list[int] = field(default_factory=list)
    owner: socket.socket | None = None
    """The control channel of the grader that has it; None while it is spare."""

    def close_channels(self) -> None:
        """Close the grader's ends that this process still holds."""
        while self.channels:
            os.close(self.channels.pop())
