"""Cuts solutions out of reference modules: what stays is what students get.

The markers are nbgrader's own, so that module and notebook are cut by one syntax::

    ### BEGIN SOLUTION
    …
    ### END SOLUTION
"""

from __future__ import annotations

import ast
import re
from typing import NoReturn

from autograder.errors import GraderError

BEGIN = "### BEGIN SOLUTION"
END = "### END SOLUTION"
_LOOKS_LIKE_MARKER = re.compile(r"#+\s*(BEGIN|END|START|STOP)[\s_-]*(SOL\w*|ANSWER\w*)", re.IGNORECASE)

PLACEHOLDER = "# YOUR CODE HERE"


def cut_solutions(source: str, where: str) -> str:
    """Replace every solution region by a placeholder; inside functions also by ``raise NotImplementedError()``.

    Raises :class:`GraderError` with file and line for markers that are unbalanced, nested, misspelt or indented
    differently.
    """
    kept: list[str] = []
    opened: tuple[int, str] | None = None
    for number, line in enumerate(source.splitlines(), 1):
        stripped = line.strip()
        if stripped == BEGIN:
            if opened:
                _refuse("a solution begins inside another one", where, number)
            opened = (number, line[: len(line) - len(line.lstrip())])
            kept.append(f"{opened[1]}{PLACEHOLDER}")
            if opened[1]:
                kept.append(f"{opened[1]}raise NotImplementedError()")
        elif stripped == END:
            if opened is None:
                _refuse("a solution ends that never began", where, number)
            if line[: len(line) - len(line.lstrip())] != opened[1]:
                _refuse("the end marker is indented differently from its begin marker", where, number)
            opened = None
        elif _LOOKS_LIKE_MARKER.search(line):
            _refuse(f"this looks like a misspelt marker; write {BEGIN!r} or {END!r}", where, number)
        elif not opened:
            kept.append(line)
    if opened:
        _refuse("this solution never ends", where, opened[0])
    stub = "\n".join(kept) + "\n"
    _check_compiles(stub, where)
    return stub


def solution_lines(source: str) -> list[str]:
    """The lines inside solution regions, stripped: what must never reach a student."""
    lines: list[str] = []
    inside = False
    for line in source.splitlines():
        if line.strip() in (BEGIN, END):
            inside = line.strip() == BEGIN
        elif inside and line.strip():
            lines.append(line.strip())
    return lines


def _check_compiles(stub: str, where: str) -> None:
    try:
        ast.parse(stub)
    except SyntaxError as error:
        raise GraderError(f"the stub would not compile: {error.msg} (line {error.lineno})", where) from None


def _refuse(message: str, where: str, line: int) -> NoReturn:
    raise GraderError(message, f"{where}:{line}", "correct the marker and build again")
