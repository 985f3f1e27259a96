"""Downloads of learning platforms: all submissions of an assignment as Canvas and Moodle hand them to a teacher.

Canvas gives every file a name of its own, ``archeranna_101_55555_losses.py``: the student's name, LATE where it was late,
the student's id and the upload's, then the file's name, with ``-1`` before its ending when it was handed in again. Moodle
gives a folder per student, ``Anna Archer_12345_assignsubmission_file_``, or that before each file's name. Both come as one
zip, or unpacked. Here each student's files are put into one folder, ``archeranna_101``, from which marks find their way
back: see :mod:`autograder.exports.roster_matching`.

Downloads may lie beside each other, in one folder or in several, and beside submissions that came in another way: each
student is there once. A folder or zip among named submissions is a student's, whatever names it has inside.
"""

from __future__ import annotations

import os
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from unicodedata import normalize

from autograder.atomic import write_atomically
from autograder.course.outline import Outline
from autograder.plaintext import listed, one_line
from autograder.submission import find_submissions, handed_in, student_of
from autograder.submission.archive import Archive
from autograder.submission.discovery import copies_of, held_below
from autograder.submission.filenames import is_clutter, split_name
from autograder.submission.folder import Folder, open_regular
from autograder.submission.notes import Notes, Skipped, Unreadable
from autograder.submission.size_limits import MIB, Limits

_CANVAS = re.compile(
    r"(?P<name>[^_/]+)_(?P<late>LATE_)?(?P<id>\d+)_((?P<upload>\d+)_(?P<file>[^/]+)|(?P<text>(text|link)\.html))"
)
_MOODLE = re.compile(
    r"(?P<name>[^/]+?)_(?P<id>\d+)_assignsubmission_(?:file|onlinetext)_?(?P<late>)(?P<upload>)(?P<text>)/?(?P<file>.*)"
)
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
    upload: int
    """Canvas counts uploads: the larger, the later."""
    original: str
    read: _Read


@dataclass
class _Found:
    """The files of one or several downloads, and what lies beside them."""

    parts: list[_Part] = field(default_factory=list)
    beside: list[Path] = field(default_factory=list)


def submissions_at(path: Path, outline: Outline, target: Path) -> dict[Path, str]:
    """Return the submissions at ``path``, and whose each is where its name does not say so; empty where it does.

    Args:
        path: what the person typed.
        outline: the assignment's.
        target: where the folders of a platform's download go, see :func:`arranged`.

    Raises:
        UsageError: there is no submission, or a folder cannot be written to.
    """
    expected = outline.expected_files
    found = arranged(path, {*expected, f"{outline.name}.ipynb"}, target)
    if not found:
        found = find_submissions(path, expected, outline.name)
        if found == [path.absolute()] and len(others := held_below(path, expected)) > 1:
            told = f"{path} was taken for one submission; folders and zips in it hold work, too: "
            _warn(told + listed([one.name for one in others], 3) + " (take loose modules out of it to grade them)")
    owners = dict.fromkeys(found, "")
    for copies in copies_of(found):
        for path in copies[:-1]:
            del owners[path]
        owners[copies[-1]] = student_of(copies[0])
        _warn(f"{copies[-1].name} seems to be a second download of {copies[0].name} and is taken instead")
    return owners


def _warn(told: str) -> None:
    print(f"autograder: warning: {one_line(told)}", file=sys.stderr)


def arranged(path: Path, expected: Collection[str], target: Path) -> list[Path]:
    """Return the submissions at ``path`` if a platform's download is there: each student's folder, and what lies beside.

    Args:
        path: what the person typed.
        expected: the files of the assignment, whose names Canvas changes when they are handed in again.
        target: where the folders go. A student's folder holds afterwards what this download has, and nothing older.

    Returns:
        folders in ``target`` and other submissions; nothing where there is no download.

    Raises:
        UsageError: ``target`` cannot be written to.
    """
    with ExitStack() as opened:
        found = _look(path, expected, opened)
        if not found.parts:
            return []
        named: dict[str, list[_Part]] = defaultdict(list)
        for part in found.parts:
            named[part.student].append(part)
        for student, parts in named.items():
            _write(target / student, _latest(parts, expected))
    late = sorted({part.student for part in found.parts if part.late})
    if late:
        print(f"autograder: marked as late: {listed(late)}", file=sys.stderr)
    return [*(target / student for student in sorted(named)), *handed_in(found.beside, expected)]


def _look(path: Path, expected: Collection[str], opened: ExitStack) -> _Found:
    """What is at a path: a download, a mixture of downloads and submissions, or a folder that holds downloads only."""
    if not _is_folder(path):
        return _Found(_parts(*_opened(path, opened)))
    children = sorted(child for child in _children(path) if not is_clutter(child.name))
    own = [child for child in children if _is_from_a_platform(child)]
    beside = [child for child in children if child not in own]
    if own and _is_mixture(own, beside, expected):
        return _Found(_parts(*_opened(path, opened), mixed=bool(beside)), beside)
    holding = {child: _look_inside(child, opened) for child in children}
    downloads = [child for child, parts in holding.items() if parts]
    if downloads and len(downloads) < len(handed_in(children, expected)):
        for one in downloads:
            inside = sorted({part.student for part in holding[one]})
            told = f"{one.name} is taken for one student's, but looks like a platform's download among other submissions"
            remedy = "grade it by itself, with the same --out, and take it out of here"
            _warn(f"{told}; these in it are not graded: {listed(inside, 8)} ({remedy})")
        return _Found()
    return _Found([part for parts in holding.values() for part in parts])


def _is_mixture(own: Sequence[Path], beside: Sequence[Path], expected: Collection[str]) -> bool:
    """Whether a platform's names are those of a download: not where they are files of one student, beside the expected ones."""
    names = {name.casefold() for name in expected}
    if any(child.name.casefold() in names for child in beside):
        return False
    students = {_student(match) for child in own if (match := _match(child.name)) is not None}
    return not beside or len(students) > 1 or any(_MOODLE.fullmatch(child.name) for child in own)


def _look_inside(child: Path, opened: ExitStack) -> list[_Part]:
    """The files of a download among the children of a folder; what is none does not stay open."""
    if _is_folder(child):
        inside = [inner for inner in _children(child) if not is_clutter(inner.name)]
        if not inside or not all(map(_is_from_a_platform, inside)):
            return []
    with ExitStack() as own:
        parts = _parts(*_opened(child, own))
        if parts:
            opened.enter_context(own.pop_all())
        return parts


def _opened(path: Path, opened: ExitStack) -> tuple[list[str], _Read]:
    """The files below ``path`` or in the zip there, and how to read one; nothing for anything else."""
    try:
        if _is_folder(path):
            container = Folder(path, _LIMITS)
        elif path.suffix.lower() == ".zip":
            container = Archive(open_regular(str(path)), _LIMITS)  # type: ignore[assignment]
        else:
            return [], lambda name: b""
        opened.callback(container.close)
        return container.listing(Notes()), lambda name: container.read(name, _LIMITS.archive_bytes)
    except (OSError, Skipped, Unreadable):
        return [], lambda name: b""  # said when it is read as a submission


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _children(path: Path) -> list[Path]:
    try:
        return [path / name for name in os.listdir(path)]
    except OSError:
        return []  # said when it is read as a submission


def _is_from_a_platform(child: Path) -> bool:
    return bool(_MOODLE.fullmatch(child.name) or (_CANVAS.fullmatch(child.name) and not _is_folder(child)))


def _match(name: str) -> re.Match[str] | None:
    return _MOODLE.fullmatch(name) or _CANVAS.fullmatch(name)


def _parts(files: Iterable[str], read: _Read, *, mixed: bool = False) -> list[_Part]:
    """What each file is; nothing where the names of one do not tell, unless they are said to be ``mixed``."""
    found = [name for name in files if not any(map(is_clutter, name.split("/")))]
    for inner in ("", _wrapper(found)):
        matches = {name: _match(name.removeprefix(inner)) for name in found}
        if found and (mixed or all(matches.values())):
            return [_part(match, name, read) for name, match in matches.items() if match and (match["file"] or match["text"])]
    return []


def _wrapper(files: Sequence[str]) -> str:
    """The folder that everything in a zip lies in, if there is one."""
    firsts = {name.partition("/")[0] for name in files if "/" in name}
    return f"{firsts.pop()}/" if len(firsts) == 1 else ""


def _part(match: re.Match[str], name: str, read: _Read) -> _Part:
    file = match["file"] or match["text"]
    return _Part(_student(match), bool(match["late"]), file, int(match["upload"] or 0), name, read)


def _student(match: re.Match[str]) -> str:
    return normalize("NFC", f"{match['name'].strip(' .') or 'student'}_{match['id']}")


def _latest(parts: Iterable[_Part], expected: Collection[str]) -> dict[str, _Part]:
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


def _write(folder: Path, contents: Mapping[str, _Part]) -> None:
    for old in [path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir()]:
        if str(old.relative_to(folder)) not in contents:
            old.unlink()
    for name, part in contents.items():
        try:
            data = part.read(part.original)
        except Skipped as error:
            _warn(f"{part.original} is left out: {error}")
            continue
        target = folder / name
        if not (target.is_file() and target.read_bytes() == data):
            write_atomically(target, data)
