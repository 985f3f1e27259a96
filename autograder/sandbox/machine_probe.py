"""Tries each layer in a child that is thrown away, and prints what held as JSON.

Runs as its own small process, never in the grader: a refused namespace can leave a process half moved, and a grader
may have threads. On systems where the second step of a recipe is the one that fails, only trying all of it tells.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path

from autograder.sandbox.walls import landlock, namespaces, process_limits, readable_paths, seccomp, syscalls

_A_FOREIGN_UID = 65_534


def _try_in_child(attempt: Callable[[], object]) -> str:
    """Run an attempt in a forked child; return an empty string or why it failed."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        message = ""
        try:
            attempt()
        except BaseException as error:
            message = f"{error}" or traceback.format_exc()
        os.write(writer, message.encode()[:2000])
        os._exit(1 if message else 0)
    os.close(writer)
    with os.fdopen(reader, "rb") as stream:
        text = stream.read().decode(errors="replace")
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return text or ("" if code == 0 else f"ended with status {code}")


def _filter() -> None:
    """Install the strictest filter and see that it bites."""
    process_limits.forbid_new_privileges()
    seccomp.install(seccomp.Policy(guard_open=True), os.getpid())
    try:
        os.setsid()
    except PermissionError:
        return
    raise OSError("the filter is installed and has no effect")


def _confine() -> None:
    """Allow nothing but one folder and see that another is refused."""
    process_limits.forbid_new_privileges()
    landlock.Ruleset.of([(Path("/dev"), landlock.READ)]).enforce()
    try:
        os.listdir("/")
    except PermissionError:
        return
    raise OSError("the ruleset is installed and has no effect")


def _rehearse() -> None:
    """Build a private root in a fresh folder."""
    with tempfile.TemporaryDirectory() as base:
        namespaces.rehearse(Path(base), readable_paths.reading())


def _become_foreign() -> None:
    """Change to another uid and see that the interpreter's library is still readable."""
    process_limits.become(process_limits.worker_uid(os.getpid(), 0, Path("/proc/self/uid_map").read_text()))
    packages = [entry for entry in sys.path if entry.endswith("-packages")]
    for folder in (os.path.dirname(os.__file__), *packages):
        os.listdir(folder)


def probe_layers() -> dict[str, str]:
    """Try everything; return ``{layer: why it is not available}``, empty strings for what is."""
    supported = syscalls.machine() in syscalls.AUDIT_ARCH
    no_table = "" if supported else f"no system call table for {syscalls.machine()}"
    root = os.geteuid() == 0
    readable_paths.reading()  # remembered, so that the children need not find out
    return {
        "pidfd": _try_in_child(lambda: os.close(os.pidfd_open(os.getpid()))),
        "seccomp": no_table or _try_in_child(_filter),
        "landlock": _try_in_child(_confine),
        "landlock_abi": str(landlock.abi()),
        "namespaces": _try_in_child(_rehearse),
        "change_uid": _try_in_child(lambda: os.setgroups([])) if root else "not root",
        "own_uid": _try_in_child(_become_foreign) if root else "not root",
        "kernel": os.uname().release,
        "uid": str(os.geteuid()),
    }


def main() -> None:
    """Print the outcome."""
    print(json.dumps(probe_layers()))
