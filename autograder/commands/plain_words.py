"""Commands whose help says in words what an option takes; newer releases of typer print the types of Python."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any

from typer.core import TyperCommand, TyperGroup

_WORDS = {
    "bool": "",  # a switch takes nothing
    "str": "TEXT",
    "int": "NUMBER",
    "float": "NUMBER",
    "path": "PATH",
    "Path": "PATH",
    "file": "FILE",
    "directory": "DIR",
}
_TYPE = re.compile(r"<(?:list\[)?(\w+)\]?(?: range)?>")


def in_words(shown: str) -> str:
    """Return what a user types, for a type as typer shows it; a choice stays, which lists its words.

    >>> in_words("<list[str]>"), in_words("<int range>"), in_words("<bool>"), in_words("<auto|cpu>")
    ('TEXT', 'NUMBER', '', '<auto|cpu>')
    """
    return _TYPE.sub(lambda match: _WORDS.get(match[1], match[0]), shown)


class _Plain:
    """What makes a help say so."""

    def get_params(self, ctx: Any) -> Any:
        """Return the options and arguments, ``--help`` included."""
        return [_plain(one) for one in super().get_params(ctx)]  # type: ignore[misc]


class PlainCommand(_Plain, TyperCommand):
    """A command with such a help."""


class PlainGroup(_Plain, TyperGroup):
    """A group of commands with such a help."""


def _plain(parameter: Any) -> Any:
    """Older releases have words of their own, and no such method."""
    shows = getattr(parameter, "display_type", None)
    if shows is not None and not isinstance(shows, partial):
        parameter.display_type = partial(_shown, shows)
    return parameter


def _shown(shows: Callable[..., Any], *given: Any, **named: Any) -> str:
    return in_words(str(shows(*given, **named)))
