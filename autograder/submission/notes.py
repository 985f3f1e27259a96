"""What the reader tells about a submission, with the student's own text made harmless."""

from __future__ import annotations

import unicodedata

_MOST_NOTES = 60
# Control, format (bidi marks, zero-width), surrogate, private, unassigned; line and paragraph separators.
# Spaces of all widths stay: they stand in ordinary names.
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


class Unreadable(Exception):
    """Nothing of the submission can be graded; the message is the one clear reason."""


class Skipped(Exception):
    """One file cannot be used; the message completes the sentence "ignored, it …"."""


def visible(text: str) -> str:
    """Return `text` with control, direction and other invisible characters written as ``<U+202E>``."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(f"<U+{ord(c):04X}>" if unicodedata.category(c) in _INVISIBLE else c for c in text)


def shown(text: str, length: int = 80) -> str:
    """Return `text` for use in a message: visible characters only, cut in the middle to `length` characters."""
    text = visible(text)
    if len(text) <= length:
        return text
    head = (length - 1) // 2
    return f"{text[:head]}…{text[-(length - 1 - head) :]}"


def listed(names: list[str], most: int = 5) -> str:
    """Return the first `most` of `names` as a harmless enumeration."""
    text = ", ".join(shown(name, 40) for name in names[:most])
    return f"{text} and {len(names) - most} more" if len(names) > most else text


class Notes:
    """Collects notes: each once, in order of appearance, and only so many."""

    def __init__(self) -> None:
        self._lines: dict[str, None] = {}
        self._left_out = 0

    def add(self, line: str) -> None:
        """Keep `line` unless it is already there."""
        if line in self._lines:
            return
        if len(self._lines) < _MOST_NOTES:
            self._lines[line] = None
        else:
            self._left_out += 1

    def ignored(self, path: str, reason: str) -> None:
        """Note that the file at `path` is not used."""
        self.add(f"{shown(path)}: ignored, {reason}")

    def lines(self) -> tuple[str, ...]:
        """Return the notes, the last one counting those left out."""
        rest = (f"… and {self._left_out} more notes like these",) if self._left_out else ()
        return (*self._lines, *rest)
