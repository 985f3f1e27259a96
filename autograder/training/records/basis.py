"""What the runs of a calibration record rest on: of the recipes only what the task uses, and of no file its docstrings."""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from autograder.training.task import Task

_LEVELS = re.compile(r"^SCORES = .*?^\)|^def explain.*?(?=^def |\Z)", re.MULTILINE | re.DOTALL)
_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
_HELPERS = "autograder.training."


def digest_of(task: Task, files: Mapping[str, bytes]) -> str:
    """Of everything that the values of an answer's runs rest on; not of the levels, which only judge them."""
    measures = _LEVELS.sub("", task.path.read_text("utf-8")).encode()
    digest = hashlib.sha256(_without_docstrings(_used(task.recipes, measures)) + _without_docstrings(measures))
    for name, content in sorted(files.items()):
        code = _without_docstrings(content) if name.endswith(".py") else content
        digest.update(f"{name}\0{len(code)}\0".encode() + code)
    return digest.hexdigest()[:16]


def _used(recipes: bytes, task: bytes) -> bytes:
    """The recipes without the functions, classes and constants that neither the task nor anything that it uses names.

    A task names recipes in strings, as attributes of ``run.ours``, and through the helpers of this package that it imports.
    """
    tree = ast.parse(recipes)
    named = {name: statement for statement in tree.body for name in _defined(statement)}
    reached = _words(ast.parse(task)) | {word for helper in _helpers(task) for word in _words(ast.parse(helper.read_bytes()))}
    waiting = sorted(reached & named.keys())
    while waiting:
        found = (_words(named[waiting.pop()]) & named.keys()) - reached
        reached |= found
        waiting += sorted(found)
    dropped = [statement for statement in tree.body if (names := set(_defined(statement))) and not names & reached]
    left = _cut(recipes, [_span_of(statement) for statement in dropped])
    return b"\n".join(line for line in left.splitlines() if line.strip())  # however many were dropped between two others


def _defined(statement: ast.stmt) -> Iterator[str]:
    if isinstance(statement, ast.ClassDef | ast.FunctionDef):
        yield statement.name
    targets = statement.targets if isinstance(statement, ast.Assign) else ()
    for target in (*targets, *([statement.target] if isinstance(statement, ast.AnnAssign) else ())):
        yield from (node.id for node in ast.walk(target) if isinstance(node, ast.Name))


def _words(tree: ast.AST) -> set[str]:
    """Everything in it that may be somebody's name."""
    nodes = list(ast.walk(tree))
    return (
        {node.id for node in nodes if isinstance(node, ast.Name)}
        | {node.attr for node in nodes if isinstance(node, ast.Attribute)}
        | {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    )


def _helpers(task: bytes) -> Iterator[Path]:
    """The files of this package's helpers that a task imports."""
    for node in ast.walk(ast.parse(task)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(_HELPERS):
            yield Path(__file__).parents[1] / f"{str(node.module).removeprefix(_HELPERS)}.py"


def _without_docstrings(source: bytes) -> bytes:
    """Python's text as it stands, but for its docstrings; whole where it cannot be read."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return source
    documented = [node for node in ast.walk(tree) if isinstance(node, _DOCUMENTED) and ast.get_docstring(node)]
    return _cut(source, [_span_of(node.body[0]) for node in documented])


def _cut(source: bytes, spans: list[tuple[tuple[int, int], tuple[int, int]]]) -> bytes:
    lines = source.splitlines(keepends=True)
    for (first, begin), (last, end) in sorted(spans, reverse=True):
        lines[first : last + 1] = [lines[first][:begin] + lines[last][end:]]
    return b"".join(lines)


def _span_of(statement: ast.stmt) -> tuple[tuple[int, int], tuple[int, int]]:
    """Line and byte where a statement begins and ends, with its decorators."""
    assert statement.end_lineno is not None
    assert statement.end_col_offset is not None
    decorators = getattr(statement, "decorator_list", [])
    first = min([statement.lineno, *(one.lineno for one in decorators)])
    return (first - 1, 0 if decorators else statement.col_offset), (statement.end_lineno - 1, statement.end_col_offset)
