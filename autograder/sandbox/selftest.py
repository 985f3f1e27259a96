"""The proof that a lock holds, made inside the real worker before any student code, and judged by the grader.

The worker only reports what happened to each attempt: `"open"` when it succeeded, the errno's name when not. Which of
them had to fail, the grader decides (`faults`), because a report is only worth what the reader makes of it.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import socket
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from autograder.sandbox import libc
from autograder.sandbox.plan import Plan

Report = dict[str, str | int]

_REFUSED = frozenset({"EPERM", "EACCES", "ENOENT", "ESRCH", "EROFS", "ENOSYS"})
_CLOSED_BY_FILTER = ("network", "fork", "exec", "signal", "trace", "read_memory", "write_outside")
_CLOSED = {
    "S0": (),
    "S1": _CLOSED_BY_FILTER,
    "S2": (*_CLOSED_BY_FILTER, "canary", "hidden"),
    "S3": (*_CLOSED_BY_FILTER, "canary", "hidden", "see_outside"),
}
_PR_GET_NO_NEW_PRIVS, _PR_GET_SECCOMP, _FILTERING = 39, 21, 2


class _Vector(ctypes.Structure):
    """`struct iovec`."""

    _fields_ = (("base", ctypes.c_void_p), ("length", ctypes.c_size_t))


def _outcome(attempt: Callable[[], object]) -> str:
    """Run an attempt; return ``"open"`` or the name of the errno it met."""
    try:
        attempt()
    except OSError as error:
        return errno.errorcode.get(error.errno or 0, "EIO")
    return "open"


def _fork() -> None:
    """Fork, ending the child at once if it comes to life."""
    if os.fork() == 0:
        os._exit(0)
    with contextlib.suppress(OSError):
        os.wait()


def _read_memory(pid: int) -> None:
    """Read one byte of another process; a bad address counts as having got in."""
    local = ctypes.create_string_buffer(1)
    here, there = _Vector(ctypes.addressof(local), 1), _Vector(4096, 1)
    try:
        libc.call("process_vm_readv", pid, here, 1, there, 1, 0)
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


def _write(path: Path) -> None:
    """Create and remove a file."""
    path.write_bytes(b"")
    path.unlink()


def _first_open(paths: Sequence[str]) -> None:
    """Open or list every path until one gives in; raise the last refusal if none does."""
    refusal: OSError = PermissionError(errno.EACCES, "nothing to open")
    for name in paths:
        try:
            if Path(name).is_dir():
                os.listdir(name)
            else:
                os.close(os.open(name, os.O_RDONLY))
        except OSError as error:
            refusal = error
        else:
            return
    raise refusal


def _start_thread() -> None:
    """Start one thread and wait for it."""
    thread = threading.Thread(target=int)
    try:
        thread.start()
    except RuntimeError as error:
        raise OSError(errno.EAGAIN, str(error)) from error
    thread.join()


def attempts(plan: Plan) -> Report:
    """Try, in this process, everything that must fail and a few things that must work; return the outcomes."""
    # In a container the grader may be process 1, and so is a worker in its own pid namespace.
    grader = plan.grader_pid if plan.grader_pid != os.getpid() else 2
    canary = Path(plan.canary)
    tracing_attach = 16
    report: Report = {
        "canary": _outcome(lambda: _first_open([plan.canary, str(canary.parent)])),
        "hidden": _outcome(lambda: _first_open(plan.hidden)),
        "see_outside": _outcome(lambda: canary.stat()),
        "write_outside": _outcome(lambda: _write(canary.with_suffix(".written"))),
        "network": _outcome(lambda: socket.socket(socket.AF_INET).close()),
        "exec": _outcome(_execute),
        "threads": _outcome(_start_thread),
        "random": _outcome(lambda: os.urandom(8)),
        "library": _outcome(lambda: os.listdir(Path(os.__file__).parent)),
    }
    if plan.filtered:  # where nothing stops these, they would do harm
        report |= {
            "fork": _outcome(_fork),
            "signal": _outcome(lambda: os.kill(grader, 0)),
            "trace": _outcome(lambda: libc.call("ptrace", tracing_attach, grader, 0, 0)),
            "read_memory": _outcome(lambda: _read_memory(grader)),
            "no_new_privileges": libc.prctl(_PR_GET_NO_NEW_PRIVS, 0),
            "seccomp": libc.prctl(_PR_GET_SECCOMP, 0),
        }
    if plan.private_root:
        report["scratch"] = _outcome(lambda: _write(Path("written")))
    return {**report, "profile": plan.profile, "uid": getattr(os, "getuid", int)(), "pid": os.getpid()}


def faults(report: Report, profile: str) -> list[str]:
    """Judge a worker's report on the grader's side.

    Args:
        report: from `attempts`.
        profile: the profile that the grader asked for.

    Returns:
        One line per attempt that came out wrong; empty for a worker that may be used.
    """
    wrong = [
        f"{name}: {report.get(name, 'not tried')}"
        for name in _CLOSED[profile]
        if report.get(name) not in _REFUSED
    ]
    working = ["threads", "random", "library"] + (["scratch"] if profile == "S3" else [])
    wrong += [f"{name} fails: {report.get(name)}" for name in working if report.get(name) != "open"]
    if report.get("profile") != profile:
        wrong.append(f"profile {report.get('profile')} instead of {profile}")
    if profile != "S0" and (report.get("seccomp") != _FILTERING or report.get("no_new_privileges") != 1):
        wrong.append("the system call filter is not in force")
    return wrong
