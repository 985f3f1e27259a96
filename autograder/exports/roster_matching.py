"""Which row of a class list belongs to which student.

The name under which work was handed in is looked for, in this order, in the column named by ``--id-column``, the login
(``SIS Login ID``, ``Username``, ``id``), the number (``SIS User ID``, ``ID number``), the platform's own id (``ID``,
``lms_user_id``) and the e-mail address. A gradebook's ``lms_user_id`` and e-mail address come next, then a login or address
without its domain, then the number at the end of a name from a platform's download (``archeranna_101``: Canvas's ``ID``,
Moodle's ``Identifier``), and last the full name, in either order. The first column that knows the name decides; capitals are
compared only when more than one row would do. Two rows for one student, or two students for one row, are nobody's: they are
reported.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from autograder.exports.marks import Person
from autograder.exports.roster import ClassList

_ORDER = (
    ("id", "own"), ("id", "login"), ("id", "number"), ("id", "lms_id"), ("id", "email"),
    ("lms_id", "lms_id"), ("lms_id", "number"), ("email", "email"), ("email", "login"),
    ("id", "login@"), ("id", "email@"), ("tail", "lms_id"), ("tail", "participant"), ("words", "words"), ("stem", "words"),
)  # fmt: skip


@dataclass(frozen=True)
class Matching:
    """Rows by student id, and why the others have none."""

    rows: dict[str, int]
    problems: dict[str, str]

    def moved(self, places: Mapping[int, int]) -> Matching:
        """The same with every row at its new place."""
        return Matching({student: places[row] for student, row in self.rows.items()}, self.problems)


def match(people: Iterable[Person], roster: ClassList) -> Matching:
    """Find everybody's row."""
    index = {column: _index(roster, column) for _, column in _ORDER}
    rows: dict[str, int] = {}
    problems: dict[str, str] = {}
    for person in people:
        found = _rows_of(person, index, roster)
        if len(found) == 1:
            rows[person.id] = found[0]
        elif found:
            lines = " and ".join(str(roster.lines[row]) for row in found)
            problems[person.id] = f"fits lines {lines} of {roster.path.name}"
        else:
            problems[person.id] = f"is not in {roster.path.name}"
    return Matching(rows, problems)


def _rows_of(person: Person, index: dict[str, dict[str, list[int]]], roster: ClassList) -> list[int]:
    for field, column in _ORDER:
        value = _value(person, field)
        found = index[column].get(_folded(value), []) if value else []
        if len(found) > 1 and not column.endswith("@"):
            found = [row for row in found if roster.cell(row, column) == value] or found
        if found:
            return found
    return []


def _value(person: Person, field: str) -> str:
    """What is looked for: a piece of what is known, or of the name under which the work was handed in."""
    stem, _, tail = person.id.strip().rpartition("_")
    if field == "tail":
        return tail if stem and tail.isdecimal() else ""
    if field == "stem":
        return _words(stem) if stem and tail.isdecimal() else ""
    if field == "words":
        return _words(person.id) if len(person.id.split()) > 1 else ""
    return str(getattr(person, field) or "").strip()


def _words(name: str) -> str:
    """A full name without the order of its parts: ``Archer, Anna`` and ``Anna Archer`` are one."""
    return " ".join(sorted(_folded(name).replace(",", " ").split()))


def _index(roster: ClassList, column: str) -> dict[str, list[int]]:
    """Rows by the folded value of a column; of ``login@``, by what stands before the domain."""
    index: dict[str, list[int]] = {}
    for row in roster.students:
        value = _cell(roster, row, column.removesuffix("@"))
        if column.endswith("@"):
            value = value.partition("@")[0] if "@" in value else ""
        if value:
            index.setdefault(_folded(value), []).append(row)
    return index


def _cell(roster: ClassList, row: int, column: str) -> str:
    if column == "words":
        full = roster.cell(row, "name") or f"{roster.cell(row, 'first_name')} {roster.cell(row, 'last_name')}"
        return _words(full) if len(full.split()) > 1 else ""
    value = roster.cell(row, column)
    return value.removeprefix("Participant").strip() if column == "participant" else value


def _folded(value: str) -> str:
    return unicodedata.normalize("NFC", value).casefold()
