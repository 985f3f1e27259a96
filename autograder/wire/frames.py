"""Frames on a stream of bytes: four bytes of length, big endian, then the data."""

from __future__ import annotations

import struct
from collections.abc import Callable

LENGTH = struct.Struct(">I")
AT_ONCE = 1 << 16
"""Bytes to ask a socket for: most frames are shorter and come whole."""
_MOST_AT_ONCE = 1 << 20

Receive = Callable[[int], bytes]
"""Returns at least one byte and at most so many; raises when there will be no more."""


class FrameTooLarge(ValueError):
    """A frame was announced that is larger than its reader allows; nothing was allocated for it."""


def framed(data: bytes) -> bytes:
    """Return ``data`` with its length before it."""
    return LENGTH.pack(len(data)) + data


class FrameReader:
    """Frames out of what ``receive`` brings, which may come in pieces of any size.

    With ``ahead`` so many bytes are asked for at once and kept for the next frame; without, nothing is taken that does
    not belong to the frame: somebody else reads on.
    """

    def __init__(self, receive: Receive, ahead: int = 0) -> None:
        self._receive = receive
        self._ahead = ahead
        self._received = bytearray()

    def frame(self, largest: int | None = None) -> bytes:
        """The data of the next frame.

        Raises:
            FrameTooLarge: if it is announced with more than ``largest`` bytes.
        """
        (length,) = LENGTH.unpack(self.exactly(LENGTH.size))
        if largest is not None and length > largest:
            raise FrameTooLarge(f"a frame of {length} bytes")
        return self.exactly(length)

    def exactly(self, number: int) -> bytes:
        """The next so many bytes; what comes with them is kept for the next call."""
        while (missing := number - len(self._received)) > 0:
            self._received += self._receive(max(self._ahead, min(missing, _MOST_AT_ONCE)))
        taken = bytes(memoryview(self._received)[:number])
        del self._received[:number]
        return taken

    def forget(self) -> None:
        """Let go of what was read ahead."""
        self._received = bytearray()
