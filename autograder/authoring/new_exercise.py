"""Writes the pieces of a new exercise beside those that exist; nothing is overwritten."""

from __future__ import annotations

import ast
import keyword
import re
from collections.abc import Sequence
from pathlib import Path

from autograder.atomic import write_atomically
from autograder.authoring.imports import with_imports
from autograder.authoring.pieces import Piece, pieces
from autograder.course.location import assignment_names
from autograder.course.manifest import read_manifest
from autograder.course.outline import CONCEPTS, TRAINING, WRITTEN, Item, read_items
from autograder.errors import UsageError, suggest
from autograder.submission.filenames import is_library

_LAST = (CONCEPTS, WRITTEN, TRAINING)
_RESERVED = (*_LAST, "toys", "shared_mistakes", "conftest")
_NAME = re.compile(r"[a-z_]\w*", re.ASCII)


def new_exercise(root: Path, identifier: str, sources: Sequence[str] = ()) -> list[Path]:
    """Write the pieces of ``assignment.module.name`` below ``root``, with TODOs; return the files that were touched.

    Nothing is written unless everything can be. Raises :class:`UsageError` for a name that will not do, an exercise that
    exists, an unknown source, or a file that cannot be read as Python.
    """
    assignment, module, name = _parts(identifier)
    folder = root / "solutions" / assignment
    outline = folder / "outline.md"
    text = outline.read_text("utf-8") if outline.is_file() else ""
    items = read_items(text, str(outline))
    _refuse_known(items, module, name, identifier)
    _refuse_unknown_sources(root, sources)
    contents = {outline: _listed(text, module, name, sources)}
    for piece in pieces(module, name, uses_torch=_uses_torch(root, folder, module)):
        if (folder / piece.path).exists() and module not in [item.room for item in items]:
            raise UsageError(f"{piece.path} exists and belongs to another file", identifier, "name the new file otherwise")
        contents[folder / piece.path] = _appended(folder / piece.path, piece)
    for path, content in contents.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, content)
    return list(contents)


def _parts(identifier: str) -> tuple[str, str, str]:
    """Return assignment, module and name; they become names of files and functions, so they have to be such."""
    parts = identifier.split(".")
    if len(parts) != 3:
        raise UsageError("an exercise is named ASSIGNMENT.MODULE.NAME", identifier, "for example vae.losses.gaussian_kl")
    for part in parts:
        if not _NAME.fullmatch(part) or keyword.iskeyword(part):
            raise UsageError(
                f"{part!r} is no name for a new function or file", identifier, "use small letters, digits and underscores"
            )
    if parts[1] in _RESERVED:
        raise UsageError(f"{parts[1]}.py does not hold functions to be written", identifier, "name another file")
    if is_library(parts[1]):
        raise UsageError(f"{parts[1]}.py would hide the library {parts[1]}", identifier, "name the file otherwise")
    return parts[0], parts[1], parts[2]


def _refuse_known(items: Sequence[Item], module: str, name: str, identifier: str) -> None:
    for item in items:
        if item.name == name and item.room not in (WRITTEN, TRAINING):  # a notebook has one namespace
            raise UsageError(f"the assignment has an exercise {item.key}", identifier, "choose another name")


def _refuse_unknown_sources(root: Path, sources: Sequence[str]) -> None:
    known = read_manifest(root).source_items
    for source in sources:
        if known and source not in known:
            raise UsageError(f"the course has no source {source!r}", "--source", suggest(source, known))
        if not re.fullmatch(r"[^\s,\]]+", source):
            raise UsageError(f"{source!r} is no tag of a source", "--source", "use one without spaces, commas and brackets")


def _uses_torch(root: Path, folder: Path, module: str) -> bool:
    """Whether the file, its assignment or else the course works on tensors; a course without files yet does."""
    places = ([folder / f"{module}.py"], sorted(folder.glob("*.py")), sorted((root / "solutions").glob("*/*.py")))
    for paths in places:
        if texts := [path.read_bytes() for path in paths if path.is_file()]:
            return any(b"torch" in text for text in texts)
    return not assignment_names(root)


def _listed(text: str, module: str, name: str, sources: Sequence[str]) -> str:
    """The outline with a line for the exercise: below the others of its file, or below a heading of its own."""
    todo = f"TODO {module}.{name}:"
    ask = "say what it is, in half a sentence." if sources else "say what it is, and which source it covers."
    own = [f"- `{module}.{name}` [{', '.join(sources)}]: {todo} {ask}"]
    lines = text.splitlines() or [f"# {todo} the assignment's title", "", f"{todo} what the assignment is about."]
    rooms = {number: found[1] for number, line in enumerate(lines) if (found := re.match(r"- `(\w+)\.\w+`", line))}
    if module in rooms.values():
        at = max(number for number, room in rooms.items() if room == module)
    else:  # after the last file of code, before short answers, prose and training
        at = max((number for number, room in rooms.items() if room not in _LAST), default=len(lines) - 1)
        own = ["", f"## {module}.py", "", f"{todo} what the file is about.", "", *own]
    return "\n".join([*lines[: at + 1], *own, *lines[at + 1 :]]) + "\n"


def _appended(path: Path, piece: Piece) -> str:
    """The file's text with the piece at its end and the imports that it needs."""
    text = path.read_text("utf-8") if path.is_file() else piece.head
    try:
        tree = ast.parse(text)
        taken = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
        ours = {node.name for node in ast.parse(piece.body).body if isinstance(node, ast.FunctionDef)}
        if both := sorted(taken & ours):
            raise UsageError(f"there is a function {both[0]} already", str(path), "choose another name for the exercise")
        return with_imports(text, piece.imports).rstrip() + "\n\n\n" + piece.body
    except SyntaxError as error:
        raise UsageError(f"the file is not Python: {error.msg}", f"{path}:{error.lineno}", "mend it first") from None
