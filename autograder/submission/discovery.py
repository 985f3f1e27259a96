"""Is a path one submission, or a folder of them?"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Collection, Iterator
from itertools import islice
from pathlib import Path

from autograder.errors import UsageError
from autograder.plaintext import shown
from autograder.submission.filenames import is_clutter

_FORMS = (".zip", ".ipynb", ".py")
# Handed in, but not readable: they get a result that says so.
_WRONG_FORMS = (
    ".rar",
    ".7z",
    ".tar",
    ".gz",
    ".tgz",
    ".bz2",
    ".xz",
    ".pdf",
    ".doc",
    ".docx",
    ".odt",
    ".pages",
)
_COLLECTION = re.compile(
    r"(subs|submitted|submissions|hand[-_ ]?ins|students|collected|inbox|uploads|class|downloads?)([-_ ].*)?",
    re.IGNORECASE,
)
_WRAPPER = re.compile(
    r"(hw|homework|assignment|exercise|task|project|solution|answer|submission|submit|final|upload|code|src|source)s?"
    r"[-_ ]?\d*",
    re.IGNORECASE,
)
_MOST_LOOKED_AT = 2_000


def find_submissions(path: Path, expected: Collection[str], assignment: str = "") -> list[Path]:
    """Return the submissions at `path`: itself, or what is in it, in order of names.

    A file is one submission, and so is a folder that holds an expected module or exactly one notebook. A folder of
    several folders, zips or notebooks is a folder of submissions. With a single folder or zip in it, it is a
    student's folder if that one is named like a wrapper (``hw1``, `assignment`, the student again), else a class
    of one.

    Args:
        path: what the person typed. Links are never followed: they are returned, and read as unreadable.
        expected: the module files of the assignment.
        assignment: its name, by which wrapper folders are recognised.

    Raises:
        UsageError: there is nothing at `path`, it cannot be read, or it is a folder without any submission.
    """
    path = Path(os.path.abspath(path))
    if not _is_folder(path):
        return [path]
    try:
        children = sorted(_children(path), key=lambda child: child.name)
    except OSError as error:
        raise _cannot_be_read(path, error) from error
    if _is_one_submission(path, children, expected, assignment):
        return [path]
    found = [child for child in children if _is_handed_in(child, expected)]
    if not found:
        raise UsageError("there is no submission here", shown(str(path), 200), _remedy(expected))
    return found


def _remedy(expected: Collection[str]) -> str:
    wanted = ", ".join(sorted(expected))
    return f"give a folder with {wanted}, a .zip, an .ipynb, or a folder of these named by student"


def _is_one_submission(path: Path, children: list[Path], expected: Collection[str], assignment: str) -> bool:
    names = {name.casefold() for name in expected}
    if any(child.name.casefold() in names and not _is_folder(child) for child in children):
        return True
    if _COLLECTION.fullmatch(path.name):
        return False
    likely = [child for child in children if _looks_like_one(child, names)]
    files = [child for child in likely if child.suffix.lower() in (".py", ".ipynb")]
    if likely == files and len(expected) > 1 and all(child.suffix.lower() == ".py" for child in files):
        return bool(files)
    if len(likely) != 1:
        return False
    return bool(files) or _is_wrapper(likely[0], path, assignment)


def _is_wrapper(inner: Path, outer: Path, assignment: str) -> bool:
    name = inner.stem if inner.suffix.lower() == ".zip" else inner.name
    own = {outer.name.casefold(), *filter(None, [assignment.casefold()])}
    return name.casefold() in own or _WRAPPER.fullmatch(name) is not None


def _looks_like_one(child: Path, names: set[str], depth: int = 2) -> bool:
    """Whether a file has a form of submissions, or a folder holds, not too deep, something to grade."""
    if not _is_folder(child):
        return _is_file(child) and child.suffix.lower() in _FORMS
    try:
        inside = list(islice(_children(child), _MOST_LOOKED_AT))
    except OSError:
        return False
    for inner in inside:
        if _is_folder(inner):
            if depth and _looks_like_one(inner, names, depth - 1):
                return True
        elif inner.name.casefold() in names or inner.suffix.lower() in (".ipynb", ".zip"):
            return True
    return False


def _is_handed_in(child: Path, expected: Collection[str]) -> bool:
    """Whether a child of a folder of submissions gets a result: all but loose notes and lists."""
    if _is_file(child):
        return child.suffix.lower() in (*_FORMS, *_WRONG_FORMS)
    return True


def _children(path: Path) -> Iterator[Path]:
    with os.scandir(path) as entries:
        for entry in entries:
            if not is_clutter(entry.name):
                yield path / entry.name


def _is_folder(path: Path) -> bool:
    try:
        return stat.S_ISDIR(os.lstat(path).st_mode)
    except OSError as error:
        raise _cannot_be_read(path, error) from error


def _cannot_be_read(path: Path, error: OSError) -> UsageError:
    return UsageError(f"cannot be read: {error.strerror}", shown(str(path), 200), "check the path and its permissions")


def _is_file(path: Path) -> bool:
    try:
        return stat.S_ISREG(os.lstat(path).st_mode)
    except OSError:
        return False
