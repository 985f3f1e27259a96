"""The outer form of what a worker answers: looked at in one place, before anything reads it."""

from __future__ import annotations

from typing import Any

from autograder.sandbox.failures import MAX_TEXT

MAX_COMPLAINTS = 20


class MalformedReply(Exception):
    """The worker answered in a form that no honest one uses."""


def checked_replies(body: object, operations: list[dict[str, Any]]) -> list[list]:
    """The replies to `operations`, each ``["ok", value]`` or ``["error", …]``; their values are judged by the checks.

    Raises:
        MalformedReply: for anything else.
    """
    if type(body) is not list or len(body) != len(operations):
        raise MalformedReply
    for reply, operation in zip(body, operations, strict=True):
        if not _is_reply(reply) or (operation["op"] == "import" and reply[0] == "ok" and not _are_complaints(reply[1])):
            raise MalformedReply
    return body


def _is_reply(reply: object) -> bool:
    if type(reply) is not list or not reply:
        return False
    if reply[0] == "ok":
        return len(reply) == 2
    # Text of errors ends up in results; an honest worker has cut it already.
    return reply[0] == "error" and len(reply) == 5 and all(map(_is_short_text, reply))


def _are_complaints(said: object) -> bool:
    """What loading a file complained about stands in the result, beside every exercise of the file."""
    return type(said) is list and len(said) <= MAX_COMPLAINTS and all(map(_is_short_text, said))


def _is_short_text(value: object) -> bool:
    return type(value) is str and len(value) <= MAX_TEXT
