"""What a worker may read: the interpreter's library, the installed packages, and what they load from the system.

The list is made of folders that hold programs and public data. The repository, the course and the homes of people are
in none of them, even when the interpreter, a virtual environment or an editable package lives there.
"""

from __future__ import annotations

import functools
import os
import site
import sys
import sysconfig
from pathlib import Path

_SYSTEM = (
    "/lib/x86_64-linux-gnu",
    "/lib/aarch64-linux-gnu",
    "/usr/lib/x86_64-linux-gnu",
    "/usr/lib/aarch64-linux-gnu",
    "/lib64",
    "/usr/lib64",
    "/usr/share/zoneinfo",
    "/usr/share/fonts",
    "/etc/ssl/certs",
    "/etc/ssl/openssl.cnf",
    "/usr/lib/ssl",
    "/etc/localtime",
    "/etc/ld.so.cache",
    "/etc/fonts",
)
DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom", "/dev/random")


def _library_folders() -> list[Path]:
    """Return the standard library and the package folders on `sys.path`; nothing else that is on it."""
    paths = sysconfig.get_paths()
    folders = [paths[name] for name in ("stdlib", "purelib", "platlib")]
    named = {"site-packages", "dist-packages"}
    folders += [entry for entry in sys.path if Path(entry).name in named]
    folders += [entry for entry in site.getsitepackages() if Path(entry).name in named]
    archive = f"python{sys.version_info.major}{sys.version_info.minor}.zip"
    folders += [entry for entry in sys.path if Path(entry).name in ("lib-dynload", archive)]
    if sys.base_prefix not in ("/", "/usr"):  # an interpreter of its own (pyenv, conda, uv) brings its own libraries
        folders.append(f"{sys.base_prefix}/lib")
    return [Path(folder) for folder in folders]


def _mapped_files() -> list[Path]:
    """Return the shared libraries that this process has loaded, wherever they come from."""
    try:
        lines = Path("/proc/self/maps").read_text().splitlines()
    except OSError:
        return []
    names = {line.split(maxsplit=5)[-1] for line in lines if " r-xp " in line and ".so" in line}
    return [Path(name) for name in sorted(names) if name.startswith("/")]


def _without_nested(paths: list[Path]) -> list[Path]:
    """Drop what does not exist and what lies inside another entry; keep links and their targets both."""
    found = sorted({path for path in paths if path.exists()}, key=lambda path: len(path.parts))
    kept: list[Path] = []
    for path in found:
        if not any(outer in path.parents for outer in kept):
            kept.append(path)
    return kept


@functools.cache
def readable_paths() -> tuple[Path, ...]:
    """Return the files and folders that every worker may read, outermost only, sorted by depth.

    Computed once per process, after the libraries are loaded and while /proc is still there.
    """
    wanted = [*_library_folders(), *_mapped_files(), *map(Path, _SYSTEM)]
    resolved = [Path(os.path.realpath(path)) for path in wanted]
    return tuple(_without_nested([*wanted, *resolved]))
