"""How far a source has been worked on: which of its functions still say that they are not implemented.

Who works in a notebook often hands in the untouched modules beside it; what has been solved must not lose against a stub.
"""

from __future__ import annotations

import ast
import json
import warnings
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from autograder.submission.syntax import is_flat
from autograder.wire.names import NOTEBOOK

_MARK = "NotImplementedError"


@dataclass(frozen=True)
class Progress:
    """Functions and methods by dotted name: all, and those that raise ``NotImplementedError``."""

    defined: frozenset[str]
    unsolved: frozenset[str]

    @property
    def solved(self) -> frozenset[str]:
        """Those that are written."""
        return self.defined - self.unsolved

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
        for name, node in _functions(parsed_source(source), ""):
            solved[name] = not any(map(_says_unsolved, ast.walk(node)))
    return Progress(frozenset(solved), frozenset(name for name in solved if not solved[name]))


def near_name(wanted: str, defined: Iterable[str], taken: Collection[str]) -> str:
    """Which of the ``defined`` names was probably meant to be ``wanted``; empty if none, or if it means something else.

    ``taken`` are the names that have a meaning of their own in the assignment.
    """
    if wanted in (free := [name for name in defined if name == wanted or name not in taken]):
        return ""
    plain = {_plainly(name): name for name in free}
    near = get_close_matches(_plainly(wanted), plain, n=1, cutoff=0.82)
    parts = {tuple(sorted(name.lower().split("_"))): name for name in free}
    return plain[near[0]] if near else parts.get(tuple(sorted(wanted.lower().split("_"))), "")


def misspelt(files: Mapping[str, bytes], module: str, wanted: str, taken: Collection[str]) -> str:
    """Return ``losses.py has no gaussian_kl (did you mean gausian_kl?)`` where a name is nearly there; else nothing."""
    where = f"{module}.py"
    sources = [files[where].decode(errors="replace")] if where in files else []
    if not sources and NOTEBOOK in files:
        where, sources = "the notebook", [str(cell["source"]) for cell in json.loads(files[NOTEBOOK])]
    near = near_name(wanted, top_names(sources), taken)
    return f"{where} has no {wanted} (did you mean {near}?)" if near else ""


def top_names(sources: Iterable[str]) -> list[str]:
    """The functions and classes that some sources define at their top level."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return [node.name for source in sources for node in ast.iter_child_nodes(parsed_source(source)) if isinstance(node, kinds)]


def _plainly(name: str) -> str:
    return name.lower().replace("_", "")


def parsed_source(source: str) -> ast.AST:
    """The tree of a source; an empty one for what could hurt the parser or does not parse."""
    if not is_flat(source):
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
