"""Landlock: the worker's own list of paths it may touch, enforced by the kernel without any privilege.

Each kernel knows a number of rights, told by its ABI version (1 to 7 so far). A ruleset must name only rights that
the kernel knows, so the request is cut down to them. What an older ABI leaves open is reported by `gaps`.
Source: Linux `Documentation/userspace-api/landlock.rst`.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.sandbox.walls import libc

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_REMOVE_DIR, _REMOVE_FILE, _MAKE_DIR, _MAKE_REG, _MAKE_SYM = 1 << 4, 1 << 5, 1 << 7, 1 << 8, 1 << 12
_REFER, _TRUNCATE, _IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15
_ON_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEV
_CHANGING = _WRITE_FILE | _REMOVE_DIR | _REMOVE_FILE | _MAKE_DIR | _MAKE_REG | _MAKE_SYM | _REFER | _TRUNCATE
READ = _READ_FILE | _READ_DIR
"""Reading files and listing folders; never executing."""
LIST = _READ_DIR
"""Listing a folder and those below it; reading none of their files."""
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


def _allow(ruleset: int, path: bytes, rights: int) -> None:
    """Add one path; one that does not exist is left out."""
    try:
        parent = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        libc.call("landlock_add_rule", ruleset, _RULE_PATH_BENEATH, _PathBeneath(rights, parent), 0)
    finally:
        os.close(parent)


@dataclass(frozen=True)
class Ruleset:
    """What a process may touch, worked out once and enforced in many.

    Attributes:
        version: the ABI that it keeps to.
        rules: pairs of a path and of rights that fit it.
    """

    version: int
    rules: tuple[tuple[bytes, int], ...]

    @classmethod
    def of(cls, rules: Sequence[tuple[Path, int]], version: int | None = None) -> Ruleset:
        """Cut rights down to what the kernel knows and what each path can have.

        Args:
            rules: pairs of an existing path and its rights (`READ`, `LIST`, `READ_WRITE`, `DEVICE`); all else is refused.
            version: the ABI to keep to; the kernel's own if it is not given.
        """
        version = version or abi()
        known = known_rights(version)
        return cls(
            version,
            tuple((os.fsencode(path), rights & known & (-1 if path.is_dir() else _ON_FILES)) for path, rights in rules),
        )

    def create(self) -> int:
        """Return a descriptor of the ruleset, to be enforced by this process or by children of it.

        Raises:
            OSError: where the kernel has no Landlock or refuses the ruleset.
        """
        ruleset = _ruleset(self.version)
        try:
            for path, rights in self.rules:
                _allow(ruleset, path, rights)
        except OSError:
            os.close(ruleset)
            raise
        return ruleset

    def enforce(self) -> None:
        """Confine this process, for good. no_new_privs must be set before.

        Raises:
            OSError: where the kernel has no Landlock or refuses the ruleset.
        """
        restrict(self.create(), self.version)


def restrict(ruleset: int, version: int) -> None:
    """Confine this process to a ruleset from :meth:`Ruleset.create`, for good, and close the descriptor.

    Raises:
        OSError: where the kernel refuses.
    """
    try:
        # A student's denied accesses are expected: they need not fill the system's audit log.
        libc.call("landlock_restrict_self", ruleset, _NO_LOG_OF_DENIALS if version >= 7 else 0)
    finally:
        os.close(ruleset)
