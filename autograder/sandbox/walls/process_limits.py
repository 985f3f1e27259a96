"""Limits, identity and privileges: the layers that need no kernel feature newer than Linux 3.5."""

from __future__ import annotations

import ctypes
import errno
import os
from dataclasses import dataclass
from pathlib import Path

from autograder.sandbox.walls import libc

_MEBIBYTE = 2**20
_CAPABILITY_VERSION_3 = 0x20080522
_LAST_CAPABILITY = 63
_FIRST_WORKER_UID = 1_000_000_000
UIDS_PER_ZYGOTE = 512
"""Workers of one zygote that can live at the same time, each under a uid of its own."""


@dataclass(frozen=True)
class Limits:
    """Resource limits of one worker.

    Attributes:
        memory_mb: what a worker may allocate beyond the zygote it was forked from, in MiB.
        baseline: address space of the zygote in bytes; torch with CUDA libraries maps 3.5 GB before any work.
        cpu_seconds: processor time; the wall-clock deadline of the grader is the limit that usually bites.
        processes: processes and threads of the worker's uid; None leaves it alone.
    """

    memory_mb: int
    baseline: int = 0
    cpu_seconds: int = 600
    processes: int | None = 64


Ceilings = tuple[tuple[int, int, int], ...]
"""Kinds of limits with their soft and hard values."""


def ceilings(limits: Limits) -> Ceilings:
    """Return the rlimits of a worker, never above the hard limits that are in force here already."""
    import resource  # not on Windows

    wanted = [
        (resource.RLIMIT_AS, limits.baseline + limits.memory_mb * _MEBIBYTE),
        (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_FSIZE, 64 * _MEBIBYTE),
        (resource.RLIMIT_CORE, 0),
    ]
    if limits.processes is not None:
        wanted.append((resource.RLIMIT_NPROC, limits.processes))
    # SIGXCPU is ignored by the first process of a pid namespace; the hard limit kills in any case.
    pairs = [(kind, value, value) for kind, value in wanted]
    pairs.append((resource.RLIMIT_CPU, limits.cpu_seconds, limits.cpu_seconds + 1))
    return tuple((kind, _below(kind, soft), _below(kind, hard)) for kind, soft, hard in pairs)


def _below(kind: int, value: int) -> int:
    import resource

    ceiling = resource.getrlimit(kind)[1]
    return value if ceiling == resource.RLIM_INFINITY else min(value, ceiling)


def apply_limits(values: Ceilings) -> None:
    """Set rlimits of this process, soft and hard."""
    import resource

    for kind, soft, hard in values:
        try:
            resource.setrlimit(kind, (soft, hard))
        except (ValueError, OSError):
            if os.uname().sysname == "Linux":  # macOS knows RLIMIT_AS but refuses most values
                raise


def tasks_of(uid: int) -> int:
    """Count the threads that run under a uid, which is what RLIMIT_NPROC counts."""
    count = 0
    for folder in Path("/proc").iterdir():
        try:
            if folder.name.isdigit() and folder.stat().st_uid == uid:
                count += len(os.listdir(folder / "task"))
        except OSError:
            continue
    return count


# --- identity ------------------------------------------------------------------------------------


def worker_uid(zygote_pid: int, serial: int, uid_map: str) -> int:
    """Return a uid that no other process uses, so that limits and files of workers stay apart.

    Args:
        zygote_pid: pid of the zygote; zygotes that live at the same time differ in it.
        serial: number of the worker within its zygote.
        uid_map: text of /proc/self/uid_map; a container may know few uids.
    """
    wanted = _FIRST_WORKER_UID + zygote_pid * UIDS_PER_ZYGOTE + serial % UIDS_PER_ZYGOTE
    spans = [tuple(map(int, line.split())) for line in uid_map.splitlines() if line.strip()]
    if any(inside <= wanted < inside + length for inside, _outside, length in spans):
        return wanted
    inside, _outside, length = max(spans, key=lambda span: span[2])
    return inside + length - 1 - (zygote_pid * 7 + serial) % max(1, length // 2)


def become(uid: int) -> None:
    """Give up root for a uid and a gid of the same number, without supplementary groups."""
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)


# --- privileges ----------------------------------------------------------------------------------


class _CapabilityHeader(ctypes.Structure):
    """`struct __user_cap_header_struct`."""

    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _CapabilitySets(ctypes.Structure):
    """Two `struct __user_cap_data_struct`, all bits zero."""

    _fields_ = (("bits", ctypes.c_uint32 * 6),)


def drop_bounding_set() -> None:
    """Remove every capability from the bounding set; does nothing without CAP_SETPCAP."""
    for capability in range(_LAST_CAPABILITY + 1):
        try:
            libc.prctl(libc.PR_CAPBSET_DROP, capability)
        except OSError as error:
            if error.errno in (errno.EPERM, errno.EINVAL):
                return
            raise


def drop_capabilities() -> None:
    """Clear the ambient, effective, permitted and inheritable sets of this process."""
    libc.prctl(libc.PR_CAP_AMBIENT, libc.PR_CAP_AMBIENT_CLEAR_ALL)
    libc.call("capset", _CapabilityHeader(_CAPABILITY_VERSION_3, 0), _CapabilitySets())


def forbid_new_privileges() -> None:
    """Set no_new_privs: no later exec can gain anything, and filters may be installed."""
    libc.prctl(libc.PR_SET_NO_NEW_PRIVS, 1)


def hide_memory() -> None:
    """Make this process undumpable, so that others of the same uid can neither trace it nor read /proc/PID/mem.

    Does nothing where the platform has no such switch.
    """
    try:
        libc.prctl(libc.PR_SET_DUMPABLE, 0)
    except (OSError, AttributeError, TypeError):
        return


def die_with_parent(parent: int) -> None:
    """Ask for SIGKILL when the parent ends, and end at once if it already has.

    Args:
        parent: the pid expected of the parent; 0 if it lives in an outer pid namespace.
    """
    libc.prctl(libc.PR_SET_PDEATHSIG, 9)
    if os.getppid() != parent:
        os._exit(70)
