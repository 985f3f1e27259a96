"""Is a path one submission, or a folder of them?"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from pathlib import Path

from autograder.errors import UsageError
from autograder.plaintext import shown
from autograder.submission.filenames import is_clutter, meant_name, split_name
from autograder.submission.folder import open_regular
from autograder.submission.notebooks.cells import looks_like_a_notebook
from autograder.submission.notes import Skipped

_FORMS = (".zip", ".ipynb", ".py")
# Handed in, but not readable: they get a result that says so.
_ARCHIVES = ".rar .7z .tar .gz .tar.gz .tgz .bz2 .tar.bz2 .xz .tar.xz .tar.zst .zst .zipx"
_FOREIGN_ARCHIVES = frozenset(_ARCHIVES.split())
"""Somebody's whole work, though nobody can read it: a loose module beside one is somebody else's."""
_ENDINGS = ".pdf .doc .docx .odt .pages .rtf .html .htm .tex .ps .ipynb~ .py~ .pyc .r .rmd .jl .m .png .jpg .jpeg .heic"
_WRONG_FORMS = _FOREIGN_ARCHIVES | frozenset(_ENDINGS.split())
_PERHAPS = (".json", ".txt")
"""Lists and remarks, or notebooks under another ending: their content decides."""
_LOOKED_AT = 2**16
_SEARCHED = 2**22
COLLECTION = re.compile(
    r"(subs|submitted|submissions|hand[-_ ]?ins|students|collected|inbox|uploads|class|downloads?)([-_ ].*)?",
    re.IGNORECASE,
)
_WRAPPER = re.compile(
    r"(hw|homework|assignment|exercise|task|project|solution|answer|submission|submit|final|upload|code|src|source)s?"
    r"[-_ ]?\d*",
    re.IGNORECASE,
)
_COPY = re.compile(r"(.+?) ?\((\d{1,3})\)")
_MOST_LOOKED_AT = 2_000


def find_submissions(path: Path, expected: Collection[str], assignment: str = "") -> list[Path]:
    """Return the submissions at `path`: itself, or what is in it, in order of names.

    A file is one submission, and so is a folder that holds an expected module or exactly one notebook, with the helpers
    that it imports. A folder of
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
    found = handed_in(children, expected)
    if not found:
        raise UsageError("there is no submission here", shown(str(path), 200), _remedy(expected))
    return found


def handed_in(children: Iterable[Path], expected: Collection[str]) -> list[Path]:
    """Return what of a class's folder is handed in: all but loose notes and lists."""
    return [child for child in children if _is_handed_in(child, expected)]


def copies_of(found: Collection[Path]) -> list[list[Path]]:
    """Return what has been named ``ben (1).zip`` because ``ben.zip`` was there already: that, and its copies in order."""
    groups: dict[Path, dict[int, Path]] = {}
    for path in found:
        stem, ending = (path.name, "") if _is_folder(path) else split_name(path.name)
        copy = _COPY.fullmatch(stem)
        if copy and (original := path.with_name(copy[1] + ending)) in found:
            groups.setdefault(original, {0: original})[int(copy[2])] = path
    return [[path for _, path in sorted(group.items())] for group in groups.values()]


def held_below(path: Path, expected: Collection[str]) -> list[Path]:
    """Return the folders and zips in a folder that hold something to grade of their own."""
    names = {name.casefold() for name in expected}
    inside = sorted(_children(path)) if _is_folder(path) else []
    return [child for child in inside if (_is_folder(child) or _ending(child) == ".zip") and _looks_like_one(child, names)]


def _remedy(expected: Collection[str]) -> str:
    wanted = ", ".join(sorted(expected))
    return f"give a folder with {wanted}, a .zip, an .ipynb, or a folder of these named by student"


def _is_one_submission(path: Path, children: list[Path], expected: Collection[str], assignment: str) -> bool:
    names = {name.casefold() for name in expected}
    likely = [child for child in children if _looks_like_one(child, names)]
    is_collection = COLLECTION.fullmatch(path.name) is not None
    if any(meant_name(child.name).casefold() in names and not _is_folder(child) for child in children):
        return not (is_collection and any(_is_folder(child) or _ending(child) == ".zip" for child in likely))
    if is_collection:
        return False
    files = [child for child in likely if _ending(child) in (".py", ".ipynb")]
    if likely == files and len(expected) > 1 and all(_ending(child) == ".py" for child in files):
        return bool(files)
    if _is_notebook_with_helpers(files, assignment) and likely == files:
        return True
    if len(likely) != 1:
        return False
    return bool(files) or _is_wrapper(likely[0], path, assignment)


def _is_notebook_with_helpers(files: list[Path], assignment: str) -> bool:
    """Whether files are one student's notebook, called like the assignment or importing one of the others, and its helpers."""
    notebooks = [file for file in files if _ending(file) == ".ipynb"]
    if len(notebooks) != 1 or len(files) < 2:
        return False
    if assignment and split_name(notebooks[0].name)[0].casefold() == assignment.casefold():
        return True
    try:
        with open_regular(str(notebooks[0])) as stream:
            text = stream.read(_SEARCHED).decode(errors="replace")
    except (OSError, Skipped):
        return False
    modules = "|".join(re.escape(split_name(file.name)[0]) for file in files if file not in notebooks)
    return re.search(rf"\b(from|import) +({modules})\b", text) is not None


def _is_wrapper(inner: Path, outer: Path, assignment: str) -> bool:
    name = inner.stem if inner.suffix.lower() == ".zip" else inner.name
    own = {outer.name.casefold(), *filter(None, [assignment.casefold()])}
    return name.casefold() in own or _WRAPPER.fullmatch(name) is not None


def _looks_like_one(child: Path, names: set[str], depth: int = 2) -> bool:
    """Whether a file has a form of submissions, or a folder holds, not too deep, something to grade."""
    if not _is_folder(child):
        return _is_file(child) and (_ending(child) in _FORMS or _ending(child) in _FOREIGN_ARCHIVES)
    try:
        inside = list(islice(_children(child), _MOST_LOOKED_AT))
    except OSError:
        return False
    for inner in inside:
        if _is_folder(inner):
            if depth and _looks_like_one(inner, names, depth - 1):
                return True
        elif meant_name(inner.name).casefold() in names or _ending(inner) in (".ipynb", ".zip"):
            return True
    return False


def _is_handed_in(child: Path, expected: Collection[str]) -> bool:
    """Whether a child of a folder of submissions gets a result: all but loose notes and lists."""
    if _is_file(child):
        return _ending(child) in (*_FORMS, *_WRONG_FORMS)
    return True


def _ending(path: Path) -> str:
    """The ending that says what a file is; of a notebook under a strange one ``.ipynb``."""
    ending = split_name(path.name)[1]
    if ending in _PERHAPS and _begins_like_a_notebook(path):
        return ".ipynb"
    return ending


def _begins_like_a_notebook(path: Path) -> bool:
    try:
        with open_regular(str(path)) as stream:
            return looks_like_a_notebook(stream.read(_LOOKED_AT))
    except (OSError, Skipped):
        return False


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
