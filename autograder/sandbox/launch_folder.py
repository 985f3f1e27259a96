"""What a zygote finds outside itself: its folder on the host, and what no worker of it may reach."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from autograder.sandbox import interpreter


def prepare_folder(folder: Path) -> None:
    """Fill a zygote's folder: a canary, an empty folder for workers, a home with the fonts already listed."""
    folder.chmod(0o755)
    for name in ("base", "canary", "home"):
        (folder / name).mkdir(mode=0o755)
    canary = folder / "canary" / "canary.txt"
    canary.write_text("A worker that reads this is not isolated.\n")
    canary.chmod(0o644)
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser())
    for source in (cache / "matplotlib").glob("fontlist-*.json"):
        with contextlib.suppress(OSError):
            shutil.copyfile(source, folder / "home" / source.name)


def reachable_only_outside(hidden: Sequence[Path]) -> tuple[str, ...]:
    """Return what a worker must not reach: the entries of the given folders and of this package's working copy.

    A folder that holds the virtual environment has to exist in a worker's view, so its entries are tried instead.
    """
    libraries = [Path(entry).resolve() for entry in sys.path if Path(entry).name.endswith("-packages")]
    libraries.append(Path(sys.base_prefix).resolve())
    named = [Path(path).resolve() for path in hidden]
    if not interpreter.PACKAGE_ROOT.name.endswith("-packages"):
        named.append(interpreter.PACKAGE_ROOT)
    tried: list[Path] = []
    for path in named:
        if not any(path == library or path in library.parents for library in libraries):
            tried.append(path)
            continue
        entries = path.iterdir() if path.is_dir() else ()
        tried += [entry for entry in entries if not any(entry == library or entry in library.parents for library in libraries)]
    return tuple(str(path) for path in sorted(tried)[:64])
