"""The cells with which students check their work: the source of an exercise's visible checks, and nothing else.

The checks stand inside a function, so that neither their helpers nor their imports reach the student's namespace: what
works in the notebook must work when it is graded, where these cells are not run.
"""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.course.assignment import Assignment, Exercise
from autograder.course.check_files import module_under_test
from autograder.errors import GraderError

_HEAD = """# Visible checks of {key}: run this cell to try your answer.
from autograder.student import visible_checks


@visible_checks("{key}", globals())
def _visible():
"""
_POINTS = "# {key}: {points}. Graded when you hand in; leave this cell as it is.\n"
_REQUIRE = """from autograder.student import require_visible_checks

require_visible_checks("{key}")"""


_TRAINING = """# {key}: {points}. Trains as the grader does; leave this cell as it is.
from autograder.student import train_task

train_task("{identifier}", globals())"""


def training_cell(identifier: str, points: str) -> str:
    """Return the source of a training task's cell."""
    return _TRAINING.format(key=identifier.partition(".")[2], points=points, identifier=identifier)


def check_cell(assignment: Assignment, exercise: Exercise) -> str | None:
    """Return the source of the check cell, or None for an exercise without visible checks."""
    files = [
        path
        for path in sorted((assignment.folder / "visible").glob("test_*.py"))
        if module_under_test(path, assignment.modules) == exercise.module
    ]
    found = [part for path in files if (part := _needed(path, exercise.name))]
    if not found:
        return None
    body = "\n".join([*_imports(found), "", *_definitions(found), "", _returned(found)])
    source = _HEAD.format(key=exercise.key) + textwrap.indent(body, "    ")
    _refuse_long_texts(source, exercise)
    return source


def points_cell(exercise: Exercise, points: str, checked: bool) -> str:
    """Return the source of the graded cell; it repeats what the visible checks said, for ``nbgrader validate``."""
    return (_POINTS.format(key=exercise.key, points=points) + (_REQUIRE.format(key=exercise.key) if checked else "")).strip()


@dataclass
class _Part:
    """What one file of visible checks contributes."""

    lines: list[str]
    imports: list[str]
    kept: list[ast.stmt]
    tests: list[str]


def _needed(path: Path, exercise: str) -> _Part | None:
    """The checks of an exercise in one file, with everything that they need from it."""
    text = path.read_text("utf-8")
    tree = ast.parse(text)
    tests = [node for node in tree.body if isinstance(node, ast.FunctionDef) and _checks(node) == exercise]
    if not tests:
        return None
    owners: dict[str, ast.stmt] = {name: node for node in tree.body for name in _bound(node)}
    wanted: set[str] = set()
    queue: list[ast.stmt] = list(tests)
    while queue:
        for name in _names(queue.pop()) & owners.keys() - wanted:
            wanted.add(name)
            queue.append(owners[name])
    kept = [node for node in tree.body if node in tests or (wanted & set(_bound(node)) and not _is_import(node))]
    imports = [line for node in tree.body if _is_import(node) and (line := _import_of(node, wanted))]
    return _Part(text.splitlines(), imports, kept, [test.name for test in tests])


def _checks(node: ast.FunctionDef) -> str | None:
    """The exercise that ``@check("…")`` names."""
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Call) and isinstance(decorator.func, ast.Name) and decorator.func.id == "check":
            first = decorator.args[0] if decorator.args else None
            return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else None
    return None


def _names(node: ast.stmt) -> set[str]:
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}


def _is_import(node: ast.stmt) -> bool:
    return isinstance(node, ast.Import | ast.ImportFrom)


def _bound(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.Import | ast.ImportFrom):
        return [alias.asname or alias.name.partition(".")[0] for alias in node.names]
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return [part.id for target in targets for part in ast.walk(target) if isinstance(part, ast.Name)]
    return []


def _import_of(node: ast.stmt, wanted: set[str]) -> str:
    """The import of the wanted names only; future imports have no place in a function."""
    assert isinstance(node, ast.Import | ast.ImportFrom)
    if isinstance(node, ast.ImportFrom) and node.module == "__future__":
        return ""
    node.names = [alias for alias in node.names if (alias.asname or alias.name.partition(".")[0]) in wanted]
    return ast.unparse(node) if node.names else ""


def _imports(parts: list[_Part]) -> list[str]:
    return list(dict.fromkeys(line for part in parts for line in part.imports))


def _definitions(parts: list[_Part]) -> Iterator[str]:
    """Helpers, constants and checks as they are written, once each and in order."""
    texts = [_text(part.lines, node) for part in parts for node in part.kept]
    previous = ""
    for text in dict.fromkeys(texts):
        if previous and ("\n" in previous or "\n" in text):
            yield ""
        yield text
        previous = text


def _text(lines: list[str], node: ast.stmt) -> str:
    decorators = getattr(node, "decorator_list", [])
    first = min([node.lineno, *(decorator.lineno for decorator in decorators)])
    return "\n".join(lines[first - 1 : node.end_lineno])


def _returned(parts: list[_Part]) -> str:
    return "return [" + ", ".join(name for part in parts for name in part.tests) + "]"


def _refuse_long_texts(source: str, exercise: Exercise) -> None:
    """Indenting must not change a text of several lines, unless it is a docstring."""
    tree = ast.parse(source)
    docstrings = {id(part.value) for part in ast.walk(tree) if isinstance(part, ast.Expr)}
    texts = (part for part in ast.walk(tree) if isinstance(part, ast.Constant) and isinstance(part.value, str))
    for part in texts:
        if "\n" in str(part.value) and part.end_lineno != part.lineno and id(part) not in docstrings:
            raise GraderError("a visible check holds a text over several lines, which a notebook would change", exercise.id)
