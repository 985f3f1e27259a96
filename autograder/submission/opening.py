"""Opening what was handed in: which container a path is, and whose it is."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

from autograder.errors import UsageError
from autograder.plaintext import printable, shown
from autograder.submission.archive import Archive
from autograder.submission.containers import Container, SingleFile
from autograder.submission.filenames import split_name
from autograder.submission.folder import Folder, kind_of, open_regular
from autograder.submission.notebooks.cells import looks_like_a_notebook
from autograder.submission.notes import Skipped, Unreadable
from autograder.submission.size_limits import Limits


def student_of(path: Path) -> str:
    """Return whose a submission is: the name of a folder or the stem of a file; a link to either is named by its looks."""
    path = Path(os.path.abspath(path))
    mode = os.lstat(path).st_mode
    stem, ending = split_name(path.name)
    is_file = stat.S_ISREG(mode) or (not stat.S_ISDIR(mode) and ending in (".zip", ".ipynb", ".py"))
    return printable(stem if is_file else path.name, keep="")


def open_container(path: Path, limits: Limits) -> Container:
    """Open what lies at `path`, according to its kind and suffix."""
    try:
        mode = os.lstat(path).st_mode
        if stat.S_ISDIR(mode):
            return Folder(path, limits)
        ending = split_name(path.name)[1]
        if stat.S_ISREG(mode) and ending == ".zip":
            return Archive(open_regular(str(path)), limits)
        if stat.S_ISREG(mode) and ending in (".py", ".ipynb", ".json", ".txt"):
            return _single(path, open_regular(str(path)))
    except Skipped as reason:
        raise Unreadable(str(reason)) from reason
    except OSError as error:
        raise _usage_error(path, error) from error
    if stat.S_ISREG(mode):
        raise _wrong_form(path)
    raise Unreadable(f"it is {kind_of(mode)}, which is not followed; hand in the folder or file itself")


def _single(path: Path, stream: BinaryIO) -> SingleFile:
    """The container of one file; a notebook under another ending is one all the same."""
    if split_name(path.name)[1] in (".py", ".ipynb"):
        return SingleFile(path, stream)
    if looks_like_a_notebook(stream.read(2**16)):
        return SingleFile(path.with_suffix(".ipynb"), stream)
    stream.close()
    raise _wrong_form(path)


def _wrong_form(path: Path) -> Unreadable:
    return Unreadable(f"{shown(path.name)} is neither a folder nor a .zip, .ipynb or .py file")


def _usage_error(path: Path, error: OSError) -> UsageError:
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return UsageError("there is no such submission", shown(str(path), 200), "check the path")
    reason = error.strerror or type(error).__name__
    return UsageError(f"the submission cannot be opened: {reason}", shown(str(path), 200), "check its permissions")
