"""Where statements begin: just enough of Python's lexical structure, in linear time, for any text."""

from __future__ import annotations

import re

_OPENING = re.compile(r"""#.*|'{3}|"{3}|['"]|[()\[\]{}]""")
_CLOSING = {quote: re.compile(rf"\\.|{quote}", re.DOTALL) for quote in ("'", '"', "'''", '"""')}


class LineScanner:
    """Follows brackets, strings and continuations from line to line.

    Attributes:
        at_statement: whether the next line begins a statement.
        depth: the brackets open at the moment.
        deepest: the most brackets that were open at once.
    """

    def __init__(self) -> None:
        self.at_statement = True
        self.depth = 0
        self.deepest = 0
        self._quote = ""

    def feed(self, line: str) -> None:
        """Take in the next line (without its line end)."""
        position = self._after_string(line, 0) if self._quote else 0
        while not self._quote and (match := _OPENING.search(line, position)):
            position = match.end()
            token = match.group()
            if token[0] == "#":
                position = len(line)
            elif token in "([{":
                self.depth += 1
                self.deepest = max(self.deepest, self.depth)
            elif token in ")]}":
                self.depth = max(0, self.depth - 1)
            else:
                self._quote = token
                position = self._after_string(line, position)
        continued = line.endswith("\\")
        if len(self._quote) == 1 and not continued:
            self._quote = ""  # an unterminated string ends with its line, as an error
        self.at_statement = not (self._quote or self.depth or continued)

    def _after_string(self, line: str, position: int) -> int:
        """Look for the end of the open string; return where it is, or the end of the line."""
        for match in _CLOSING[self._quote].finditer(line, position):
            if match.group() == self._quote:
                self._quote = ""
                return match.end()
        return len(line)
