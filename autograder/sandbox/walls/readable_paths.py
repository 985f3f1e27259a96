"""What a worker may read: the parts of the interpreter and of the installed packages that an answer can import.

The repository, the course and the homes of people are in none of these folders, even when the interpreter, a virtual
environment or an editable package lives there. Within them, whatever no answer needs is left out too: compilers, headers,
libraries of a GPU that no worker has, tools for developing and grading. Such files are large and nobody reads them, so
their pages in the kernel's cache would be a good place to leave a note for the next worker.
"""

from __future__ import annotations

import functools
import itertools
import os
import site
import sys
import sysconfig
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_LIBRARY_FOLDERS = (
    "/lib/x86_64-linux-gnu",
    "/lib/aarch64-linux-gnu",
    "/usr/lib/x86_64-linux-gnu",
    "/usr/lib/aarch64-linux-gnu",
    "/lib64",
    "/usr/lib64",
)
_SYSTEM = (
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
EXTRA = "AUTOGRADER_READABLE"
"""Environment variable with more files and folders, between colons, that a worker may read: for a course whose answers
load something that is not in the lists here."""

_TOOLS = (
    "autograder nvidia triton cuda pip uv ruff mypy mypyc cosmic_ray pytest _pytest hypothesis nbgrader nbconvert "
    "nbclient jupyter_server jupyterlab jupyterlab_server jupyter_lsp notebook ipykernel debugpy sqlalchemy alembic "
    "psycopg2 psycopg2_binary.libs pyzmq.libs zmq git gitdb babel jedi rapidfuzz stevedore aiohttp cupy "
    "cupy_backends cudf tensorrt tensorrt_libs nvidia_cudnn_frontend ninja cmake wheel virtualenv conda"
)
NO_ANSWER_NEEDS = frozenset(_TOOLS.split())
"""Entries of a package folder that are left out; everything else that is installed may be imported by an answer."""
_TORCH = "torch"
_NO_ANSWER_NEEDS_OF_TORCH = frozenset(["bin", "include", "lib", "share", "test"])
"""Parts of torch that are left out. Its libraries are in memory already, and are not opened again."""
_PARTS_OF_PYTHON = "test idlelib ensurepip lib2to3 turtledemo site-packages dist-packages"
_NO_ANSWER_NEEDS_OF_PYTHON = frozenset(_PARTS_OF_PYTHON.split())
_PREFIXES = (
    "ld-linux libanl libblas libbsd libbrotli libbz2 libc.so libcblas libcrypt libdb- libdeflate libdl libexpat "
    "libffi libfontconfig libfreetype libgcc_s libgdbm libgfortran libglib-2 libGL libgmp libgomp libhdf5 libiomp5 "
    "libjpeg liblapack liblcms2 liblz4 liblzma libm.so libmd libmkl_ libmpdec libmvec libncurses libnsl libnss "
    "libnuma libomp libopenblas libopenjp2 libpanel libpcre libpng libpthread libpython3 libquadmath libreadline "
    "libresolv librt libsnappy libsodium libsqlite3 libssl libstdc++ libsz libtbb libtcl libthread_db libtiff "
    "libtinfo libtirpc libtk libutil libuuid libwebp libX libxcb libyaml libz.so libzmq libzstd gconv"
)
_SHARED = tuple(_PREFIXES.split())
"""How the names of the system's libraries begin that extension modules may still load."""


@dataclass(frozen=True)
class Reading:
    """What workers see and read; every path exists.

    Attributes:
        shown: outermost files and folders that a private root shows.
        covered: folders inside them that it shows empty.
        files: files and folders that may be read.
        listed: folders that may be listed although not everything in them may be read.
        unneeded: a file of each covered folder, which must prove out of reach.
        linked: whether libraries are reached through symbolic links.
    """

    shown: tuple[Path, ...]
    covered: tuple[Path, ...]
    files: tuple[Path, ...]
    listed: tuple[Path, ...]
    unneeded: tuple[Path, ...]
    linked: bool


def _package_folders() -> list[Path]:
    """Return the package folders on `sys.path`."""
    paths = sysconfig.get_paths()
    named = {"site-packages", "dist-packages"}
    folders = [paths[name] for name in ("purelib", "platlib")]
    folders += [entry for entry in [*sys.path, *site.getsitepackages()] if Path(entry).name in named]
    return [Path(folder) for folder in dict.fromkeys(folders)]


def _interpreter() -> list[Path]:
    """Return the folders and archives of the standard library."""
    archive = f"python{sys.version_info.major}{sys.version_info.minor}.zip"
    folders = [sysconfig.get_paths()["stdlib"]]
    folders += [entry for entry in sys.path if Path(entry).name in ("lib-dynload", archive)]
    return [Path(folder) for folder in folders]


def _shared_folders() -> list[Path]:
    """Return the folders of shared libraries; an interpreter of its own (pyenv, conda, uv) brings some."""
    own = [] if sys.base_prefix in ("/", "/usr") else [f"{sys.base_prefix}/lib"]
    return [Path(folder) for folder in [*_LIBRARY_FOLDERS, *own]]


def _mapped_files() -> list[Path]:
    """Return the shared libraries that this process has loaded, wherever they come from."""
    try:
        lines = Path("/proc/self/maps").read_text().splitlines()
    except OSError:
        return []
    names = {line.split(maxsplit=5)[-1] for line in lines if " r-xp " in line and ".so" in line}
    return [Path(name) for name in sorted(names) if name.startswith("/")]


def _without_nested(paths: Iterable[Path]) -> list[Path]:
    """Drop what does not exist and what lies inside another entry; keep links and their targets both."""
    found = sorted({path for path in paths if path.exists()}, key=lambda path: len(path.parts))
    kept: dict[str, Path] = {}
    for path in found:
        if not any(f"{path}".startswith(f"{outer}/") for outer in kept):
            kept[str(path)] = path
    return list(kept.values())


def _entries(folder: Path) -> list[Path]:
    """Return where the entries of a resolved folder lead to; nothing if it is not there or not readable."""
    try:
        with os.scandir(folder) as found:
            names = sorted((entry.name, entry.is_symlink()) for entry in found)
    except OSError:
        return []
    return [Path(os.path.realpath(folder / name)) if link else folder / name for name, link in names]


def _needed(folder: Path) -> Iterable[Path]:
    """Yield what may be read of one folder of packages or of the standard library."""
    left_out = NO_ANSWER_NEEDS if folder.name.endswith("-packages") else _NO_ANSWER_NEEDS_OF_PYTHON
    for path in _entries(folder):
        if path.name == _TORCH:
            yield from (part for part in _entries(path) if part.name not in _NO_ANSWER_NEEDS_OF_TORCH)
        elif path.name not in left_out and not path.name.startswith("config-"):
            yield path


def _covered(folder: Path) -> list[Path]:
    """Return the folders of a package folder that a private root shows empty: the large ones."""
    large = ["nvidia", "triton", "cuda", "pip", *(f"{_TORCH}/{part}" for part in sorted(_NO_ANSWER_NEEDS_OF_TORCH))]
    return [folder / name for name in large if (folder / name).is_dir() and not (folder / name).is_symlink()]


def _files_below(folder: Path) -> Iterable[Path]:
    """Yield the files of a folder and of those below it."""
    return (Path(parent) / name for parent, _, names in os.walk(folder) for name in sorted(names))


@functools.cache
def reading() -> Reading:
    """Return what every worker of this process may see and read.

    Computed once per process, after the libraries are loaded and while /proc and the whole of the file system are still there.
    """
    named = [*_package_folders(), *_interpreter()]
    packages, interpreter, shared = map(_unique, (_package_folders(), _interpreter(), _shared_folders()))
    mapped = _unique(_mapped_files())
    whole = [*map(Path, _SYSTEM), *(Path(name) for name in os.environ.get(EXTRA, "").split(":") if name.startswith("/"))]
    files = [path for folder in [*packages, *interpreter] for path in _needed(folder)]
    files += [path for path in interpreter if path.is_file()]
    files += [path for folder in shared for path in _entries(folder) if path.name.startswith(_SHARED)]
    files += [path for path in mapped if not str(path).startswith(tuple(f"{folder}/" for folder in packages))]
    covered = [path for folder in packages for path in _covered(folder)]
    listed = [folder for folder in [*packages, *(f / _TORCH for f in packages), *interpreter, *shared] if folder.is_dir()]
    return Reading(
        shown=tuple(_without_nested(_resolved([*named, *_shared_folders(), *_mapped_files(), *whole]))),
        covered=tuple(covered),
        files=tuple(dict.fromkeys([*files, *_unique(whole)])),
        listed=tuple(dict.fromkeys(listed)),
        unneeded=tuple(file for folder in covered[:2] for file in itertools.islice(_files_below(folder), 1)),
        linked=any(os.path.realpath(path) != str(path) for path in named),
    )


def _resolved(paths: list[Path]) -> list[Path]:
    """Return paths and what they lead to."""
    return [*paths, *(Path(os.path.realpath(path)) for path in paths)]


def _unique(paths: Iterable[Path]) -> tuple[Path, ...]:
    """Return where existing paths lead to, each once."""
    return tuple(dict.fromkeys(Path(os.path.realpath(path)) for path in paths if path.exists()))
