"""Writes the demonstration class: every submission from a few lines in ``demo/<assignment>.toml``.

A table per student, of these entries, all optional::

    about               what it shows
    base                what every module is unless `files` says otherwise: "reference", "stub" or "nothing"
    files               module -> "reference", "stub", "nothing", "alternatives/…" or a file of the repository
    unfinished          module -> functions and classes that are still those of the stub
    change              [module, old text, new text]: the old text must occur exactly once
    append              module -> text at its end
    add                 path -> text of another file
    form                "folder", "file" (one module, called like the student), "zip" or "notebook"
    prefix, cut         of an archive: folder inside it, number of bytes that arrived
    headings            of a notebook: whether the modules have some
    cells_before, …     of a notebook: [kind, source] of cells before and after the answers (`cells_after`)
"""

from __future__ import annotations

import ast
import io
import json
import re
import shutil
import sys
import tomllib
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from autograder.course.location import find_root, read_outline
from autograder.errors import AutograderError, UsageError
from autograder.release.stubs import BEGIN, END, cut_solutions

Student = Mapping[str, Any]

ENTRIES = {
    "about", "base", "files", "unfinished", "change", "append", "add", "form", "prefix", "cut", "headings", "cells_before",
    "cells_after",
}  # fmt: skip
FORMS = ("folder", "file", "zip", "notebook")
HANDED_IN = (2026, 10, 1, 12, 0, 0)
"""The date of every file in an archive: the same archive every time."""


def build_class(root: Path, name: str, target: Path) -> list[Path]:
    """Write one assignment's class into the folder `target`, which is emptied first; return the submissions."""
    description = root / "demo" / f"{name}.toml"
    try:
        students = tomllib.loads(description.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"the class cannot be read: {error}", str(description)) from None
    modules = [f"{module}.py" for module in read_outline(root, name).modules]
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    return [
        _hand_in(target, who, student, files_of(root, name, modules, student, f"{description}, {who}"))
        for who, student in students.items()
    ]


def files_of(root: Path, name: str, modules: list[str], student: Student, where: str) -> dict[str, str]:
    """One student's files by path; raises :class:`UsageError`, which begins with `where`, for what cannot be made."""
    if student.get("form", "folder") not in FORMS:
        raise UsageError(f"there is no form {student['form']!r}", where, "one of " + ", ".join(FORMS))
    unknown = student.keys() - ENTRIES
    if unknown:
        raise UsageError(f"there is no entry {min(unknown)!r}", where, "one of " + ", ".join(sorted(ENTRIES)))
    chosen = dict.fromkeys(modules, student.get("base", "reference")) | student.get("files", {})
    if student.get("base") == "nothing":
        chosen = {module: chosen[module] for module in student.get("files", {})}
    files = {module: _text(root, name, module, kind, where) for module, kind in chosen.items() if kind != "nothing"}
    for module, names in student.get("unfinished", {}).items():
        stub = definitions(_text(root, name, module, "stub", where))
        for one in names:
            own = definitions(files.get(module, ""))
            files[module] = _changed(files, module, own.get(one, one), stub.get(one, ""), where)
    for module, old, new in student.get("change", []):
        files[module] = _changed(files, module, old, new, where)
    for module, text in student.get("append", {}).items():
        files[module] = files.get(module, "") + text
    return files | student.get("add", {})


def _text(root: Path, name: str, module: str, kind: str, where: str) -> str:
    """What a module of a submission is made from."""
    folder = root / "solutions" / name
    named = {"reference": folder / module, "stub": folder / module}.get(kind)
    path = named or (folder / kind if kind.startswith("alternatives/") else root / kind)
    try:
        text = path.read_text("utf-8")
    except OSError:
        raise UsageError(f"{module} is to be {kind!r}, which does not exist", where, "see tools/build_demo.py") from None
    if kind == "stub":
        return cut_solutions(text, str(path))
    return "".join(line for line in text.splitlines(keepends=True) if line.strip() not in (BEGIN, END))


def _changed(files: Mapping[str, str], module: str, old: str, new: str, where: str) -> str:
    """A module with one text replaced, which occurs exactly once."""
    count = files.get(module, "").count(old)
    if count != 1:
        raise UsageError(f"{old!r} occurs {count} times in {module}, not once", where, "change demo/ with the reference")
    return files[module].replace(old, new)


def definitions(source: str) -> dict[str, str]:
    """The text of every top-level function and class, by name and in order."""
    lines = source.splitlines()
    nodes = [node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    return {node.name: "\n".join(lines[node.lineno - 1 : node.end_lineno]) for node in nodes}


def _hand_in(target: Path, who: str, student: Student, files: dict[str, str]) -> Path:
    """Write a submission in the form in which it arrives."""
    form = student.get("form", "folder")
    if form == "zip":
        path = target / f"{who}.zip"
        path.write_bytes(archive(files, student.get("prefix", ""), student.get("add", {}))[: student.get("cut")])
    elif form == "notebook":
        path = target / f"{who}.ipynb"
        path.write_text(notebook(files, student), "utf-8")
    elif form == "file":
        path = target / f"{who}.py"
        path.write_text("".join(files.values()), "utf-8")
    else:
        path = target / who
        for name, text in files.items():
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            (path / name).write_text(text, "utf-8")
    return path


def archive(files: Mapping[str, str], prefix: str, added: Mapping[str, str]) -> bytes:
    """An archive of the files, in a folder but for those that were added with their own."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        for path, text in files.items():
            entry = zipfile.ZipInfo(path if path in added else prefix + path, HANDED_IN)
            entry.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(entry, text)
    return stream.getvalue()


def notebook(files: Mapping[str, str], student: Student) -> str:
    """A notebook with a cell for the head of every module and one for each of its functions and classes."""
    cells = [*map(tuple, student.get("cells_before", []))]
    for name, source in files.items():
        if student.get("headings"):
            cells.append(("markdown", f"## {name.removesuffix('.py')}"))
        cells += [("code", text) for text in _cells(source, [path.removesuffix(".py") for path in files])]
    cells += map(tuple, student.get("cells_after", []))
    empty = {"markdown": {}, "code": {"execution_count": None, "outputs": []}}
    content = {
        "cells": [
            {"cell_type": kind, "id": f"c{number}", "metadata": {}, "source": text, **empty[kind]}
            for number, (kind, text) in enumerate(cells)
        ],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(content, indent=1) + "\n"


def _cells(source: str, modules: list[str]) -> Iterator[str]:
    """Head and definitions of a module without its imports from the notebook's other ones."""
    texts = definitions(source)
    head = source[: source.index(next(iter(texts.values())))]
    yield re.sub(rf"^from ({'|'.join(modules)}) import .*\n", "", head, flags=re.MULTILINE).strip()
    yield from texts.values()


def main(folder: str = "results/demo-submissions") -> None:
    """Write the classes of all assignments that have one."""
    root = find_root()
    for description in sorted((root / "demo").glob("*.toml")):
        target = root / folder / description.stem
        print(f"{len(build_class(root, description.stem, target))} submissions: {target}")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:2])
    except AutograderError as error:
        sys.exit(f"build_demo: {error}")
