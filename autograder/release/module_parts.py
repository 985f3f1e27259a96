"""Takes a reference module apart: what a notebook's setup cell holds, and one piece of source for each exercise.

All modules of an assignment share one namespace in a notebook, so imports between them vanish.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from autograder.errors import GraderError
from autograder.release.stubs import BEGIN, END

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@dataclass
class ModuleParts:
    """One reference module in pieces."""

    docstring: str
    setup: str
    """Imports, types, constants and given helpers."""
    sources: dict[str, str]
    """Exercise -> its source, with solution markers."""
    nodes: dict[str, Definition]
    bindings: dict[str, str] = field(default_factory=dict)
    """What the setup binds: name -> the statement that does it."""


@dataclass
class _Chunk:
    """Consecutive lines that belong together: one statement with the comments above it, or one solution region."""

    first: int
    last: int
    node: ast.stmt | None

    def text(self, lines: list[str]) -> str:
        return "\n".join(lines[self.first : self.last])


def take_apart(source: str, exercises: Collection[str], siblings: Collection[str], where: str) -> ModuleParts:
    """Split a module; raises :class:`GraderError` for exercises it lacks and for imports that a notebook cannot have."""
    tree, lines = ast.parse(source), source.splitlines()
    setup: list[str] = []
    pieces: dict[str, list[str]] = {}
    waiting: list[str] = []
    nodes: dict[str, Definition] = {}
    for chunk in _chunks(tree, lines):
        text, node = chunk.text(lines), chunk.node
        if isinstance(node, _DEFINITIONS) and node.name in exercises:
            nodes[node.name] = node
            pieces[node.name] = [*waiting, text]
            waiting = []
        elif node is None and pieces:  # helpers of a solution: in the cell of the exercise before them
            pieces[list(pieces)[-1]].append(text)
        elif node is None:
            waiting.append(text)
        elif isinstance(node, _DEFINITIONS) and BEGIN in text:
            remedy = f"add the line - `{Path(where).stem}.{node.name}` []: what it is, or put the markers around all of it"
            told = f"{node.name} has a solution, but the outline does not name it as an exercise"
            raise GraderError(told, f"{where}:{node.lineno}", remedy)
        elif not _is_docstring(node, tree):
            setup.append(_for_one_namespace(node, text, siblings, where))
    _refuse_missing(set(exercises) - set(pieces), waiting, where)
    return ModuleParts(
        ast.get_docstring(tree) or "", _joined(setup), {name: _joined(parts) for name, parts in pieces.items()},
        nodes, dict(_bindings(ast.parse(_joined(setup)))),
    )  # fmt: skip


def _chunks(tree: ast.Module, lines: list[str]) -> Iterator[_Chunk]:
    regions = list(_top_level_regions(lines))
    spans = [_Chunk(_first_line(node), _last_line(node, lines), node) for node in tree.body]
    spans = [span for span in spans if not any(first <= span.first < last for first, last in regions)]
    spans += [_Chunk(first, last, None) for first, last in regions]
    end = 0
    for span in sorted(spans, key=lambda one: one.first):
        start = span.first
        while start > end and lines[start - 1].startswith("#") and span.node is not None:
            start -= 1
        yield _Chunk(start, span.last, span.node)
        end = span.last


def _top_level_regions(lines: list[str]) -> Iterator[tuple[int, int]]:
    first = None
    for number, line in enumerate(lines):
        if line.rstrip() == BEGIN:
            first = number
        elif line.rstrip() == END and first is not None:
            yield first, number + 1
            first = None


def _first_line(node: ast.stmt) -> int:
    decorators = getattr(node, "decorator_list", [])
    return min([node.lineno, *(decorator.lineno for decorator in decorators)]) - 1


def _last_line(node: ast.stmt, lines: list[str]) -> int:
    """The end of a statement with the indented comments (end markers) that follow it."""
    end = position = node.end_lineno or node.lineno
    while position < len(lines) and (not lines[position].strip() or lines[position][0].isspace()):
        position += 1
        end = position if lines[position - 1].strip() else end
    return end


def _is_docstring(node: ast.stmt, tree: ast.Module) -> bool:
    return node is tree.body[0] and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _for_one_namespace(node: ast.stmt, text: str, siblings: Collection[str], where: str) -> str:
    """The text of a statement of the setup; imports from sibling modules vanish or become late-bound aliases."""
    if isinstance(node, ast.Import):
        if any(alias.name.partition(".")[0] in siblings for alias in node.names):
            raise GraderError("in a notebook there is no such module", f"{where}:{node.lineno}", "import the names from it")
        return text
    if not isinstance(node, ast.ImportFrom) or not (node.level or node.module in siblings):
        return text
    renamed = [alias for alias in node.names if alias.asname and alias.asname != alias.name]
    return "\n\n\n".join(_ALIAS.format(new=alias.asname, old=alias.name, module=node.module) for alias in renamed)


_ALIAS = '''def {new}(*args, **kwargs):
    """`{module}.{old}`, under the name that the code below calls it by."""
    return {old}(*args, **kwargs)'''


def _joined(parts: list[str]) -> str:
    """Join pieces of source: imports close together, definitions and regions two blank lines apart."""
    text, previous = "", ""
    for part in filter(None, parts):
        kinds = {_kind(previous), _kind(part)}
        text += ("\n" * (3 if "block" in kinds else 1 if kinds == {"import"} else 2) if text else "") + part
        previous = part
    return text


def _kind(part: str) -> str:
    code = [line for line in part.splitlines() if not line.startswith("#")]
    first = code[0] if code and not part.startswith(BEGIN) else "@"
    return (
        "block"
        if first.startswith(("def ", "class ", "async ", "@"))
        else ("import" if first.startswith(("import ", "from ")) else "statement")
    )


def _refuse_missing(missing: Collection[str], waiting: list[str], where: str) -> None:
    if missing or waiting:
        what = f"the module does not define {', '.join(sorted(missing))}" if missing else "a solution region has no exercise"
        raise GraderError(what, where)


def _bindings(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in tree.body:
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.asname or alias.name.partition(".")[0], f"import {alias.name}"
        elif isinstance(node, ast.ImportFrom) and node.module != "__future__":
            for alias in node.names:
                yield alias.asname or alias.name, f"from {node.module} import {alias.name}"
        elif isinstance(node, _DEFINITIONS):
            yield node.name, ast.unparse(node)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                if isinstance(target, ast.Name):
                    yield target.id, ast.unparse(node)
