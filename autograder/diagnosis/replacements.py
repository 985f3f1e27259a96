"""A wrong variant written as a replacement in the reference: found exactly once, or refused."""

from __future__ import annotations

import ast
import functools
import itertools
import types
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from autograder.errors import GraderError
from autograder.runtime.top_level import future_flags

Replacement = tuple[str, str]
"""Text of the reference, and what stands in its place in the variant."""

_REMEDY = "write what stands in the reference, code only, with enough around it to be unique"


def changed_reference(
    reference: types.ModuleType, source: str, name: str, replacements: Sequence[Replacement], where: str
) -> Callable[..., Any]:
    """The function or class `name` of a reference module with some of its text replaced.

    Every text is looked for in the definition as the reference has it, docstrings left out: a replacement there would
    change nothing. The variant's globals are a copy of the reference module's, in which it alone is another. Raises
    :class:`GraderError`, which begins with `where`, when a text is missing or not unique, or when no such function or
    class comes of it.
    """
    found = _definition(source, name)
    if found is None:
        raise GraderError(f"the reference defines no function or class {name} at its top level", where)
    flags, line, definition, code = found
    text = _replaced(definition, code, replacements, where)
    namespace = dict(vars(reference))
    namespace.pop(name, None)
    try:
        # Empty lines in front: what is said about the variant names the reference's own lines.
        compiled = compile("\n" * (line - 1) + text, f"{reference.__name__} (variant)", "exec", flags, dont_inherit=True)
        exec(compiled, namespace)
    except (SyntaxError, ValueError) as error:
        reason = error.msg if isinstance(error, SyntaxError) else str(error)
        raise GraderError(f"what the replacement leaves of {name} is not Python: {reason}", where) from None
    except Exception as error:
        raise GraderError(f"what the replacement leaves of {name} does not run: {error!r}", where) from None
    if not callable(namespace.get(name)):
        raise GraderError(f"what the replacement leaves does not define {name}", where)
    return namespace[name]  # type: ignore[no-any-return]


def _replaced(definition: str, code: str, replacements: Sequence[Replacement], where: str) -> str:
    """The definition with all replacements made; `code` is its text with docstrings blotted out."""
    spans = sorted((*_span(code, old, new, where), new) for old, new in replacements)
    for (_, end, _), (start, _, _) in itertools.pairwise(spans):
        if start < end:
            raise GraderError(f"two replacements overlap at {definition[start:end]!r}", where, "make them one")
    for start, end, new in reversed(spans):
        definition = definition[:start] + new + definition[end:]
    return definition


def _span(code: str, old: str, new: str, where: str) -> tuple[int, int]:
    """Where the only occurrence of `old` begins and ends."""
    count = code.count(old) if old else 0
    if count != 1:
        found = "is not in the reference" if not count else f"is in the reference {count} times"
        raise GraderError(f"{old!r} {found}", where, _REMEDY)
    if old == new:
        raise GraderError(f"{old!r} is replaced by itself", where, "the variant would be right")
    start = code.index(old)
    return start, start + len(old)


def definition_of(source: str, name: str) -> tuple[int, str]:
    """Compiler flags of a file, and the text of a function or class that it defines at its top level."""
    found = _definition(source, name)
    if found is None:
        raise GraderError(f"the reference defines no function or class {name} at its top level", name)
    return found[0], found[2]


@functools.lru_cache(maxsize=256)
def _definition(source: str, name: str) -> tuple[int, int, str, str] | None:
    """Compiler flags of the file, first line of a definition, its text, and the same with docstrings blotted out."""
    tree = _tree(source)
    nodes = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == name]
    if not nodes:
        return None
    node = nodes[-1]
    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    lines = source.splitlines(keepends=True)
    blotted = list(lines)
    for start, end in _docstrings(node):
        blotted[start - 1 : end] = ["\0" * len(line) for line in lines[start - 1 : end]]
    text, code = ("".join(part[first - 1 : node.end_lineno]) for part in (lines, blotted))
    return future_flags(tree), first, text, code


@functools.lru_cache(maxsize=32)
def _tree(source: str) -> ast.Module:
    return ast.parse(source)


def _docstrings(node: ast.AST) -> Iterator[tuple[int, int]]:
    """First and last lines of the docstrings of a definition and of those inside it."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(inner, clean=False) is not None:
            text = inner.body[0]
            yield text.lineno, text.end_lineno or text.lineno
