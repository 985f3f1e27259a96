"""What the marks of one exercise rest on, as a digest: equal digests, equal marks for the same submission, seed and limits.

The whole version of a grader (:meth:`autograder.course.course.Course.version`) changes with every letter; this one changes
for the exercises that a change concerns. It covers the grader's own code and what an assignment's exercises share (toys,
helpers of checks, shared mistakes, networks in ``given/``), and of the files of the exercise's module (the reference with
what it imports, checks, misconceptions) every statement except those that belong to another exercise and that nothing
that counts mentions. What an exercise builds on is part of it: a consequence that is forgiven depends on the piece at fault.
Comments and line breaks count for nothing.
"""

from __future__ import annotations

import ast
import functools
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.course.assignment import Assignment, Exercise
from autograder.course.check_files import fitting_module
from autograder.course.course import Course, deciding_files, digest_of

_MARKS = frozenset({"check", "probe", "misconception"})
"""What binds a statement to the exercise that its first argument names."""
_ROOMS = ("visible", "hidden", "misconceptions")
_LENGTH = 16
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class _Statement:
    """A statement of a file's top level."""

    place: str
    names: frozenset[str]
    """What it defines, where it is a function or a class."""
    owner: str
    """The exercise that it belongs to; empty for what belongs to none."""
    tree: str
    """Its syntax tree, see :func:`_told`."""

    @functools.cached_property
    def words(self) -> frozenset[str]:
        """Every identifier and every word of a text in it; of imports those that rename: the others are named in use."""
        if self.tree.startswith("Import") and " asname " not in self.tree:
            return frozenset()
        return frozenset(_WORD.findall(self.tree))


class Bases:
    """The digests of one assignment's exercises and training tasks, each made when it is first asked for."""

    def __init__(self, course: Course, assignment: Assignment) -> None:
        """Prepare; nothing is read yet."""
        self._course = course
        self._assignment = assignment
        self._own: dict[str, str] = {}
        self._read: dict[str, tuple[_Statement, ...]] = {}

    def of(self, exercise: Exercise) -> str:
        """The digest of an exercise and of everything that it builds on."""
        pieces = sorted(piece.key for piece in self._assignment.pieces_of(exercise))
        return _digest([self._own_part(exercise), *(self._own_part(self._assignment.exercise(key)) for key in pieces)])

    @functools.cached_property
    def of_training(self) -> str:
        """The digest of an assignment's training tasks: its references and everything in ``training/``."""
        folder = self._assignment.folder
        files = [path for path in (folder / "training").rglob("*") if path.suffix in (".py", ".toml", ".json")]
        files += [folder / f"{module}.py" for module in self._assignment.modules]
        outlined = [repr(one) for one in self._assignment.training]
        return _digest([self._shared, digest_of([(folder, files)]), *outlined])

    def _own_part(self, exercise: Exercise) -> str:
        if exercise.key not in self._own:
            about = repr((exercise.id, exercise.kind, exercise.title, exercise.uses))
            counting = _counting(exercise.name, self._statements(exercise.module))
            self._own[exercise.key] = _digest([self._shared, about, *(f"{one.place}\0{one.tree}" for one in counting)])
        return self._own[exercise.key]

    @functools.cached_property
    def _shared(self) -> str:
        """The grader's own code, and what lies beside the files of modules."""
        folder, solutions = self._assignment.folder, self._course.solutions
        beside = [path for path in folder.glob("*.py") if path.stem not in self._assignment.modules]
        beside += [path for room in _ROOMS for path in (folder / room).rglob("*") if self._module_of(path) is None]
        given = [path for suffix in ("py", "safetensors") for path in (solutions / "given").rglob(f"*.{suffix}")]
        own = deciding_files()
        libraries = repr(self._course.manifest().libraries)
        return _digest([digest_of([own, (folder, _files(beside)), (solutions, given)]), libraries])

    def _module_of(self, path: Path) -> str | None:
        """The module that a file of checks or misconceptions is about; None for a helper."""
        folder = self._assignment.folder
        if path.suffix != ".py" or path.parent.parent != folder:
            return None
        if path.parent.name != "misconceptions" and not path.stem.startswith("test_"):
            return None
        return fitting_module(path.stem.removeprefix("test_"), self._assignment.modules)

    def _statements(self, module: str) -> tuple[_Statement, ...]:
        if module not in self._read:
            self._read[module] = tuple(self._statements_of(module))
        return self._read[module]

    def _statements_of(self, module: str) -> Iterator[_Statement]:
        folder = self._assignment.folder
        for name in self._imported(module):
            outlined = frozenset(one.name for one in self._assignment.exercises if one.module == name)
            yield from _read(folder / f"{name}.py", f"{name}.py", outlined)
        for room in _ROOMS:
            for path in sorted((folder / room).glob("*.py")):
                if self._module_of(path) == module:
                    yield from _read(path, f"{room}/{path.name}", frozenset())

    def _imported(self, module: str) -> list[str]:
        """The module and those of the assignment that it imports, directly or not."""
        found, waiting = [], [module]
        while waiting:
            name = waiting.pop(0)
            if name not in found:
                found.append(name)
                tree = _parsed(self._assignment.folder / f"{name}.py")
                waiting += [one for one in _imports(tree) if one in self._assignment.modules]
        return found


def _files(paths: Iterable[Path]) -> list[Path]:
    return [path for path in paths if path.is_file() and path.suffix != ".pyc"]


def _parsed(path: Path) -> ast.Module:
    return _tree_of(path.read_bytes(), str(path))


@functools.lru_cache(maxsize=8)
def _tree_of(text: bytes, name: str) -> ast.Module:
    """A file's syntax tree; modules are asked for several times, one after the other, and trees are large."""
    return ast.parse(text, name)


def _imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name.partition(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from [(node.module or "").partition(".")[0], *(name.name for name in node.names)]


def _read(path: Path, place: str, outlined: frozenset[str]) -> list[_Statement]:
    body = _parsed(path).body
    if body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        body = body[1:]  # the file's docstring
    return [_statement(node, place, outlined) for node in body]


def _statement(node: ast.stmt, place: str, outlined: frozenset[str]) -> _Statement:
    names = frozenset({node.name} if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) else ())
    owner = next(iter(names & outlined), "") or _bound_to(node)
    parts: list[str] = []
    _told(node, parts.append)
    return _Statement(place, names, owner, " ".join(parts))


def _told(node: ast.AST, add: Callable[[str], object]) -> None:
    """Add a syntax tree's words to a text, in which equal trees are equal.

    What is absent is left out, so that the text is the same in every version of Python; in a third of the time that `ast.dump`
    takes, which everybody who grades one submission waits for.
    """
    add(type(node).__name__)
    for name, value in ast.iter_fields(node):
        if value is None or value == [] or name == "ctx":
            continue
        add(name)
        for part in value if isinstance(value, list) else (value,):
            if isinstance(part, ast.AST):
                _told(part, add)
            else:
                add(repr(part))
        add(")")
    add(")")


def _bound_to(node: ast.stmt) -> str:
    """The exercise that a check, a probe or a misconception is for."""
    calls = getattr(node, "decorator_list", []) or ([node.value] if isinstance(node, ast.Expr) else [])
    for call in calls:
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") in _MARKS:
            arguments = [*call.args[:1], *(one.value for one in call.keywords if one.arg == "exercise")]
            if arguments and isinstance(arguments[0], ast.Constant) and isinstance(arguments[0].value, str):
                return arguments[0].value
    return ""


def _counting(name: str, statements: Iterable[_Statement]) -> list[_Statement]:
    """The statements that an exercise's marks may depend on."""
    statements = list(statements)
    counting = [one.owner in ("", name) for one in statements]
    while True:
        words = frozenset().union(*(one.words for one, counts in zip(statements, counting, strict=True) if counts))
        grown = [counts or bool(one.names & words) for one, counts in zip(statements, counting, strict=True)]
        if grown == counting:
            return [one for one, counts in zip(statements, counting, strict=True) if counts]
        counting = grown


def _digest(parts: Iterable[str]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        digest.update(f"{len(data)}\0".encode() + data)
    return digest.hexdigest()[:_LENGTH]
