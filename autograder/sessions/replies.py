"""The form of what a worker answers: looked at in one place, before anything reads it.

Which values each operation may be answered with stands beside its fields, in :mod:`autograder.wire.protocol`.
"""

from __future__ import annotations

from typing import Any

from autograder.wire.protocol import admitted, is_short_text


class MalformedReply(Exception):
    """The worker answered in a form that no honest one uses."""


def checked_replies(body: object, operations: list[dict[str, Any]]) -> list[list]:
    """The replies to `operations`, each ``["ok", value]`` or ``["error", …]``; what students' functions
    returned is judged by the checks.

    Raises:
        MalformedReply: for anything else.
    """
    if type(body) is not list or len(body) != len(operations):
        raise MalformedReply
    for reply, operation in zip(body, operations, strict=True):
        if not _is_reply(reply) or (reply[0] == "ok" and not admitted(operation, reply[1])):
            raise MalformedReply
    return body


def _is_reply(reply: object) -> bool:
    if type(reply) is not list or not reply:
        return False
    if reply[0] == "ok":
        return len(reply) == 2
    # Text of errors ends up in results; an honest worker has cut it already.
    return reply[0] == "error" and len(reply) == 5 and all(map(is_short_text, reply))


class WorkerLost(Exception):
    """The worker is of no further use: it died, ran out of time, flooded its output or broke the protocol.

    ``status`` is the status that the running check gets: ``timeout`` or ``crashed``. ``certain`` says that the submission's
    own doing ended it; what may be the machine's (a process that died, one that waited) is tried once more.
    """

    def __init__(self, status: str, reason: str, certain: bool = True) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.certain = certain


def _ending(reason: str) -> str:
    """Say how a worker ended without the number: an exit status could carry a byte of a hidden input."""
    if "SIGSEGV" in reason or "SIGABRT" in reason:
        return "crashed"
    return "was killed, perhaps for lack of memory" if "SIGKILL" in reason else "ended by itself"
