"""What IPython understands beyond Python, taken out of a cell so that Python understands the rest.

Lines keep their numbers: what is taken out leaves `pass` behind, with its indentation.
"""

from __future__ import annotations

import re

from autograder.plaintext import shown
from autograder.submission.line_scanner import LineScanner
from autograder.submission.notes import Skipped

# Their body is something else than this notebook's Python, or is meant to be kept from running in it.
_FOREIGN = frozenset(
    {
        *(
            "!",
            "bash",
            "sh",
            "cmd",
            "script",
            "shell",
            "system",
            "sx",
            "perl",
            "ruby",
            "R",
            "julia",
            "sql",
            "bigquery",
        ),
        *(
            "html",
            "HTML",
            "javascript",
            "js",
            "latex",
            "markdown",
            "svg",
            "writefile",
            "file",
            "cython",
            "skip",
        ),
        *("pypy", "python", "python2", "python3"),
    }
)
_CELL_MAGIC = re.compile(r"\s*%%(!|[\w.]+)[^\n]*")
_LINE_MAGIC = re.compile(r"\s*(%|!|\?)")
_TIMED = re.compile(r"(\s*)%time\s+(?=\S)(?!-)(.*)")
_ASSIGNED = re.compile(r"(\s*[A-Za-z_][\w.,\s\[\]]*?)=\s*(%[A-Za-z]|!)")
_HELP = re.compile(r"\s*[%\w.*\[\]'\"]+\?{1,2}\s*;?\s*(#.*)?")
_INSTALL = re.compile(r"\s*(pip3?|conda|mamba|apt(-get)?)\s+(install|uninstall|list|update|upgrade)\b")


def without_magics(cell: str) -> str:
    """Return the Python of a cell.

    `%%time` and its like lose only their own line; `%time statement` keeps the statement; other line magics,
    shell commands and questions are skipped, and a name that was to get their output is set to None.

    Raises:
        Skipped: the whole cell is in another language.
    """
    lines = _dedented(cell.split("\n"))
    _strip_cell_magics(lines)
    scanner = LineScanner()
    continues = False
    for number, line in enumerate(lines):
        if continues:
            lines[number], continues = "", line.endswith("\\")
            continue
        if scanner.at_statement and (plain := _plain_line(line)) is not None:
            lines[number], continues = plain, line.endswith("\\")
            continue
        scanner.feed(line)
    return "\n".join(lines)


def without_line_magics(text: str) -> tuple[str, list[str]]:
    """Return the Python of a file, and the numbers of the lines that were taken out of it; a file in another language stays."""
    try:
        plain = without_magics(text)
    except Skipped:
        return text, []
    pairs = zip(text.split("\n"), plain.split("\n"), strict=True)
    return plain, [str(number) for number, (old, new) in enumerate(pairs, 1) if old != new]


def _strip_cell_magics(lines: list[str]) -> None:
    """Blank the `%%` lines at the head of the cell."""
    for number, line in enumerate(lines):
        if magic := _CELL_MAGIC.fullmatch(line):
            if magic.group(1) in _FOREIGN:
                raise Skipped(f"%%{shown(magic.group(1), 30)} cells are not run")
            lines[number] = ""
        elif line.strip() and not line.lstrip().startswith("#"):
            return


def _plain_line(line: str) -> str | None:
    """Return the Python that replaces a line only IPython understands, or None for a line of Python."""
    if timed := _TIMED.fullmatch(line):
        return timed.group(1) + timed.group(2)
    if _LINE_MAGIC.match(line) or _HELP.fullmatch(line) or _INSTALL.match(line):
        return line[: len(line) - len(line.lstrip())] + "pass"
    if assigned := _ASSIGNED.match(line):
        return f"{assigned.group(1)}= None"
    return None


def _dedented(lines: list[str]) -> list[str]:
    """Take the first line's indentation off all lines, as IPython does."""
    first = next((line for line in lines if line.strip()), "")
    margin = first[: len(first) - len(first.lstrip())]
    return [line.removeprefix(margin) for line in lines]
