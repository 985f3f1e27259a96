"""Checks as their files describe them, read without running anything: for points, titles and explanations.

`autograder list` and the like then need neither torch nor the time to import it. A decorator whose arguments are not
literal cannot be read so; whoever asks loads the file then.
"""

from __future__ import annotations

import ast
import inspect
import symtable
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

from autograder.checks.info import CheckInfo, check_name
from autograder.errors import GraderError

_PARAMETERS = ("exercise", "points", "title", "kind", "timeout", "methods")
_DEFAULTS = {"kind": "value", "timeout": None, "methods": ()}


class NotLiteral(Exception):
    """A check says something about itself that has to be computed."""


def read_checks(path: Path) -> Iterator[tuple[CheckInfo, Callable[..., None]]]:
    """Yield what the file says of each of its checks, and a function of the check's name that cannot be run.

    Raises:
        GraderError: the file is no Python.
        NotLiteral: an argument of ``@check`` is not a literal.
    """
    try:
        tree = ast.parse(path.read_bytes(), str(path))
    except (SyntaxError, ValueError) as error:
        raise GraderError(f"the file is not Python: {error}", str(path)) from None
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            for decorator in node.decorator_list:
                if isinstance(decorator, ast.Call) and getattr(decorator.func, "id", "") == "check":
                    yield _info(node, decorator), _unloaded(node.name, path)


def defined_names(path: Path) -> dict[str, bool]:
    """Every name that a file's top level defines, and whether it is a class there."""
    table = symtable.symtable(path.read_text("utf-8"), str(path), "exec")
    classes = {child.get_name() for child in table.get_children() if child.get_type() == "class"}
    return {
        symbol.get_name(): symbol.get_name() in classes
        for symbol in table.get_symbols()
        if symbol.is_assigned() or symbol.is_namespace() or symbol.is_imported()
    }


def _info(node: ast.FunctionDef, decorator: ast.Call) -> CheckInfo:
    said: dict[str, Any] = dict(_DEFAULTS)
    pairs = [*zip(_PARAMETERS, decorator.args, strict=False), *((word.arg, word.value) for word in decorator.keywords)]
    for name, value in pairs:
        try:
            said[str(name)] = ast.literal_eval(value)
        except ValueError:
            raise NotLiteral from None
    docstring = ast.get_docstring(node, clean=False)
    explanation = inspect.cleandoc(docstring) if docstring else said["title"]
    return CheckInfo(**said, explanation=explanation, name=check_name(node.name, said["exercise"]))


def _unloaded(name: str, path: Path) -> Callable[..., None]:
    def function(*_: object, **__: object) -> NoReturn:
        raise GraderError("the check was read, not loaded", f"{path}: {name}")

    function.__name__ = name
    return function
