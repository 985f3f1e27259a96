"""Cells of a CSV file that people open in a spreadsheet: exact numbers, text that is never run, safe quoting."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_NUMBER = re.compile(r"[+-]?\d[\d ]*(?:[.,]\d+)*%?")
_NO_GRADE = frozenset({"-", "–", "—"})
_NEEDS_QUOTES = re.compile(r"""[,;\t\r\n"|]|^\s|\s$""")


def exact(value: float) -> str:
    """The shortest decimal notation that reads back as the same number: ``40``, ``37.5``, ``0.00001``.

    Never an exponent, which learning platforms take for text.

    >>> exact(37.5), exact(40.0), exact(1e-05), exact(-1.5)
    ('37.5', '40', '0.00001', '-1.5')
    """
    text = format(Decimal(repr(float(value) + 0.0)), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def runs_as_formula(text: str) -> bool:
    """Whether a spreadsheet would compute the cell instead of showing it.

    Numbers, telephone numbers and the dash that Moodle writes for "no grade" are only shown.

    >>> [runs_as_formula(text) for text in ("=1+1", " =1+1", "-1.5", "-", "-cmd", "@name", "Ann")]
    [True, True, False, False, True, True, False]
    """
    bare = text.strip(" ")
    return bare.startswith(_FORMULA_STARTS) and not _NUMBER.fullmatch(bare) and bare not in _NO_GRADE


def shown(text: str) -> str:
    """The text as a cell that is shown, never run: an apostrophe comes before what would be a formula."""
    return f"'{text}" if runs_as_formula(text) else text


def csv_rows(text: str) -> tuple[list[list[str]], str]:
    """The rows of CSV and what parts its cells: a comma, a semicolon or a tab, whichever is most frequent in the first line.

    >>> csv_rows("a;b\\n1;2,5\\n")
    ([['a', 'b'], ['1', '2,5']], ';')
    """
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    csv.field_size_limit(max(csv.field_size_limit(), len(text)))  # a remark has the length that somebody gave it
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)), delimiter


def csv_text(rows: Iterable[Sequence[str]], delimiter: str = ",", line_end: str = "\n") -> str:
    """Rows as CSV.

    A cell with any character that some spreadsheet splits at (comma, semicolon, tab) is quoted, whatever the
    delimiter: opened with another delimiter, ``Ann;=1+1`` would otherwise become two cells, the second a formula.
    """
    return "".join(delimiter.join(map(_quoted, row)) + line_end for row in rows)


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if _NEEDS_QUOTES.search(cell) else cell
