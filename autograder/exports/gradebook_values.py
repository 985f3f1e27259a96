"""Values of a gradebook that are what their column means: SQLite keeps anything in any column, and a disk makes more of it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager

from autograder.errors import UsageError
from autograder.plaintext import one_line, short_name
from autograder.results.store import LARGEST_SCORE

_REMEDY = "mend it in formgrader or the database, or take a copy of the gradebook from before"


@contextmanager
def told_in_one_line(where: str, remedy: str, told: str = "the gradebook cannot be used") -> Iterator[None]:
    """Raise :class:`UsageError` for what a database says inside the block: whoever typed the command can mend it.

    Args:
        where: the gradebook, as it may be printed, or whose part of it.
        remedy: what to do where nothing better is known.
        told: what is said before the database's own words.
    """
    from sqlalchemy.exc import ArgumentError, SQLAlchemyError

    try:
        yield
    except ArgumentError as error:
        raise UsageError("is not a database URL", where=where, remedy=remedy) from error
    except SQLAlchemyError as error:
        reason = one_line(str(getattr(error, "orig", None) or error).splitlines()[0], 160)
        if "is locked" in reason:
            reason, remedy = "another program writes into it", "wait for it or end it, then run the command again"
        raise UsageError(f"{told}: {reason}", where=where, remedy=remedy) from error


@contextmanager
def readable(where: str, remedy: str) -> Iterator[None]:
    """The same, and for values that are of no type of their column: SQLite's side in Python takes text and dates only."""
    try:
        with told_in_one_line(where, remedy, "cannot be read"):
            yield
    except (ValueError, TypeError) as error:
        damaged = "take a copy from before"
        raise UsageError("cannot be read: a page or a value in it is damaged", where=where, remedy=damaged) from error


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
    if abs(value) > LARGEST_SCORE:
        raise UsageError(f"{what} is {value:.3g}, which cannot be meant", where=one_line(where), remedy=_REMEDY)
    return float(value)


def named(value: object) -> str:
    """Whoever has this id, as a message may say it; also where it is no text."""
    return short_name(value if isinstance(value, str) else repr(value))
