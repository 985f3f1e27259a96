"""Downloads of learning platforms: all submissions of an assignment as Canvas and Moodle hand them to a teacher.

Canvas gives every file a name of its own, ``archeranna_101_55555_losses.py``: the student's name, LATE where it was late,
the student's id and the upload's, then the file's name, with ``-1`` before its ending when it was handed in again. Moodle
gives a folder per student, ``Anna Archer_12345_assignsubmission_file_``, or that before each file's name. Both come as one
zip, or unpacked. Here each student's files are put into one folder, ``archeranna_101``, from which marks find their way
back: see :mod:`autograder.exports.roster_matching`.

Downloads may lie beside each other, in one folder or in several, and the files of one beside submissions that came in
another way: each student is there once. Nobody hands in for somebody else: a folder or zip among named submissions is a
student's, whatever name it has inside, and so is one that stands alone with files of one student, unless it is called like
a download. With files of several students it is nobody's among others, and refused.
"""

from __future__ import annotations

import os
import sys
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from autograder.atomic import write_atomically
from autograder.course.outline import Outline
from autograder.errors import AutograderError, UsageError
from autograder.grading.downloads.platform_names import (
    Part,
    Read,
    is_called_like_a_download,
    is_from_a_platform,
    is_from_moodle,
    latest,
    name_problem,
    parts_of,
    student_in,
)
from autograder.plaintext import listed, one_line, shown
from autograder.submission import find_submissions, handed_in, student_of
from autograder.submission.archive import Archive
from autograder.submission.discovery import copies_of, held_below
from autograder.submission.filenames import is_clutter
from autograder.submission.folder import Folder, open_regular
from autograder.submission.notes import Notes, Skipped, Unreadable
from autograder.submission.size_limits import MIB, Limits

_LIMITS = Limits(archive_bytes=2048 * MIB, total_bytes=4096 * MIB, entries=200_000, files=200_000, names=32 * MIB)
"""Of a whole class; each submission has its own limits when it is read."""
_OF_ONE = 512 * MIB
"""Bytes of one student's files, unpacked: what is read of a zip has a size in all, and nobody is to use up the others'."""


@dataclass
class _Found:
    """The files of one or several downloads, and what lies beside them."""

    parts: list[Part] = field(default_factory=list)
    beside: list[Path] = field(default_factory=list)
    refused: list[Path] = field(default_factory=list)
    """What looks like a download among submissions."""
    is_one: bool = False
    """Whether all of it is taken for one student's."""

    def __bool__(self) -> bool:
        return bool(self.parts)


def submissions_at(paths: Sequence[Path], outline: Outline, target: Path, refused: list[AutograderError]) -> dict[Path, str]:
    """Return the submissions at ``paths``, and whose each is where its name does not say so; empty where it does.

    Args:
        paths: what the person typed.
        outline: the assignment's.
        target: where the folders of a platform's download go, see :func:`arranged`.
        refused: gets an error for each download that stands among other submissions.

    Raises:
        UsageError: there is no submission, or a folder cannot be written to.
    """
    owners: dict[Path, str] = {}
    names = {*outline.expected_files, f"{outline.name}.ipynb"}
    with ExitStack() as opened:
        looked = {path: _look(path, names, opened) for path in paths}
        among = {path: found for path, found in looked.items() if found and not all(looked.values())}
        for path, found in looked.items():
            unwanted = [path] if path in among and _students_of(found.parts) > 1 else found.refused
            refused += [_refusal(one, opened) for one in unwanted]
            if path in unwanted:
                continue
            submissions = [path.absolute()] if found.is_one or path in among else _arranged(found, names, target)
            owners |= _told(path, _owned(path, submissions, outline, unwanted), beside_others=len(paths) > 1 and not found)
    return owners


def _told(path: Path, owned: dict[Path, str], *, beside_others: bool) -> dict[Path, str]:
    """Say where one of several paths is taken for several students': it may be one's, who has chosen these names."""
    if beside_others and len(owned) > 1:
        _warn(f"{path.name} is taken for a folder of submissions: {listed([one.name for one in owned], 4)}")
    return owned


def _owned(path: Path, found: list[Path], outline: Outline, refused: Collection[Path]) -> dict[Path, str]:
    """Whose the submissions at one path are: those of its downloads, or what is ``found`` there else."""
    expected = outline.expected_files
    if not found:
        found = [one for one in find_submissions(path, expected, outline.name) if one not in refused]
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


def _students_of(parts: Iterable[Part]) -> int:
    return len({part.student for part in parts})


def _refusal(path: Path, opened: ExitStack) -> UsageError:
    inside = sorted({part.student for part in _look_inside(path, opened)})
    return UsageError(
        f"a platform's download among other submissions is not graded: {listed(inside, 4)}",
        shown(path.name),
        "grade it by itself with the same --out, and take it out of here",
    )


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
        return _arranged(_look(path, expected, opened), expected, target)


def _arranged(found: _Found, expected: Collection[str], target: Path) -> list[Path]:
    if not found:
        return []
    named: dict[str, list[Part]] = defaultdict(list)
    for part in found.parts:
        if problem := name_problem(part.student, ()):
            _warn(f"{shown(part.original)} is left out: of the student {problem.removeprefix('its ')}")
        else:
            named[part.student].append(part)
    for student, parts in named.items():
        _write(target / student, latest(parts, expected))
    late = sorted({part.student for part in found.parts if part.late})
    if late:
        print(f"autograder: marked as late: {listed(late)}", file=sys.stderr)
    return [*(target / student for student in sorted(named)), *handed_in(found.beside, expected)]


def _look(path: Path, expected: Collection[str], opened: ExitStack) -> _Found:
    """What is at a path: a download, a mixture of downloads and submissions, or a folder that holds downloads only."""
    if not _is_folder(path):
        return _taken(path, parts_of(*_opened(path, opened)))
    children = sorted(child for child in _children(path) if not is_clutter(child.name))
    own = [child for child in children if is_from_a_platform(child.name, is_folder=_is_folder(child))]
    beside = [child for child in children if child not in own]
    if own and _is_mixture(own, beside, expected):
        return _taken(path, parts_of(*_opened(path, opened), mixed=bool(beside)), beside)
    holding = {child: _believed(child, _look_inside(child, opened)) for child in children}
    downloads = [child for child, parts in holding.items() if parts]
    if downloads and len(downloads) < len(handed_in(children, expected)):
        return _Found(refused=[one for one in downloads if _students_of(holding[one]) > 1])
    return _Found([part for parts in holding.values() for part in parts])


def _taken(path: Path, parts: list[Part], beside: Sequence[Path] = ()) -> _Found:
    """What a path is whose files are called as those of a download."""
    believed = _believed(path, parts)
    return _Found(parts, list(beside)) if believed else _Found(is_one=bool(parts) and not beside)


def _believed(path: Path, parts: list[Part]) -> list[Part]:
    """The files of a download; nothing, and a warning, where all are somebody's who may have chosen the names in it."""
    if not parts or _students_of(parts) > 1 or is_called_like_a_download(path):
        return parts
    _warn(
        f"{path.name} is taken for one student's; if it is a platform's download of {parts[0].student}, "
        "call it submissions and grade it again"
    )
    return []


def _is_mixture(own: Sequence[Path], beside: Sequence[Path], expected: Collection[str]) -> bool:
    """Whether a platform's names are those of a download: not where they are files of one student, beside the expected ones."""
    names = {name.casefold() for name in expected}
    if any(child.name.casefold() in names for child in beside):
        return False
    students = {student_in(child.name) for child in own}
    return not beside or len(students) > 1 or any(is_from_moodle(child.name) for child in own)


def _look_inside(child: Path, opened: ExitStack) -> list[Part]:
    """The files of a download among the children of a folder; what is none does not stay open."""
    if _is_folder(child):
        inside = [inner for inner in _children(child) if not is_clutter(inner.name)]
        if not inside or not all(is_from_a_platform(inner.name, is_folder=_is_folder(inner)) for inner in inside):
            return []
    with ExitStack() as own:
        parts = parts_of(*_opened(child, own))
        if parts:
            opened.enter_context(own.pop_all())
        return parts


def _opened(path: Path, opened: ExitStack) -> tuple[list[str], Read]:
    """The files below ``path`` or in the zip there, and how to read one; nothing for anything else."""
    try:
        if _is_folder(path):
            container = Folder(path, _LIMITS)
        elif path.suffix.lower() == ".zip":
            container = Archive(open_regular(str(path)), _LIMITS)  # type: ignore[assignment]
        else:
            return [], lambda name, most: b""
        opened.callback(container.close)
        return container.listing(Notes()), container.read
    except (OSError, Skipped, Unreadable):
        return [], lambda name, most: b""  # said when it is read as a submission


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _children(path: Path) -> list[Path]:
    try:
        return [path / name for name in os.listdir(path)]
    except OSError:
        return []  # said when it is read as a submission


def _write(folder: Path, contents: Mapping[str, Part]) -> None:
    for old in [path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir()]:
        if str(old.relative_to(folder)) not in contents:
            old.unlink()
    folder.mkdir(parents=True, exist_ok=True)  # with nothing in it, it is a submission that cannot be read
    left = _OF_ONE
    for name, part in contents.items():
        try:
            if problem := name_problem(name, contents):
                raise Skipped(problem)
            data = part.read(part.original, min(left, Limits().archive_bytes))
        except Skipped as error:
            _warn(f"{shown(part.original)} is left out: {error}")
            continue
        left -= len(data)
        target = folder / name
        if not (target.is_file() and target.read_bytes() == data):
            write_atomically(target, data)
