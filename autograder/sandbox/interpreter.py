"""How the sandbox's own processes are started: an isolated interpreter with an environment made from nothing."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path

from autograder.sandbox.walls.readable_paths import EXTRA

_ONE_THREAD = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS")
_START = (
    "import sys; sys.path.insert(0, sys.argv[2]); sys.path += [p for p in sys.argv[3:] if p not in sys.path]; "
    "from {module} import main; main()"
)
_LIBRARIES = ("torch", "numpy", "torchvision", "scipy", "matplotlib", "msgpack")

PACKAGE_ROOT = Path(__file__).resolve().parents[2]
"""The folder that holds the `autograder` package."""


def _library_folders() -> list[str]:
    """Return the folders in which the grader finds its libraries, without importing them."""
    folders = []
    for name in _LIBRARIES:
        spec = importlib.util.find_spec(name)
        if spec and spec.origin:
            folders.append(str(Path(spec.origin).parents[1]))
    return list(dict.fromkeys(folders))


def bootstrap(module: str, channel: int = -1) -> list[str]:
    """Return the command that runs ``module.main()`` in a fresh interpreter.

    The interpreter is isolated (no PYTHON* variables, no current folder, no user site) and finds the same libraries
    as this process; `sys.argv` is ``["-c", channel, folder of this package, library folders…]``.
    """
    options = ["-I", "-B", "-X", "utf8", "-c", _START.format(module=module)]
    return [sys.executable, *options, str(channel), str(PACKAGE_ROOT), *_library_folders()]


def clean_environment(home: str = "") -> dict[str, str]:
    """Return the whole environment of such a process: no secrets, one thread, no GPU.

    Args:
        home: a folder of its own for whatever libraries want to keep.
    """
    places = {name: home for name in ("HOME", "TMPDIR", "MPLCONFIGDIR", "XDG_CACHE_HOME") if home}
    told = {name: os.environ[name] for name in (EXTRA,) if name in os.environ}
    return {
        **{name: "1" for name in _ONE_THREAD},
        **told,
        **places,
        "CUDA_VISIBLE_DEVICES": "",
        "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",  # a heap in huge pages is cheap to fork
        "LANG": "C.UTF-8",
        "LOGNAME": "student",
        "MPLBACKEND": "Agg",
        "PATH": "/usr/bin:/bin",
        "TORCHINDUCTOR_CACHE_DIR": "/",  # nothing is compiled; torch would make the folder, also where it must not or cannot
        "USER": "student",
    }
