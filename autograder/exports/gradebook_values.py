"""Values of a gradebook that are what their column means: SQLite keeps anything in any column, and a disk makes more of it."""

from __future__ import annotations

import math

from autograder.errors import UsageError
from autograder.plaintext import one_line, short_name

MOST = 1e9
"""What no score, penalty or number of points is beyond; a larger one was never meant."""
_REMEDY = "mend it in formgrader or the database, or take a copy of the gradebook from before"


def text_in(value: object, what: str, where: str) -> str:
    """The text that a value is, empty for none.

    Args:
        value: as the database gave it.
        what: what it is, as in "the last name of ada".
        where: the assignment or table that it stands in.

    Raises:
        UsageError: it is anything else, such as bytes.
    """
    if value is None or isinstance(value, str):
        return value or ""
    raise UsageError(f"{what} is no text but {type(value).__name__}", where=one_line(where), remedy=_REMEDY)


def number_in(value: object, what: str, where: str) -> float:
    """The number that a value is, 0 for none; raises :class:`UsageError` for anything else, and for what is beyond scores."""
    if value is None:
        return 0.0
    if not isinstance(value, int | float):
        raise UsageError(f"{what} is no number but {type(value).__name__}", where=one_line(where), remedy=_REMEDY)
    if not math.isfinite(value):
        raise UsageError(f"{what} is not a finite number", where=one_line(where), remedy=_REMEDY)
    if abs(value) > MOST:
        raise UsageError(f"{what} is {value:.3g}, which cannot be meant", where=one_line(where), remedy=_REMEDY)
    return float(value)


def named(value: object) -> str:
    """Whoever has this id, as a message may say it; also where it is no text."""
    return short_name(value if isinstance(value, str) else repr(value))
