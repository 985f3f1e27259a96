"""Class lists: the CSV files that Canvas, Moodle and nbgrader export, read without losing a cell.

A layout is recognised by its headings:

==========  =====================================================================================
canvas      the exported gradebook: ``Student, ID, SIS User ID, SIS Login ID, Section, …``
moodle      exported grades or participants: ``First name, Last name, ID number, Email address, …``, or the grading
            worksheet of an assignment: ``Identifier, Full name, Email address, Status, Grade, Maximum Grade, …``
nbgrader    the file of ``nbgrader db student import``: ``id, first_name, last_name, email, lms_user_id``
plain       anything else with a column ``student``, ``student_id``, ``login`` or ``username``
==========  =====================================================================================

The delimiter may be a comma, a semicolon or a tab; the encoding UTF-8, UTF-16 with its mark, or Windows-1252, as
spreadsheets write them. Any other heading works too once it is named as the column that identifies students.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import UsageError, suggest
from autograder.plaintext import one_line

LAYOUTS: dict[str, dict[str, str]] = {
    "canvas": {
        "sis login id": "login", "sis user id": "number", "id": "lms_id", "integration id": "integration",
        "root account": "account", "student": "name", "lastname": "last_name", "firstname": "first_name",
        "section": "section",
    },
    "moodle": {
        "username": "login", "id number": "number", "email address": "email", "first name": "first_name",
        "last name": "last_name", "surname": "last_name", "full name": "name",
        "identifier": "participant",
    },
    "nbgrader": {
        "id": "login", "lms_user_id": "lms_id", "email": "email", "first_name": "first_name",
        "last_name": "last_name", "section": "section",
    },
    "plain": {
        "student_id": "login", "student": "login", "login": "login", "username": "login", "email": "email",
        "name": "name", "first name": "first_name", "last name": "last_name", "section": "section",
    },
}  # fmt: skip
"""What the headings of each layout mean; the first layout that fits is taken."""

IDENTIFYING = ("own", "login", "number", "lms_id", "integration", "account", "email", "participant")
"""Columns that a learning platform recognises people by: never changed."""

_UNIQUE = ("own", "login", "number", "lms_id")
_REMEDY = "export the class list again as CSV"
_NOT_STUDENTS = re.compile(r"\s*(muted|manual posting.*)?\s*", re.IGNORECASE)
_COMMA, _POINT = re.compile(r"\d+,\d{1,5}"), re.compile(r"\d+\.\d{1,5}")
_SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


@dataclass(frozen=True)
class ClassList:
    """A class list as it was read: header and rows, every row as long as the header."""

    path: Path
    layout: str
    header: list[str]
    rows: list[list[str]]
    lines: list[int]
    """The line of each row in the file."""
    columns: Mapping[str, int]
    """Where each piece of information is: ``login``, ``number``, ``lms_id``, ``email``, ``name``, ``section``, …"""
    delimiter: str
    line_end: str
    has_bom: bool

    @property
    def students(self) -> list[int]:
        """The rows that are students: not points possible, not posting policies, not rows without an id."""
        points = self.points_row
        known = [self.columns[role] for role in (*_UNIQUE, "email", "name") if role in self.columns]
        return [
            number
            for number, row in enumerate(self.rows)
            if number != points and not _is_policy(row) and any(row[column].strip() for column in known)
        ]

    @property
    def is_worksheet(self) -> bool:
        """Whether it is Moodle's grading worksheet of one assignment, which has a column ``Grade`` of its own."""
        return "participant" in self.columns and {"grade", "maximum grade"} <= set(map(plain_heading, self.header))

    @property
    def has_decimal_commas(self) -> bool:
        """Whether numbers are written as in most of Europe, ``7,50``: then cells are parted by semicolons or tabs."""
        cells = [cell.strip() for row in self.rows for cell in row]
        return self.delimiter != "," and any(map(_COMMA.fullmatch, cells)) and not any(map(_POINT.fullmatch, cells))

    @property
    def points_row(self) -> int | None:
        """Canvas's row of points possible."""
        if self.layout != "canvas":
            return None
        return next((number for number, row in enumerate(self.rows) if "Points Possible" in row[0]), None)

    def cell(self, row: int, role: str) -> str:
        """A piece of information about a student, empty when the file has none."""
        return self.rows[row][self.columns[role]].strip() if role in self.columns else ""


def read_class_list(path: Path, id_column: str | None = None) -> ClassList:
    """Read a class list.

    Args:
        path: the CSV file.
        id_column: the heading of the column that holds the names of submissions, when it is not a known one.

    Raises:
        UsageError: no CSV file, no heading that identifies students, no student, or an id that occurs twice.
    """
    text, has_bom = _decoded(path)
    delimiter = _delimiter(text, id_column)
    table = _parsed(text, delimiter, path)
    if not table:
        raise UsageError("is empty", where=str(path), remedy=_REMEDY)
    header = [cell.removeprefix("\ufeff") for cell in table[0][1]]
    layout, columns = _recognised(header, id_column, path)
    rows = [_padded(row, header, line, path) for line, row in table[1:]]
    line_end = "\r\n" if re.match(r"[^\n]*\r\n", text) else "\n"
    lines = [line for line, _ in table[1:]]
    found = ClassList(path, layout, header, rows, lines, columns, delimiter, line_end, has_bom)
    if not found.students:
        raise UsageError("lists no students", where=str(path), remedy=_REMEDY)
    _refuse_duplicates(found)
    return found


def plain_heading(heading: str) -> str:
    """A heading as it is compared: without capitals and runs of blanks."""
    return " ".join(heading.replace("\ufeff", "").split()).casefold()


def _decoded(path: Path) -> tuple[str, bool]:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", where=str(path), remedy="check --roster") from error
    if data.startswith(_SPREADSHEETS):
        raise UsageError("is a spreadsheet, not CSV", where=str(path), remedy="save it as CSV UTF-8")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _text(data, "utf-16", path), False
    try:
        return data.decode("utf-8-sig"), data.startswith(b"\xef\xbb\xbf")
    except UnicodeDecodeError:
        return _text(data, "cp1252", path), False


def _text(data: bytes, encoding: str, path: Path) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise UsageError("is not text", where=str(path), remedy="save it as CSV UTF-8") from error


def _delimiter(text: str, id_column: str | None) -> str:
    """The delimiter whose reading of the header has most known headings, then most columns."""
    first = next((line for line in text.splitlines() if line.strip()), "")

    def known(delimiter: str) -> tuple[int, int]:
        cells = {plain_heading(cell) for cell in next(csv.reader([first], delimiter=delimiter), [])}
        named = {heading for layout in LAYOUTS.values() for heading in layout} | {plain_heading(id_column or "")}
        return len(cells & named), len(cells)

    return max((",", ";", "\t"), key=known)


def _parsed(text: str, delimiter: str, path: Path) -> list[tuple[int, list[str]]]:
    """Lines and cells of all rows in which anything stands."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    table = []
    line = 1
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                table.append((line, row))
            line = reader.line_num + 1
    except csv.Error as error:
        raise UsageError(f"is not CSV: {error}", where=f"{path}: line {line}", remedy=_REMEDY) from error
    return table


def _recognised(header: list[str], id_column: str | None, path: Path) -> tuple[str, dict[str, int]]:
    headings = [plain_heading(cell) for cell in header]
    own = {"own": _position(id_column, headings, path)} if id_column else {}
    for layout, roles in LAYOUTS.items():
        found = {roles[heading]: headings.index(heading) for heading in headings if heading in roles}
        if _fits(layout, set(found)):
            _refuse_repeated(headings, roles, path)
            return layout, own | found
    if own:
        return "plain", own
    told = "has no column that identifies students, such as SIS Login ID, Username, Email address, id or student"
    raise UsageError(told, where=str(path), remedy="name it with --id-column")


def _fits(layout: str, roles: set[str]) -> bool:
    if layout == "canvas":
        return {"lms_id", "section"} <= roles and ("name" in roles or {"first_name", "last_name"} <= roles)
    if layout == "moodle":
        return bool(roles & {"number", "email", "participant"}) or {"login", "first_name"} <= roles
    return "login" in roles


def _position(heading: str, headings: list[str], path: Path) -> int:
    if headings.count(plain_heading(heading)) == 1:
        return headings.index(plain_heading(heading))
    count = "two columns" if plain_heading(heading) in headings else "no column"
    remedy = "check --id-column"
    if count == "no column":
        remedy = suggest(plain_heading(heading), headings, remedy)
    raise UsageError(f"has {count} {one_line(heading, 60)}", where=str(path), remedy=remedy)


def _refuse_repeated(headings: list[str], roles: Mapping[str, str], path: Path) -> None:
    for heading in roles:
        if headings.count(heading) > 1 and roles[heading] in IDENTIFYING:
            raise UsageError(f"has the column {heading} twice", where=str(path), remedy="remove one of them")


def _padded(row: list[str], header: list[str], line: int, path: Path) -> list[str]:
    extra = row[len(header) :]
    if any(cell.strip() for cell in extra):
        told = f"has {len(row)} cells, the header {len(header)}"
        raise UsageError(told, where=f"{path}: line {line}", remedy="a delimiter inside a cell needs quotes around it")
    return row[: len(header)] + [""] * (len(header) - len(row))


def _is_policy(row: list[str]) -> bool:
    return all(_NOT_STUDENTS.fullmatch(cell) for cell in row)


def _refuse_duplicates(found: ClassList) -> None:
    for role in (role for role in _UNIQUE if role in found.columns):
        seen: dict[str, int] = {}
        for row in found.students:
            value = found.cell(row, role)
            if value and value in seen:
                heading = found.header[found.columns[role]]
                told = f"{heading} {one_line(value, 60)} occurs twice, first in line {seen[value]}"
                raise UsageError(told, where=f"{found.path}: line {found.lines[row]}", remedy="remove one of the rows")
            seen[value] = found.lines[row]
