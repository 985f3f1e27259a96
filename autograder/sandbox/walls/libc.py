"""The few C library and kernel calls that Python 3.11 does not offer, through ctypes.

Importing this module is safe on every platform; calling a function of it needs Linux.
"""

from __future__ import annotations

import ctypes
import errno
import functools
import os
from collections.abc import Callable

from autograder.sandbox.walls import syscalls

CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC = 0x00020000, 0x04000000, 0x08000000
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x10000000, 0x20000000, 0x40000000

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_CAPBSET_DROP = 1, 4, 24
PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 36, 38
PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL = 47, 4

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8
MS_BIND, MS_REC, MS_PRIVATE = 0x1000, 0x4000, 0x40000
MNT_DETACH = 2


@functools.cache
def _library() -> ctypes.CDLL:
    """Return the C library of this process, with errno kept per call."""
    return ctypes.CDLL(None, use_errno=True)


@functools.cache
def _syscall() -> Callable[..., int]:
    """Return the function that makes system calls by number."""
    function = _library().syscall
    function.restype = ctypes.c_long
    return function


def _checked(result: int, what: str) -> int:
    """Return a non-negative result; raise the OSError that errno names otherwise."""
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def call(name: str, *args: int | bytes | ctypes.Array | ctypes.Structure | None) -> int:
    """Make a raw system call; integers are passed as 64 bits, structures by reference.

    Returns:
        The result, never negative.

    Raises:
        OSError: with the kernel's errno; ENOSYS where the architecture lacks the call.
    """
    try:
        number = syscalls.number(name)
    except KeyError:
        raise OSError(errno.ENOSYS, f"{name}: not on this architecture") from None
    converted = [
        ctypes.c_long(arg) if isinstance(arg, int) else ctypes.byref(arg) if isinstance(arg, ctypes.Structure) else arg
        for arg in args
    ]
    return _checked(_syscall()(ctypes.c_long(number), *converted), name)


def prctl(option: int, value: int, third: int = 0) -> int:
    """Call prctl(2); the unused arguments are zero, as the kernel demands."""
    arguments = [ctypes.c_ulong(number) for number in (value, third, 0, 0)]
    return _checked(_library().prctl(option, *arguments), f"prctl({option})")


def unshare(flags: int) -> None:
    """Move this process (for pid: its future children) into new namespaces."""
    _checked(_library().unshare(flags), f"unshare({flags:#x})")


def setns(descriptor: int, kind: int) -> None:
    """Enter the namespace that `descriptor` stands for."""
    _checked(_library().setns(descriptor, kind), "setns")


def mount(source: str, target: str, kind: str = "", flags: int = 0, options: str = "") -> None:
    """Call mount(2)."""
    words = [os.fsencode(word) for word in (source, target, kind)]
    result = _library().mount(*words, ctypes.c_ulong(flags), os.fsencode(options))
    _checked(result, f"mount {kind or 'bind'} on {target}")


def detach(target: str) -> None:
    """Take a mount and everything below it out of the tree."""
    _checked(_library().umount2(os.fsencode(target), MNT_DETACH), f"umount {target}")
