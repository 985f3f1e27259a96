"""When work was handed in: from a table that somebody made, or from the files that nbgrader's exchange writes.

A time that a student can write is no time: ``timestamp.txt`` counts where the policy of the course says that all submissions
came through nbgrader, and in `autograder nbgrade`. Modification times and names of files never count.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from autograder.errors import UsageError
from autograder.plaintext import one_line
from autograder.results.spreadsheet import csv_rows
from autograder.submission.folder import open_regular
from autograder.submission.notes import Skipped

_HEADINGS = ("student", "submitted")
_ZONE = re.compile(r"[A-Za-z][\w+/-]*")
_LONGEST = 100


def read_times(path: Path) -> dict[str, datetime]:
    """When each student handed in, from a CSV file with the columns ``student`` and ``submitted``.

    Raises:
        UsageError: it cannot be read, lacks a column, or a time is none or lacks its zone.
    """
    try:
        rows, _ = csv_rows(path.read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        told = getattr(error, "strerror", None) or "it is not UTF-8"
        raise UsageError(f"cannot be read: {told}", str(path), "check --times") from None
    header = [cell.strip().casefold() for cell in rows[0]] if rows else []
    if not set(_HEADINGS) <= set(header):
        raise UsageError(
            "has no columns student and submitted", str(path), "a line per student: anna,2026-11-20T22:10:00+01:00"
        )
    who, when = (header.index(heading) for heading in _HEADINGS)
    times = {}
    for line, row in enumerate(rows[1:], start=2):
        if max(who, when) < len(row) and row[who].strip() and row[when].strip():
            time = parse_time(row[when])
            if time is None:
                told = f"{one_line(row[when], 40)} is not a time with its zone"
                raise UsageError(told, f"{path}: line {line}", "write it as 2026-11-20T22:10:00+01:00")
            times[row[who].strip()] = time
    return times


def nbgrader_time(submission: Path) -> datetime | None:
    """What nbgrader wrote into the folder of a submission when it was handed in; None where there is nothing of the kind."""
    try:
        with open_regular(str(submission / "timestamp.txt")) as file:
            text = file.read(_LONGEST).decode("utf-8", "replace")
    except (OSError, Skipped):
        return None
    return parse_time(text)


def parse_time(text: str) -> datetime | None:
    """An ISO time with an offset, or with the name of a zone as nbgrader writes it; None for anything else.

    >>> parse_time("2026-11-20 22:10:00 UTC") == parse_time("2026-11-20T23:10:00+01:00")
    True
    """
    text = text.strip()
    clock, _, zone = text.rpartition(" ")
    try:
        if clock and _ZONE.fullmatch(zone):
            return datetime.fromisoformat(clock).replace(tzinfo=UTC if zone == "UTC" else ZoneInfo(zone))
        time = datetime.fromisoformat(text)
    except (ValueError, OSError, KeyError):
        return None
    return time if time.tzinfo is not None else None


def time_of(student: str, times: Mapping[str, datetime]) -> datetime | None:
    """A student's time, by the name of the submission or by the id at the end of a platform's download."""
    return times.get(student) or times.get(student.rpartition("_")[2])
