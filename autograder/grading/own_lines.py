"""A student's own lines for an exercise: read off the files, to be shown beside what was found."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator, Mapping

from autograder.plaintext import printable
from autograder.submission.progress import parsed_source
from autograder.wire.names import NOTEBOOK

MOST_LINES = 40
MOST_CHARACTERS = 4_000
_KINDS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def own_lines(files: Mapping[str, bytes], module: str, name: str) -> tuple[str, str] | None:
    """Return place and text of the last definition of ``name`` in a module or the notebook; None if there is none.

    The docstring, which is the assignment's, is left out.
    """
    found = None
    for place, source in _sources(files, module):
        for node in ast.iter_child_nodes(parsed_source(source)):
            if isinstance(node, _KINDS) and node.name == name:
                found = f"{place}, line {node.lineno}", _text(source, node)
    return found


def _sources(files: Mapping[str, bytes], module: str) -> Iterator[tuple[str, str]]:
    if (path := f"{module}.py") in files:
        yield path, files[path].decode(errors="replace")
    else:
        for cell in json.loads(files.get(NOTEBOOK, b"[]")):
            yield f"cell {cell['cell']}", str(cell["source"])


def _text(source: str, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> str:
    lines = source.split("\n")
    first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
    told = ast.get_docstring(node, clean=False) is not None
    docstring = range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1) if told else range(0)
    kept = [lines[number - 1] for number in range(first, (node.end_lineno or first) + 1) if number not in docstring]
    if len(kept) > MOST_LINES:
        kept = [*kept[:MOST_LINES], f"… and {len(kept) - MOST_LINES} more lines"]
    return printable("\n".join(kept)[:MOST_CHARACTERS], keep="\n\t")
