"""What the names of a platform's files say: whose each is, which upload it was, what the student had called it.

Canvas gives every file a name of its own, ``archeranna_101_55555_losses.py``: the student's name, LATE where it was late,
the student's id and the upload's, then the file's name, with ``-1`` before its ending when it was handed in again. Moodle
gives a folder per student, ``Anna Archer_12345_assignsubmission_file_``, or that before each file's name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from unicodedata import normalize

from autograder.plaintext import printable
from autograder.submission.discovery import COLLECTION
from autograder.submission.filenames import is_clutter, split_name

_CANVAS = re.compile(
    r"(?P<name>[^_/]+)_(?P<late>LATE_)?(?P<id>\d+)_((?P<upload>\d+)_(?P<file>[^/]+)|(?P<text>(text|link)\.html))"
)
_MOODLE = re.compile(
    r"(?P<name>[^/]+?)_(?P<id>\d+)_assignsubmission_(?:file|onlinetext)_?(?P<late>)(?P<upload>)(?P<text>)/?(?P<file>.*)",
    re.DOTALL,
)
_LONGEST, _LONGEST_PATH = 200, 1_000
"""Bytes of a name, which gets an ending while it is written, and of a path below a student's folder."""
_AGAIN = re.compile(r"-\d+(?=\.\w+$)")

_CALLED_LIKE_A_DOWNLOAD = re.compile(rf"{COLLECTION.pattern}|.+-\d+", re.IGNORECASE)
"""``submissions.zip`` of Canvas, ``course-assignment-4711.zip`` of Moodle; both often with `` (1)`` after it."""

Read = Callable[[str, int], bytes]
"""Gives a file of a download by its name there, up to so many bytes."""


@dataclass(frozen=True)
class Part:
    """One file of a download."""

    student: str
    late: bool
    file: str
    upload: int
    """Canvas counts uploads: the larger, the later."""
    original: str
    read: Read


def is_from_a_platform(name: str, *, is_folder: bool) -> bool:
    """Whether a file or folder is called as those of a download are."""
    return bool(_MOODLE.fullmatch(name) or (_CANVAS.fullmatch(name) and not is_folder))


def is_from_moodle(name: str) -> bool:
    """Whether a name is one of Moodle's, which nobody gives a file by accident."""
    return _MOODLE.fullmatch(name) is not None


def is_called_like_a_download(path: Path) -> bool:
    """Whether a folder or zip has a name that platforms give to what they hand to a teacher."""
    return _CALLED_LIKE_A_DOWNLOAD.fullmatch(path.stem if path.suffix.lower() == ".zip" else path.name) is not None


def student_in(name: str) -> str:
    """Whose a file or folder is by its name; empty if that does not say so."""
    match = _match(name)
    return _student(match) if match else ""


def _match(name: str) -> re.Match[str] | None:
    return _MOODLE.fullmatch(name) or _CANVAS.fullmatch(name)


def parts_of(files: Iterable[str], read: Read, *, mixed: bool = False) -> list[Part]:
    """What each file is; nothing where the names of many do not tell, unless they are said to be ``mixed``.

    A few among those of several students are theirs whose files have the strangest names, and stop nobody else's grading.
    """
    found = [name for name in files if not any(map(is_clutter, name.split("/")))]
    for inner in ("", _wrapper(found)):
        matches = {name: _match(name.removeprefix(inner)) for name in found}
        told = [_part(match, name, read) for name, match in matches.items() if match and (match["file"] or match["text"])]
        several = len({part.student for part in told}) > 1 and 2 * len(told) > len(found)
        if found and (mixed or several or all(matches.values())):
            return told
    return []


def _wrapper(files: Sequence[str]) -> str:
    """The folder that everything in a zip lies in, if there is one."""
    firsts = {name.partition("/")[0] for name in files if "/" in name}
    return f"{firsts.pop()}/" if len(firsts) == 1 else ""


def _part(match: re.Match[str], name: str, read: Read) -> Part:
    file = match["file"] or match["text"]
    return Part(_student(match), bool(match["late"]), file, int(match["upload"] or 0), name, read)


def _student(match: re.Match[str]) -> str:
    return normalize("NFC", f"{match['name'].strip(' .') or 'student'}_{match['id']}")


def latest(parts: Iterable[Part], expected: Collection[str]) -> dict[str, Part]:
    """A student's files by the names that were meant; of several of one name the one that was uploaded last."""
    files = {part.file for part in parts}
    return {
        _meant(part.file, {*expected, *(file for file in files if split_name(file)[1] in (".zip", ".ipynb"))}): part
        for part in sorted(parts, key=lambda part: (part.upload, part.original))
    }


def _meant(file: str, known: Collection[str]) -> str:
    """The name that the student gave, where Canvas counted the attempts in it."""
    original = _AGAIN.sub("", file)
    return original if original in known else file


def name_problem(name: str, others: Collection[str]) -> str:
    """Why no file of a student can be called this; empty if it can."""
    parts = name.split("/")
    if printable(name, keep="") != name or not all(part.strip(". ") for part in parts):
        return "its name is none that a file can have everywhere"
    if max(len(part.encode()) for part in parts) > _LONGEST or len(name.encode()) > _LONGEST_PATH:
        return "its name is too long"
    if any(other.startswith(f"{name}/") for other in others):
        return "there is a folder of the same name"
    return ""
