"""What the reader tells about a submission, with the student's own text made harmless."""

from __future__ import annotations

from autograder.plaintext import shown

_MOST_NOTES = 60


class Unreadable(Exception):
    """Nothing of the submission can be graded; the message is the one clear reason."""


class Skipped(Exception):
    """One file cannot be used; the message completes the sentence "ignored, it …"."""


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
