"""Python sources in whatever encoding they come, as text that is safe to store as UTF-8."""

from __future__ import annotations

import codecs
import re

# PEP 263: a comment in one of the first two lines; the first must hold nothing else.
_COOKIE = re.compile(rb"^([ \t\f]*#.*?coding[:=][ \t]*)([-_.a-zA-Z0-9]+)")
_BLANK = re.compile(rb"^[ \t\f]*(#.*)?$")
# Character sets only: `idna` or `unicode_escape` are codecs too, but no one's editor writes them.
_CHARACTER_SETS = re.compile(
    r"utf[-_]?8([-_]sig)?|u8|(us[-_]?)?ascii|646|latin.*|l\d+|iso[-_]?8859.*|cp[-_]?\d+|windows[-_]\d+"
    r"|koi8.*|mac.*|gb.*|hz.*|big5.*|euc.*|s(hift)?[-_]?jis.*|cp932|ms\d+|johab|iso2022.*|tis.*"
)
_MARKS = (  # the longer ones first: UTF-32's begins with UTF-16's
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def decode_source(data: bytes) -> tuple[str, list[str]]:
    r"""Return the text of a Python file with ``\n`` line ends, and what had to be repaired.

    A byte order mark goes; an encoding declaration is obeyed and rewritten, because the text is stored as
    UTF-8; bytes that are no UTF-8 are read as Windows-1252 or Latin-1. Never fails.
    """
    text, repairs = _decoded(data)
    return text.replace("\r\n", "\n").replace("\r", "\n"), repairs


def _decoded(data: bytes) -> tuple[str, list[str]]:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _marked(data, mark, encoding)
    data, declared = _without_cookie(data)
    if declared is not None and (text := _decoded_as(data, declared)) is not None:
        return text, []
    text, encoding = _guessed(data)
    if declared is not None:
        return text, [f"its encoding declaration does not hold; read as {encoding}"]
    return text, [] if encoding == "UTF-8" else [f"is not UTF-8; read as {encoding}"]


def _marked(data: bytes, mark: bytes, encoding: str) -> tuple[str, list[str]]:
    """Decode data that begin with a byte order mark, which counts more than any declaration."""
    if encoding == "utf-8":
        return _guessed(_without_cookie(data[len(mark) :])[0])[0], []
    text = data.decode(encoding, errors="replace")
    return _without_cookie(text.encode())[0].decode(), [f"read as {encoding.upper()}; save it as UTF-8"]


def _guessed(data: bytes) -> tuple[str, str]:
    for encoding in ("UTF-8", "Windows-1252"):
        try:
            return data.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1"), "Latin-1"


def _decoded_as(data: bytes, encoding: str) -> str | None:
    if not _CHARACTER_SETS.fullmatch(encoding.lower()):
        return None
    try:
        text = data.decode(encoding)
    except (LookupError, ValueError):
        return None
    return text if "coding" in text else None  # not so in EBCDIC, which no source can declare


def _without_cookie(data: bytes) -> tuple[bytes, str | None]:
    """Replace the encoding declaration by UTF-8's; return the data and the declared encoding."""
    start = 0
    for _ in range(2):
        line = re.compile(rb"[^\r\n]*").match(data, start)
        assert line is not None, "matches the empty line too"
        if cookie := _COOKIE.match(line.group()):
            first, last = start + cookie.start(2), start + cookie.end(2)
            return data[:first] + b"utf-8" + data[last:], cookie.group(2).decode("ascii")
        if not _BLANK.match(line.group()):
            break
        end = re.compile(rb"\r\n|\r|\n").match(data, line.end())
        if end is None:
            break
        start = end.end()
    return data, None
