"""Writes a small course that works: one assignment of two exercises in plain NumPy."""

from __future__ import annotations

import re
from pathlib import Path

from autograder.errors import UsageError

_FILES = Path(__file__).with_name("course_files")
_SUFFIX = ".tmpl"
_HIDDEN = {"gitignore": ".gitignore"}


def new_course(folder: Path) -> list[Path]:
    """Write the course into ``folder``, which must be new or empty, and return its files; raises :class:`UsageError`."""
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise UsageError("there is something here already", str(folder), "name a new or empty folder")
        contents = {_place(folder, path): path.read_text("utf-8") for path in sorted(_FILES.rglob(f"*{_SUFFIX}"))}
        identifier = re.sub(r"[^a-z0-9]+", "-", folder.resolve().name.lower()).strip("-") or "course"
        for path, text in contents.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text.replace("@ID@", identifier), "utf-8")
    except OSError as error:
        raise UsageError(f"the course cannot be written: {error.strerror}", str(folder), "name another folder") from error
    return list(contents)


def _place(folder: Path, path: Path) -> Path:
    """Where a file of the pattern goes."""
    relative = path.relative_to(_FILES)
    name = path.name.removesuffix(_SUFFIX)
    return folder / relative.with_name(_HIDDEN.get(name, name))
