"""What leaves a worker of an exception that the submission raised: plain, short text."""

from __future__ import annotations

import builtins
import dis
import os
import re
import traceback

from autograder.runtime.module_space import LoadError
from autograder.runtime.near_names import question_about
from autograder.wire.protocol import MAX_TEXT


class Absent(Exception):
    """The submission has no such function or class."""


class NotDefined(NameError):
    """The submission has the function or class, but the statement that defines it failed."""


NO_GPU = "there is no GPU here; use x.device"
_WANTS_A_GPU = re.compile(
    r"not compiled with (CUDA|ROCm|XPU)|NVIDIA driver|CUDA (GPUs|devices?) (are|is)|no CUDA-capable device|CUDA driver|"
    r"CUDA-capable|MPS (backend|device)|mps (backend|devices?)|device type.*\bmps\b|PrivateUse1|"
    r"torch\.cuda\.is_available\(\) is False|CUDA error|Cannot access accelerator|'aten::\S+' .*'(CUDA|MPS)' backend|"
    r"Cannot (re-)?initialize CUDA|torch_xla|XLA devices?",
    re.DOTALL,
)


_KERNELS = re.compile(r'File "[^"\n]*ipykernel_[^"\n]*"')
"""Files that a notebook's kernel keeps its cells in: their names tell nobody anything."""


def describe_error(error: BaseException) -> list[str]:
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
        message = _told(error)[:MAX_TEXT]
    except BaseException:
        message = "<its message could not be read>"
    return ["error", type(error).__name__[:100], message, _traceback(error), f"{reason}:{where}" if where else reason]


def _told(error: BaseException) -> str:
    """An error's own words, after what they mean on a machine without a GPU and without some library."""
    message = str(error)
    if isinstance(error, ModuleNotFoundError) and error.name and not isinstance(error, LoadError):
        return f"{error.name.partition('.')[0]} is not installed here ({message})"
    if not isinstance(error, Absent | LoadError) and _WANTS_A_GPU.search(message[:2000]):
        return f"{NO_GPU} ({message})"
    return message + _question(error)


def _question(error: BaseException) -> str:
    """What Python asks of a name that is nearly there; an object of the student's may refuse to be looked at."""
    try:
        return question_about(error)
    except BaseException:
        return ""


def _is_unwritten(error: NotImplementedError) -> bool:
    """Whether a ``raise`` of the student's own raised it, as in a stub: whatever a library raises, says so in its words.

    A module without ``forward`` is unwritten, too, although torch is the one that says so.
    """
    try:
        step = error.__traceback__
        if step is None or "missing the required" in str(error):
            return True
        while step.tb_next is not None:
            step = step.tb_next
        code = step.tb_frame.f_code
        if os.path.isabs(code.co_filename) and not is_students_file(code.co_filename):
            return False
        return dis.opname[code.co_code[step.tb_lasti]].startswith("RAISE")
    except BaseException:
        return True


def _traceback(error: BaseException) -> str:
    """The frames of the student's own files only."""
    try:
        frames = traceback.extract_tb(error.__traceback__)
        own = [frame for frame in frames if is_students_file(frame.filename)]
        text = "".join(traceback.format_list(own[-6:]))[-MAX_TEXT:]
        return _KERNELS.sub('File "a cell of the notebook"', text)
    except builtins.BaseException:
        return ""


def is_students_file(filename: str) -> bool:
    """Whether a frame's file is the submission's: a relative name, or a cell that a notebook's kernel has run."""
    in_kernel = "ipykernel_" in filename.replace("\\", "/").rpartition("/")[0]
    return in_kernel or (not filename.startswith(("/", "<")) and ":" not in filename[:3])
