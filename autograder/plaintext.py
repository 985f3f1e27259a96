"""Other people's text, made safe to print: no control characters, no direction tricks, no endless lines.

Escaping for a medium (HTML, XML, CSV) comes on top of this and is done where that medium is written.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

NAME_LIMIT = 80
LINE_LIMIT = 300
MESSAGE_LIMIT = 3000

_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Control, format (direction marks, zero width), surrogate, private, unassigned; line and paragraph separators.

Spaces of all widths stay: they stand in ordinary names.
"""
_JOINERS = frozenset("\u200c\u200d")
"""Of format, but families of emoji and names in Persian and Hindi are written with them."""
_FILLERS = frozenset("\u115f\u1160\u3164\uffa0")
"""Letters by category that show nothing."""


def printable(text: str, keep: str = "\n") -> str:
    r"""The text with every character spelled out that acts instead of showing: ``"\x1b"`` becomes the characters ``\x1b``.

    These are control characters (except those in ``keep``), direction overrides, invisible blanks, lone
    surrogates and what has no character assigned. Doing it twice changes nothing.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(char if char in keep or not _acts(char) else _spelled(char) for char in text)


def one_line(text: str, limit: int = LINE_LIMIT) -> str:
    """The text on one line, runs of blanks as one, at most about ``limit`` characters."""
    return cut(printable(" ".join(text.split())), limit)


def cut(text: str, limit: int = MESSAGE_LIMIT) -> str:
    """The beginning of the text, saying how much was left out."""
    if len(text) <= limit:
        return text
    return f"{text[:limit].rstrip()} … ({len(text) - limit} more characters)"


def short_name(student: str) -> str:
    """A student's name for headings and tables; long ones lose their middle, so that endings still differ."""
    name = printable(" ".join(student.split())) or "(no name)"
    if len(name) <= NAME_LIMIT:
        return name
    return f"{name[: NAME_LIMIT - 21]}…{name[-20:]}"


def shown(text: str, length: int = 80) -> str:
    """The text for use in a message: printable characters only, cut in the middle to `length` characters."""
    if len(text) > 2 * length:  # its middle is cut out in any case
        text = text[:length] + text[-length:]
    text = printable(text, keep="")
    if len(text) <= length:
        return text
    head = (length - 1) // 2
    return f"{text[:head]}…{text[-(length - 1 - head) :]}"


def listed(names: Sequence[str], most: int = 5) -> str:
    """The first `most` of `names` as a harmless enumeration."""
    text = ", ".join(shown(name, 40) for name in names[:most])
    return f"{text} and {len(names) - most} more" if len(names) > most else text


def points(value: float) -> str:
    """Points as people write them: ``4``, ``37.5``, ``0.25``."""
    return f"{value:.2f}".rstrip("0").rstrip(".") if value else "0"


def spoken(identifier: str) -> str:
    """``logvar_read_as_std`` as words: ``logvar read as std``."""
    return one_line(identifier.replace("_", " "), 120)


def _acts(char: str) -> bool:
    return char in _FILLERS or (unicodedata.category(char) in _INVISIBLE and char not in _JOINERS)


def _spelled(char: str) -> str:
    code = ord(char)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
