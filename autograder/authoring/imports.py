"""Adds imports to a Python file where a person would write them."""

from __future__ import annotations

import ast
import sys
from collections.abc import Sequence

from autograder.runtime.top_level import names_bound_by

_WIDTH = 128

Wanted = tuple[str, str]
"""Module and name: ``("torch", "")`` is ``import torch``, ``("torch", "Tensor")`` is ``from torch import Tensor``;
``("numpy as np", "")`` has another name."""


def with_imports(text: str, wanted: Sequence[Wanted]) -> str:
    """Return a file's text with the imports that it lacks, sorted as ``ruff`` sorts them; raises :class:`SyntaxError`.

    What stands there stays; names are added to an import from the same module.
    """
    for module, name in wanted:
        tree = ast.parse(text)
        if (name or module.rpartition(" ")[2]) not in _bound(tree):
            text = _add(text, tree, module, name)
    return text


def _bound(tree: ast.Module) -> set[str]:
    """What a file's top level imports, assigns or defines: an import of the same name would be hidden by it, or hide it."""
    imports = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    imported = {alias.asname or alias.name for node in imports for alias in node.names}
    return imported | {name for node in tree.body for name in names_bound_by(node)}


def _add(text: str, tree: ast.Module, module: str, name: str) -> str:
    lines = text.splitlines()
    imports = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    for node in imports:
        if name and isinstance(node, ast.ImportFrom) and node.module == module and not node.level:
            names = [alias.name + (f" as {alias.asname}" if alias.asname else "") for alias in node.names]
            lines[node.lineno - 1 : node.end_lineno] = _from(module, [*names, name])
            return "\n".join(lines) + "\n"
    new = _from(module, [name]) if name else [f"import {module}"]
    later = next((node for node in imports if _order(*_key(node)) > _order(module, bool(name))), None)
    earlier = [node for node in imports if node is not later and (later is None or node.lineno < later.lineno)]
    if earlier:
        at = earlier[-1].end_lineno or 0
        gap = [""] if _section(_key(earlier[-1])[0]) != _section(module) else []
        rest = lines[at:]
        if later is not None and _section(_key(later)[0]) != _section(module):
            rest = ["", *_without_leading_blanks(rest)]
        elif later is not None:
            rest = _without_leading_blanks(rest)
        lines = [*lines[:at], *gap, *new, *rest]
    elif later is not None:
        at = later.lineno - 1
        gap = [""] if _section(_key(later)[0]) != _section(module) else []
        lines = [*lines[:at], *new, *gap, *lines[at:]]
    else:
        head = tree.body[0].end_lineno or 0 if ast.get_docstring(tree) is not None else 0
        rest = _without_leading_blanks(lines[head:])
        blank = ["", ""] if rest and rest[0].startswith(("def ", "class ", "@", "async ")) else [""] if rest else []
        lines = [*lines[:head], *([""] if head else []), *new, *blank, *rest]
    return "\n".join(lines) + "\n"


def _without_leading_blanks(lines: list[str]) -> list[str]:
    first = next((number for number, line in enumerate(lines) if line.strip()), len(lines))
    return lines[first:]


def _from(module: str, names: Sequence[str]) -> list[str]:
    ordered = sorted(set(names), key=lambda name: (not name.isupper(), not name[0].isupper(), name))
    line = f"from {module} import {', '.join(ordered)}"
    return [line] if len(line) <= _WIDTH else [f"from {module} import (", *(f"    {name}," for name in ordered), ")"]


def _key(node: ast.Import | ast.ImportFrom) -> tuple[str, bool]:
    return (node.module or "", True) if isinstance(node, ast.ImportFrom) else (node.names[0].name, False)


def _order(module: str, is_from: bool) -> tuple[int, bool, str]:
    return _section(module), is_from, module


def _section(module: str) -> int:
    first = module.partition(" ")[0].partition(".")[0]
    if first == "__future__":
        return 0
    return 1 if first in sys.stdlib_module_names else 3 if first == "autograder" else 2
