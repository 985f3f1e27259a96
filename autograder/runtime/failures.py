"""What leaves a worker of an exception that the submission raised: plain, short text."""

from __future__ import annotations

import builtins
import os
import traceback

from autograder.runtime.module_space import LoadError
from autograder.wire.protocol import MAX_TEXT


class Absent(Exception):
    """The submission has no such function or class."""


def describe_error(error: BaseException) -> list:
    """``["error", type, message, traceback, reason]``; reason ``missing`` means: not implemented yet."""
    reason = ""
    where = ""
    if isinstance(error, LoadError) and isinstance(error.cause, ModuleNotFoundError) and error.cause.name == error.module:
        reason, error = "missing", error.cause  # the file was not handed in
    elif isinstance(error, LoadError):
        reason, where, error = "load", error.module, error.cause
    elif isinstance(error, Absent) or (isinstance(error, NotImplementedError) and _is_unwritten(error)):
        reason = "missing"
    try:
        message = str(error)[:MAX_TEXT]
    except BaseException:
        message = "<its message could not be read>"
    return ["error", type(error).__name__[:100], message, _traceback(error), f"{reason}:{where}" if where else reason]


def _is_unwritten(error: NotImplementedError) -> bool:
    """Whether the student's own line raised it, as in a stub: a library that cannot do something says so in its words.

    A module without ``forward`` is unwritten, too, although torch is the one that says so.
    """
    try:
        frames = traceback.extract_tb(error.__traceback__)
        if not frames or "missing the required" in str(error):
            return True
        place, line = frames[-1].filename, frames[-1].line or "raise"  # code without a file shows no line
        of_a_library = os.path.isabs(place) and not _is_students(place)
        return not of_a_library and ("raise" in line or "NotImplementedError" in line)
    except BaseException:
        return True


def _traceback(error: BaseException) -> str:
    """The frames of the student's own files only."""
    try:
        frames = traceback.extract_tb(error.__traceback__)
        own = [frame for frame in frames if _is_students(frame.filename)]
        return "".join(traceback.format_list(own[-6:]))[-MAX_TEXT:]
    except builtins.BaseException:
        return ""


def _is_students(filename: str) -> bool:
    """Whether a frame's file is the submission's: a relative name, or a cell that a notebook's kernel has run."""
    in_kernel = "ipykernel_" in filename.replace("\\", "/").rpartition("/")[0]
    return in_kernel or (not filename.startswith(("/", "<")) and ":" not in filename[:3])
