"""Comparing short answers: a number, a table of numbers, a table of words.

Used by the checks of ``concepts.py``, on what :meth:`autograder.checks.candidate.RemoteFunction.answer` returns. Words are
compared without capitals, hyphens and underscores; numbers to four digits, because some are typed in by hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from torch import Tensor

from autograder.checks.candidate import kind_of
from autograder.checks.closeness import CheckFailed, assert_close

__all__ = [
    "assert_form",
    "assert_is_number",
    "assert_matrix",
    "assert_matrix_form",
    "assert_number",
    "assert_numbers",
    "assert_words",
    "entries",
    "number_of",
    "plain",
]

DIGITS = 1e-4
"""Relative tolerance: a value written down with five digits is right."""
_FLOOR = 1e-6


def assert_number(answer: Any, expected: float, what: str = "the answer") -> None:
    """Check that an answer is one number and equals ``expected``."""
    assert_close(number_of(answer), float(expected), rtol=DIGITS, atol=_FLOOR, what=what)


def assert_numbers(answer: Any, expected: Mapping[str, float]) -> None:
    """Check the entries of a table that ``expected`` names; other entries do not matter."""
    found = entries(answer, expected)
    for key, value in expected.items():
        assert_number(found[plain(key)], value, f"the entry {key!r}")


def assert_words(answer: Any, expected: Mapping[str, str]) -> None:
    """Check the entries of a table of words, without saying which of them is wrong."""
    found = entries(answer, expected)
    wrong = [key for key, word in expected.items() if plain(found[plain(key)]) != plain(word)]
    if wrong:
        raise CheckFailed("not every entry of the table is right", f"{len(wrong)} of {len(expected)} entries are wrong")


def assert_form(answer: Any, numbers: Iterable[str] = (), words: Mapping[str, Iterable[str]] | None = None) -> None:
    """Check that a table has numbers where they belong, and one of the offered words for every other key."""
    words = words or {}
    found = entries(answer, [*numbers, *words])
    for key in numbers:
        assert_is_number(found[plain(key)], f"the entry {key!r}")
    for key, offered in words.items():
        if plain(found[plain(key)]) not in map(plain, offered):
            raise CheckFailed(f"the entry {key!r} is none of the offered answers", "offered are " + ", ".join(offered))


def assert_is_number(answer: Any, what: str = "the answer") -> None:
    """Check that an answer is a single number, whichever."""
    value = number_of(answer)
    kinds = int | float | np.generic | np.ndarray | Tensor
    if not isinstance(value, kinds) or np.shape(value) != ():
        raise CheckFailed(f"{what} is not a single number", f"{what} is {kind_of(answer)}")


def assert_matrix(answer: Any, expected: np.ndarray) -> None:
    """Check a table of rows and columns, given as a list of lists, an array or a tensor."""
    found = _matrix(answer, expected.shape)
    for place in np.ndindex(expected.shape):
        assert_number(found[place], float(expected[place]), f"the entry {tuple(index + 1 for index in place)}")


def assert_matrix_form(answer: Any, shape: tuple[int, int]) -> None:
    """Check that an answer has rows and columns of numbers."""
    for value in _matrix(answer, shape).flat:
        assert_is_number(value, "an entry")


def entries(answer: Any, keys: Iterable[str]) -> dict[str, Any]:
    """Return a table's entries by plain key; fails for anything but a dict that has all ``keys``."""
    if not isinstance(answer, Mapping):
        raise CheckFailed("the answer is not a dict", f"the answer is {kind_of(answer)}; expected a dict")
    found = {plain(key): value for key, value in answer.items()}
    missing = [key for key in keys if plain(key) not in found]
    if missing:
        raise CheckFailed("the answer lacks the key " + ", ".join(map(repr, missing)))
    return found


def plain(word: Any) -> str:
    """A word without what does not matter: capitals, hyphens, underscores, British or American spelling."""
    return re.sub(r"[\s_-]+", " ", str(word)).strip().lower().replace("aliz", "alis")


def _matrix(answer: Any, shape: tuple[int, ...]) -> np.ndarray:
    whole = isinstance(answer, np.ndarray | Tensor) and tuple(answer.shape) == shape
    rows = answer.tolist() if whole else answer
    well_formed = isinstance(rows, list | tuple) and all(isinstance(row, list | tuple) for row in rows)
    if not well_formed or (len(rows), *{len(row) for row in rows}) != shape:
        raise CheckFailed(f"the answer is not a list of {shape[0]} rows of {shape[1]} numbers")
    table = np.empty(shape, dtype=object)
    for place in np.ndindex(shape):
        table[place] = rows[place[0]][place[1]]
    return table


def number_of(answer: Any) -> Any:
    """SymPy's 0 and 1 arrive as truth values."""
    return float(answer) if isinstance(answer, bool) else answer
