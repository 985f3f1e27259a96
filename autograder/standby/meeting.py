"""Where a client meets a standby, and what both must have in common."""

from __future__ import annotations

import hashlib
import os
import socket
import stat
import struct
import sys
from pathlib import Path

from autograder.imports import SAFE_PATH

SWITCH = "AUTOGRADER_STANDBY"
"""Set to ``off``, it keeps commands from looking for a standby."""

SERVED = ("grade", "check", "nbgrade")
_MATTERS = (
    "PYTHON",
    "OMP_",
    "MKL_",
    "OPENBLAS_",
    "CUDA_",
    "LD_",
    "TORCH_",
    "KMP_",
    "AUTOGRADER_SANDBOX",
    "AUTOGRADER_READABLE",
)
"""Variables that are read while libraries are imported, or by the zygote."""


class CommandEnded(BaseException):
    """In the child: the command is over, and so is this process once nothing of it is left; carries the exit code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def socket_path() -> Path:
    """The socket of the standby for this package under this interpreter, in a folder of this user's."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser()
    name = hashlib.sha256(f"{sys.executable}\0{Path(__file__).parents[1]}".encode()).hexdigest()[:12]
    return cache / "autograder" / f"standby-{name}"


def fingerprint() -> str:
    """The same for two processes that would do the same: package, interpreter, and what the environment decides early."""
    digest = hashlib.sha256(f"{sys.version}\0{sys.executable}".encode())
    package = Path(__file__).parents[1]
    for path in sorted(package.rglob("*.py")):
        seen = path.stat()
        digest.update(f"{path}\0{seen.st_size}\0{seen.st_mtime_ns}\0".encode())
    for name in sorted(os.environ):  # every command sets the one that is left out, sooner or later
        if name.startswith(_MATTERS) and name != SAFE_PATH:
            digest.update(f"{name}={os.environ[name]}\0".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def is_private(folder: Path) -> bool:
    """Whether a folder is this user's, for nobody else to write to."""
    try:
        seen = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(seen.st_mode) and seen.st_uid == os.getuid() and not seen.st_mode & 0o022


def peer_is_this_user(connection: socket.socket) -> bool:
    """Whether the process at the other end runs as this user, as the kernel says."""
    layout = struct.Struct("3i")
    _, user, _ = layout.unpack(connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, layout.size))
    return user == os.getuid()
