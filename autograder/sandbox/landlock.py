"""Landlock: the worker's own list of paths it may touch, enforced by the kernel without any privilege.

Each kernel knows a number of rights, told by its ABI version (1 to 7 so far). A ruleset must name only rights that
the kernel knows, so the request is cut down to them. What an older ABI leaves open is reported by `gaps`.
Source: Linux `Documentation/userspace-api/landlock.rst`.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Sequence
from pathlib import Path

from autograder.sandbox import libc

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_REMOVE_DIR, _REMOVE_FILE, _MAKE_DIR, _MAKE_REG, _MAKE_SYM = 1 << 4, 1 << 5, 1 << 7, 1 << 8, 1 << 12
_REFER, _TRUNCATE, _IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15
_ON_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEV
_CHANGING = (
    _WRITE_FILE | _REMOVE_DIR | _REMOVE_FILE | _MAKE_DIR | _MAKE_REG | _MAKE_SYM | _REFER | _TRUNCATE
)
READ = _READ_FILE | _READ_DIR
"""Reading files and listing folders; never executing."""
READ_WRITE = READ | _CHANGING
"""Everything that a scratch folder needs; no devices, sockets or pipes are made there."""
DEVICE = _READ_FILE | _WRITE_FILE | _TRUNCATE
"""For /dev/null and its like; not their ioctl calls."""

_BIND_TCP, _CONNECT_TCP = 1, 2
_ABSTRACT_SOCKETS, _SIGNALS = 1, 2
_NO_LOG_OF_DENIALS = 1
_RULE_PATH_BENEATH, _ASK_VERSION = 1, 1


class _Ruleset(ctypes.Structure):
    """`struct landlock_ruleset_attr`; older kernels take a prefix of it."""

    _fields_ = (("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _PathBeneath(ctypes.Structure):
    """`struct landlock_path_beneath_attr`."""

    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))


def abi() -> int:
    """Return the kernel's Landlock version, 0 where there is none."""
    try:
        return libc.call("landlock_create_ruleset", None, 0, _ASK_VERSION)
    except OSError:
        return 0


def known_rights(version: int) -> int:
    """Return the file system rights that an ABI version knows, as a bit mask."""
    bits = 13 + (version >= 2) + (version >= 3) + (version >= 5)
    return (1 << bits) - 1


def gaps(version: int) -> list[str]:
    """Name what Landlock of this version cannot stop, for the record; other layers may."""
    since = ((3, "truncating files"), (4, "TCP"), (5, "device ioctl"), (6, "signals and abstract sockets"))
    return [what for needed, what in since if version < needed]


def _ruleset(version: int) -> int:
    """Create a ruleset that handles everything this version knows; return its descriptor."""
    attributes = _Ruleset(
        known_rights(version),
        _BIND_TCP | _CONNECT_TCP if version >= 4 else 0,
        _ABSTRACT_SOCKETS | _SIGNALS if version >= 6 else 0,
    )
    size = 8 if version < 4 else 16 if version < 6 else 24
    return libc.call("landlock_create_ruleset", attributes, size, 0)


def _allow(ruleset: int, path: Path, rights: int) -> None:
    """Add one path with the rights that fit it; a path that does not exist is left out."""
    try:
        parent = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        is_folder = os.path.isdir(path)
        libc.call(
            "landlock_add_rule",
            ruleset,
            _RULE_PATH_BENEATH,
            _PathBeneath(rights if is_folder else rights & _ON_FILES, parent),
            0,
        )
    finally:
        os.close(parent)


def restrict(rules: Sequence[tuple[Path, int]], version: int | None = None) -> int:
    """Confine this process to the given paths, for good. no_new_privs must be set before.

    Args:
        rules: pairs of a path and its rights (`READ`, `READ_WRITE`, `DEVICE`); all else is refused.
        version: the ABI to keep to; the kernel's own if it is not given.

    Returns:
        The ABI version in force.

    Raises:
        OSError: where the kernel has no Landlock or refuses the ruleset.
    """
    version = version or abi()
    ruleset = _ruleset(version)
    try:
        known = known_rights(version)
        for path, rights in rules:
            _allow(ruleset, path, rights & known)
        # A student's denied accesses are expected: they need not fill the system's audit log.
        libc.call("landlock_restrict_self", ruleset, _NO_LOG_OF_DENIALS if version >= 7 else 0)
    finally:
        os.close(ruleset)
    return version
