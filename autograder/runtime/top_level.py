"""What the statements of a submission's file are: which of them define something, and what."""

from __future__ import annotations
import __future__

import ast
import functools
import operator

FUTURES = functools.reduce(operator.or_, (getattr(__future__, name).compiler_flag for name in __future__.all_feature_names))
"""What ``from __future__ import …`` can leave in the flags of a compiled file."""
ANNOTATIONS: int = __future__.annotations.compiler_flag
"""Of these, what keeps annotations from being evaluated."""
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
    """Imports (also those in ``try``), functions, classes, and assignments that do not call the file's own functions."""
    if isinstance(node, (*DEFINITIONS, ast.Import, ast.ImportFrom, ast.Pass)):
        return True
    if isinstance(node, ast.Try):
        handled = [part for handler in node.handlers for part in handler.body]
        return all(is_definition(part, own) for part in [*node.body, *handled, *node.orelse, *node.finalbody])
    if not isinstance(node, ast.Assign | ast.AnnAssign):
        return False
    calls = [part.func for part in ast.walk(node) if isinstance(part, ast.Call)]
    return not any(isinstance(called, ast.Name) and called.id in own for called in calls) and not any(
        isinstance(part, ast.For | ast.While | ast.ListComp | ast.GeneratorExp) for part in ast.walk(node)
    )


def names_bound_by(node: ast.stmt) -> list[str]:
    """The names that a statement gives a value at the top level, each once, in order."""
    if isinstance(node, DEFINITIONS):
        return [node.name]
    found: list[str] = []
    waiting: list[ast.AST] = [node]
    while waiting:
        part = waiting.pop(0)
        if isinstance(part, DEFINITIONS):
            found.append(part.name)
        elif isinstance(part, ast.alias):
            found.append(part.asname or part.name.partition(".")[0])
        elif isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
            found.append(part.id)
        elif not isinstance(part, ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
            waiting += ast.iter_child_nodes(part)
    return [name for name in dict.fromkeys(found) if name != "*"]
