"""Which of a student's functions build on which others, read off their files: what fails below makes what is above fail."""

from __future__ import annotations

import ast
import json
from collections.abc import Collection, Mapping

from autograder.submission.progress import parsed_source
from autograder.wire.names import NOTEBOOK

_KINDS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def names_used(files: Mapping[str, bytes]) -> dict[str, set[str]]:
    """Top-level function or class -> the names that occur in it, in all files of a submission."""
    sources = [text.decode(errors="replace") for name, text in files.items() if name.endswith(".py")]
    sources += [str(cell["source"]) for cell in json.loads(files.get(NOTEBOOK, b"[]"))]
    used: dict[str, set[str]] = {}
    for source in sources:
        for node in ast.iter_child_nodes(parsed_source(source)):
            if isinstance(node, _KINDS):
                parts = list(ast.walk(node))
                names = {part.id for part in parts if isinstance(part, ast.Name)}
                used[node.name] = names | {part.attr for part in parts if isinstance(part, ast.Attribute)}
    return used


def faulty_pieces(name: str, used: Mapping[str, set[str]], faulty: Collection[str]) -> list[str]:
    """Those of the ``faulty`` exercises that ``name`` calls, directly or through others of the student's functions."""
    found: dict[str, None] = {}
    waiting = [name]
    while waiting:
        for other in sorted(used.get(waiting.pop(0), set()) & used.keys() - found.keys() - {name}):
            found[other] = None
            waiting.append(other)
    return [other for other in found if other in faulty]
