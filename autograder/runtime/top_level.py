"""What the statements of a submission's file are, and how one that failed is told of."""

from __future__ import annotations
import __future__

import ast
import functools
import operator
import traceback

FUTURES = functools.reduce(operator.or_, (getattr(__future__, name).compiler_flag for name in __future__.all_feature_names))
"""What ``from __future__ import …`` can leave in the flags of a compiled file."""
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def future_flags(tree: ast.Module) -> int:
    """What ``from __future__ import …`` asks of the statements after it, when these are compiled one by one."""
    flags = 0
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            for alias in node.names:
                feature = getattr(__future__, alias.name, None)
                flags |= getattr(feature, "compiler_flag", 0)
    return flags


def definitions(tree: ast.Module) -> list[ast.stmt]:
    """The statements that define something and do nothing else."""
    own = {node.name for node in tree.body if isinstance(node, DEFINITIONS)}
    return [node for node in tree.body if is_definition(node, own)]


def is_definition(node: ast.stmt, own: set[str]) -> bool:
    """Imports, functions, classes, and assignments that do not call the file's own functions."""
    if isinstance(node, (*DEFINITIONS, ast.Import, ast.ImportFrom)):
        return True
    if not isinstance(node, ast.Assign | ast.AnnAssign):
        return False
    calls = [part.func for part in ast.walk(node) if isinstance(part, ast.Call)]
    return not any(isinstance(called, ast.Name) and called.id in own for called in calls) and not any(
        isinstance(part, ast.For | ast.While | ast.ListComp | ast.GeneratorExp) for part in ast.walk(node)
    )


def describe(error: BaseException, path: str) -> str:
    """One line: where in the file a top-level statement failed, and with what."""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == path]
    where = f"{path}, line {lines[-1]}" if lines else path
    try:
        message = str(error)[:200]
    except BaseException:
        message = ""
    return f"{where}: {type(error).__name__}: {message}".rstrip(": ")
