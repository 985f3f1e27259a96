"""Downloads of learning platforms: all submissions of an assignment as Canvas and Moodle hand them to a teacher.

Canvas gives every file a name of its own, ``archeranna_101_55555_losses.py``: the student's name, LATE where it was late,
the student's id and the attempt's, then the file's name, with ``-1`` before its ending when it was handed in again. Moodle
gives a folder per student, ``Anna Archer_12345_assignsubmission_file_``, or that before each file's name. Both come as one
zip, or unpacked. Here each student's files are put into one folder, ``archeranna_101``, from which marks find their way
back: see :mod:`autograder.exports.roster_matching`.
"""

from __future__ import annotations

import os
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.atomic import write_atomically
from autograder.plaintext import listed, one_line
from autograder.submission.archive import Archive
from autograder.submission.filenames import is_clutter
from autograder.submission.folder import Folder, open_regular
from autograder.submission.notes import Notes, Skipped, Unreadable
from autograder.submission.size_limits import MIB, Limits

_CANVAS = re.compile(r"(?P<name>[^_/]+)_(?P<late>LATE_)?(?P<id>\d+)_\d+_(?P<file>[^/]+)")
_MOODLE = re.compile(r"(?P<name>[^/]+?)_(?P<id>\d+)_assignsubmission_(?:file|onlinetext)_?(?P<late>)/?(?P<file>.*)")
_AGAIN = re.compile(r"-\d+(?=\.\w+$)")
_LIMITS = Limits(archive_bytes=2048 * MIB, total_bytes=4096 * MIB, entries=200_000, files=200_000)
"""Of a whole class; each submission has its own limits when it is read."""

_Read = Callable[[str], bytes]


@dataclass(frozen=True)
class _Part:
    """One file of a download."""

    student: str
    late: bool
    file: str


def arranged(path: Path, expected: Collection[str], target: Path) -> Path:
    """Return ``path``, or ``target`` with a folder per student if there is a platform's download at ``path``.

    Args:
        path: what the person typed.
        expected: the files of the assignment, whose names Canvas changes when they are handed in again.
        target: where the folders go. A student's folder holds afterwards what this download has, and nothing older.

    Raises:
        UsageError: ``target`` cannot be written to.
    """
    files, read, close = _opened(path)
    try:
        parts = _parts(files)
        if not parts:
            return path
        named: dict[str, dict[str, str]] = defaultdict(dict)
        for original, part in parts.items():
            named[part.student][_meant(part.file, expected)] = original
        for student, contents in named.items():
            _write(target / student, contents, read)
    finally:
        close()
    late = sorted({part.student for part in parts.values() if part.late})
    if late:
        print(f"autograder: marked as late: {listed(late)}", file=sys.stderr)
    return target


def _opened(path: Path) -> tuple[list[str], _Read, Callable[[], None]]:
    """The files below ``path`` or in the zip there, how to read one, and how to end; nothing for anything else."""
    try:
        if path.is_dir() and not path.is_symlink():
            if not _could_be(os.listdir(path)):
                return [], lambda name: b"", lambda: None
            container = Folder(path, _LIMITS)
        elif path.suffix.lower() == ".zip":
            container = Archive(open_regular(str(path)), _LIMITS)  # type: ignore[assignment]
        else:
            return [], lambda name: b"", lambda: None
        return container.listing(Notes()), lambda name: container.read(name, _LIMITS.archive_bytes), container.close
    except (OSError, Skipped, Unreadable):
        return [], lambda name: b"", lambda: None  # said when it is read as a submission


def _could_be(names: Iterable[str]) -> bool:
    """Whether the names of a folder look like a download, before everything below it is listed."""
    found = [name for name in names if not is_clutter(name)]
    return bool(found) and any(all(map(pattern.fullmatch, found)) for pattern in (_MOODLE, _CANVAS))


def _parts(files: Iterable[str]) -> Mapping[str, _Part]:
    """What each file is; nothing where the names of one do not tell: a folder of two kinds is no download."""
    found = [name for name in files if not any(map(is_clutter, name.split("/")))]
    for pattern in (_MOODLE, _CANVAS):
        matches = {name: pattern.fullmatch(name) for name in found}
        if found and all(matches.values()):
            return {name: _part(match) for name, match in matches.items() if match and match["file"]}
    return {}


def _part(match: re.Match[str]) -> _Part:
    return _Part(f"{match['name'].strip(' .') or 'student'}_{match['id']}", bool(match["late"]), match["file"])


def _meant(file: str, expected: Collection[str]) -> str:
    """The name that the student gave, where Canvas counted the attempts in it."""
    original = _AGAIN.sub("", file)
    return original if original in expected else file


def _write(folder: Path, contents: Mapping[str, str], read: _Read) -> None:
    for old in [path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir()]:
        if str(old.relative_to(folder)) not in contents:
            old.unlink()
    for name, original in contents.items():
        try:
            data = read(original)
        except Skipped as error:
            print(f"autograder: warning: {one_line(original)} is left out: {error}", file=sys.stderr)
            continue
        target = folder / name
        if not (target.is_file() and target.read_bytes() == data):
            write_atomically(target, data)
