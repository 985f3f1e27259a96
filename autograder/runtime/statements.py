"""Runs the top-level statements of a file or a cell so that one that fails ends nothing but itself.

Students' files and cells come from machines where more is installed, drives are mounted and folders exist. What fails
here is skipped, and the rest goes on after it: nothing runs twice. Of a statement that fails, what does not depend on the
failure is kept: the other names of an import, the rest of an ``if`` block, a function whose annotation or decorator
names what is not there.
"""

from __future__ import annotations

import ast
import itertools
import types
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from autograder.runtime.top_level import ANNOTATIONS, DEFINITIONS, FUTURES, names_bound_by

MOST_FAILURES = 20
"""Skipped statements that are told of."""
_STATEMENT = 70
"""Characters of a failed statement that are shown."""
_DEEPEST = 8
"""How often what failed is taken apart."""
_MOST_NAMES = 6

Namespace = dict[str, Any]


class Stopped(BaseException):
    """Ends a student's own run from outside it: the time is over, or the student wants no more. Nothing here swallows it."""


class Interrupted(Stopped, KeyboardInterrupt):
    """Ends a command on Ctrl-C or SIGTERM. A plain ``KeyboardInterrupt`` would be taken for that of code which is loaded."""


@dataclass(frozen=True)
class Failure:
    """A statement that was skipped: where, why, and which names it would have defined."""

    text: str
    names: tuple[str, ...]
    namespace: Mapping[str, Any]

    def __str__(self) -> str:
        """One line: the place, the error, the statement, and what is not defined to this moment because of it."""
        lost = [name for name in self.names if name not in self.namespace]
        more = f" and {len(lost) - _MOST_NAMES} more" if len(lost) > _MOST_NAMES else ""
        return self.text + (f"; not defined because of it: {', '.join(lost[:_MOST_NAMES])}{more}" if lost else "")


class Statements:
    """The statements of one file or cell.

    ``name`` is what tracebacks show; ``failures`` collects what was skipped, :data:`MOST_FAILURES` entries at most.
    """

    def __init__(self, source: str, name: str, namespace: Namespace, failures: list[Failure], flags: int = 0) -> None:
        self._source = source
        self._name = name
        self._namespace = namespace
        self._failures = failures
        self._flags = flags

    def run(self, code: types.CodeType) -> None:
        """Run all of them; ``code`` is the whole, compiled."""
        self._flags |= code.co_flags & FUTURES
        try:
            exec(code, self._namespace)
            return
        except Stopped:
            raise
        except BaseException as error:
            body = ast.parse(self._source, self._name).body
            at = self._position(error, body)
            if at is not None:
                self._skip(body[at], error, _DEEPEST)
        self.run_each(body if at is None else body[at + 1 :])

    def run_each(self, body: Sequence[ast.stmt], depth: int = _DEEPEST) -> None:
        """Run statements one by one."""
        for node in body:
            self._run(node, depth)

    def _run(self, node: ast.stmt, depth: int, flags: int = 0) -> None:
        try:
            exec(compile(ast.Module([node], []), self._name, "exec", self._flags | flags, dont_inherit=True), self._namespace)
        except Stopped:
            raise
        except BaseException as error:
            self._skip(node, error, depth)

    def _skip(self, node: ast.stmt, error: BaseException, depth: int) -> None:
        """Note what failed, and run what of it does not depend on that."""
        if depth and isinstance(node, ast.Import | ast.ImportFrom) and len(node.names) > 1:
            self.run_each(list(_single_imports(node)), depth - 1)
            return
        if depth and isinstance(node, ast.If) and (rest := self._rest_of(node, error)) is not None:
            self._skip(rest[0], error, depth - 1)
            self.run_each(rest[1:], depth - 1)
            return
        if len(self._failures) < MOST_FAILURES:
            self._failures.append(Failure(self._text(node, error), tuple(names_bound_by(node)), self._namespace))
        if depth and isinstance(node, DEFINITIONS) and isinstance(error, NameError):
            # A definition is more than the name that an annotation or a decorator wants: it is tried without.
            self._mend(node, error)

    def _mend(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, error: BaseException) -> None:
        position = self._column(error)
        node.decorator_list = [one for one in node.decorator_list if position is None or not _holds(one, position)]
        try:
            flags = self._flags | ANNOTATIONS
            exec(compile(ast.Module([node], []), self._name, "exec", flags, dont_inherit=True), self._namespace)
        except Stopped:
            raise
        except BaseException as again:
            place = self._column(again)
            if isinstance(again, NameError) and any(_holds(one, place) for one in node.decorator_list if place):
                self._mend(node, again)

    def _rest_of(self, node: ast.If, error: BaseException) -> list[ast.stmt] | None:
        """The statements of a block from the one that failed; None where it is the condition that failed."""
        for block in (node.body, node.orelse):
            at = self._position(error, block)
            if at is not None:
                return block[at:]
        return None

    def _position(self, error: BaseException, body: Sequence[ast.stmt]) -> int | None:
        place = self._column(error)
        if place is None:
            return None
        return next((index for index, node in enumerate(body) if _holds(node, place)), None)

    def _column(self, error: BaseException) -> tuple[int, int] | None:
        """Line and column in the file or cell itself where an error came up; None where its traceback does not say."""
        step = error.__traceback__
        while step is not None:
            code = step.tb_frame.f_code
            if code.co_filename == self._name and code.co_name == "<module>":
                line, _, column, _ = next(itertools.islice(code.co_positions(), step.tb_lasti // 2, None))
                return (line or step.tb_lineno, column or 0)
            step = step.tb_next
        return None

    def _text(self, node: ast.stmt, error: BaseException) -> str:
        place = self._column(error)
        line = place[0] if place else node.lineno
        written = (ast.get_source_segment(self._source, node) or "").strip().split("\n")
        shown = written[0][:_STATEMENT] + ("…" if len(written) > 1 or len(written[0]) > _STATEMENT else "")
        return f"{_reason(error, self._name, line)}: `{shown}`" if shown else _reason(error, self._name, line)


def _reason(error: BaseException, name: str, line: int) -> str:
    library = (error.name or "").partition(".")[0] if isinstance(error, ModuleNotFoundError) else ""
    if library:
        return f"{name}: {library} is not installed here (line {line})"
    try:
        message = " ".join(str(error)[:200].split())
    except BaseException:
        message = ""
    return f"{name}, line {line}: {type(error).__name__}: {message}".rstrip(": ")


def _holds(node: ast.stmt | ast.expr, place: tuple[int, int]) -> bool:
    """Whether a statement, with its decorators, covers a place."""
    first = min([(node.lineno, node.col_offset), *((one.lineno, 0) for one in getattr(node, "decorator_list", ()))])
    return first <= place <= (node.end_lineno or node.lineno, node.end_col_offset or 0)


def _single_imports(node: ast.Import | ast.ImportFrom) -> Iterator[ast.stmt]:
    for alias in node.names:
        single: ast.Import | ast.ImportFrom = ast.Import([alias])
        if isinstance(node, ast.ImportFrom):
            single = ast.ImportFrom(node.module, [alias], node.level)
        yield ast.copy_location(single, node)
