"""The proof that a lock holds, made inside the real worker before any student code, and judged by the grader.

The worker only reports what happened to each attempt: `"open"` when it succeeded, the errno's name when not. Which of
them had to fail, the grader decides (`faults`), because a report is only worth what the reader makes of it.
"""

from __future__ import annotations

import _thread
import contextlib
import ctypes
import errno
import os
import socket
from collections.abc import Callable, Sequence
from pathlib import Path

from autograder.sandbox.walls import libc
from autograder.sandbox.walls.readable_paths import reading
from autograder.sandbox.zygote_settings import ZygoteSettings

Report = dict[str, str | int]

_REFUSED = frozenset({"EPERM", "EACCES", "ENOENT", "ESRCH", "EROFS", "ENOSYS"})
_CLOSED_BY_FILTER = ("network", "fork", "exec", "signal", "trace", "read_memory", "write_outside", "page_cache", "locks")
_CLOSED = {
    "S0": (),
    "S1": _CLOSED_BY_FILTER,
    "S2": (*_CLOSED_BY_FILTER, "canary", "hidden", "unneeded"),
    "S3": (*_CLOSED_BY_FILTER, "canary", "hidden", "unneeded", "see_outside"),
}
_PR_GET_NO_NEW_PRIVS, _PR_GET_SECCOMP, _FILTERING = 39, 21, 2
_TRACING_ATTACH = 16
_READ_IT_AHEAD, _SHARED_LOCK = 3, 1


class _Vector(ctypes.Structure):
    """`struct iovec`."""

    _fields_ = (("base", ctypes.c_void_p), ("length", ctypes.c_size_t))


def _outcome(attempt: Callable[..., object], *details: object) -> str:
    """Run an attempt; return ``"open"`` or the name of the errno it met."""
    try:
        attempt(*details)
    except OSError as error:
        return errno.errorcode.get(error.errno or 0, "EIO")
    return "open"


def _fork() -> None:
    """Fork, ending the child at once if it comes to life."""
    if os.fork() == 0:
        os._exit(0)
    with contextlib.suppress(OSError):
        os.wait()


_BYTE = ctypes.create_string_buffer(1)
_HERE, _THERE = _Vector(ctypes.addressof(_BYTE), 1), _Vector(4096, 1)


def _read_memory(pid: int) -> None:
    """Read one byte of another process; a bad address counts as having got in."""
    try:
        libc.call("process_vm_readv", pid, _HERE, 1, _THERE, 1, 0)
    except OSError as error:
        if error.errno != errno.EFAULT:
            raise


def _execute() -> None:
    """Ask for exec without a path: a filter says EPERM, a kernel that would have run it says EFAULT."""
    try:
        libc.call("execve", None, None, None)
    except OSError as error:
        if error.errno != errno.EFAULT:
            raise


def _write(path: str) -> None:
    """Create and remove a file."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    os.unlink(path)


def _open(path: str) -> None:
    """Open a file or a folder for reading."""
    os.close(os.open(path, os.O_RDONLY))


def _first_open(paths: Sequence[str]) -> None:
    """Open every path until one gives in; raise the last refusal if none does."""
    refusal: OSError = PermissionError(errno.EACCES, "nothing to open")
    for name in paths:
        try:
            _open(name)
        except OSError as error:
            refusal = error
        else:
            return
    raise refusal


def _start_thread() -> None:
    """Start one thread and wait for it; without the `threading` module, which would do much beside."""
    running = _thread.allocate_lock()
    running.acquire()
    try:
        _thread.start_new_thread(running.release, ())
    except RuntimeError as error:
        raise OSError(errno.EAGAIN, str(error)) from error
    running.acquire()


class SelfTest:
    """Everything that must fail and a few things that must work; what to try is worked out before the fork."""

    def __init__(self, plan: ZygoteSettings) -> None:
        canary = Path(plan.canary)
        self._plan = plan
        self._canary = (str(canary), str(canary.parent))
        self._outside = str(canary.with_suffix(".written"))
        self._library = os.__file__
        self._unneeded = [str(path) for path in reading().unneeded]

    def run(self) -> Report:
        """Try it all in this process; return the outcomes."""
        plan = self._plan
        report: Report = {
            "canary": _outcome(_first_open, self._canary),
            "hidden": _outcome(_first_open, plan.hidden),
            "unneeded": _outcome(_first_open, self._unneeded),
            "see_outside": _outcome(os.stat, plan.canary),
            "write_outside": _outcome(_write, self._outside),
            "network": _outcome(socket.socket, socket.AF_INET),
            "exec": _outcome(_execute),
            "threads": _outcome(_start_thread),
            "random": _outcome(os.urandom, 8),
            "library": _outcome(_open, self._library),
        }
        if plan.filtered:  # where nothing stops these, they would do harm
            self._try_harm(report)
        if plan.private_root:
            report["scratch"] = _outcome(_write, "written")
        report["profile"], report["uid"], report["pid"] = plan.profile, getattr(os, "getuid", int)(), os.getpid()
        return report

    def _try_harm(self, report: Report) -> None:
        # In a container the grader may be process 1, and so is a worker in its own pid namespace.
        grader = self._plan.grader_pid if self._plan.grader_pid != os.getpid() else 2
        report["fork"] = _outcome(_fork)
        report["signal"] = _outcome(os.kill, grader, 0)
        report["trace"] = _outcome(libc.call, "ptrace", _TRACING_ATTACH, grader, 0, 0)
        report["read_memory"] = _outcome(_read_memory, grader)
        report["page_cache"] = _outcome(libc.call, "fadvise64", 0, 0, 0, _READ_IT_AHEAD)
        report["locks"] = _outcome(libc.call, "flock", 0, _SHARED_LOCK)
        report["no_new_privileges"] = libc.prctl(_PR_GET_NO_NEW_PRIVS, 0)
        report["seccomp"] = libc.prctl(_PR_GET_SECCOMP, 0)


def faults(report: Report, profile: str) -> list[str]:
    """Judge a worker's report on the grader's side.

    Args:
        report: from `attempts`.
        profile: the profile that the grader asked for.

    Returns:
        One line per attempt that came out wrong; empty for a worker that may be used.
    """
    wrong = [f"{name}: {report.get(name, 'not tried')}" for name in _CLOSED[profile] if report.get(name) not in _REFUSED]
    working = ["threads", "random", "library"] + (["scratch"] if profile == "S3" else [])
    wrong += [f"{name} fails: {report.get(name)}" for name in working if report.get(name) != "open"]
    if report.get("profile") != profile:
        wrong.append(f"profile {report.get('profile')} instead of {profile}")
    if profile != "S0" and (report.get("seccomp") != _FILTERING or report.get("no_new_privileges") != 1):
        wrong.append("the system call filter is not in force")
    return wrong
