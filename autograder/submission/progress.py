"""How far a source has been worked on: which of its functions still say that they are not implemented.

Who works in a notebook often hands in the untouched modules beside it; what has been solved must not lose against a stub.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from autograder.submission.syntax import is_plain

_MARK = "NotImplementedError"


@dataclass(frozen=True)
class Progress:
    """Functions and methods by dotted name: all, and those that raise ``NotImplementedError``."""

    defined: frozenset[str]
    unsolved: frozenset[str]

    def is_behind(self, other: Progress) -> bool:
        """Whether `other` solves everything that is solved here, and more."""
        return self.defined & other.missing(self.defined) < self.unsolved

    def missing(self, names: Iterable[str]) -> frozenset[str]:
        """Those of `names` that are not defined here, or not solved."""
        return frozenset(name for name in names if name not in self.defined or name in self.unsolved)


def progress_of(sources: Iterable[str]) -> Progress:
    """Read the definitions of some sources, the last one of each name; sources that could hurt the parser are left out."""
    solved: dict[str, bool] = {}
    for source in sources:
        for name, node in _functions(_tree(source), ""):
            solved[name] = not any(map(_says_unsolved, ast.walk(node)))
    return Progress(frozenset(solved), frozenset(name for name in solved if not solved[name]))


def _tree(source: str) -> ast.AST:
    if not is_plain(source):
        return ast.Module([], [])
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.Module([], [])


def _functions(node: ast.AST, prefix: str) -> Iterator[tuple[str, ast.AST]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield prefix + child.name, child
        elif isinstance(child, ast.ClassDef):
            yield from _functions(child, f"{prefix}{child.name}.")


def _says_unsolved(node: ast.AST) -> bool:
    raised = node.exc if isinstance(node, ast.Raise) else None
    raised = raised.func if isinstance(raised, ast.Call) else raised
    return isinstance(raised, ast.Name) and raised.id == _MARK
