"""What the package uses of other libraries' private names is written down, is there, and does what is relied on."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import private_names
import pytest
from packaging.requirements import Requirement
from private_name_checks import found
from private_names import LIBRARIES, NAMES, PACKAGE, PrivateName

ROOT = PACKAGE.parent
UNDOCUMENTED = (
    *("hypothesis.internal", "nbgrader.apps", "nbgrader.converters", "nbgrader.coursedir", "nbgrader.exchange"),
    *("nbgrader.utils", "nbconvert.filters"),
)
"""Modules whose names are private although no underscore says so."""
PROMISED = ("os._exit", "_thread", "__future__")
"""What Python's own documentation explains."""
_BY_NAME = ("getattr", "setattr", "hasattr")
_PRIVATE = re.compile(r"_(?!_.*__$)\w+")


@pytest.mark.parametrize("one", NAMES, ids=lambda one: one.name)
def test_it_does_what_is_relied_on(one: PrivateName) -> None:
    """An upgrade that takes it away says so here."""
    if not one.of_instances:
        found(one.name)
    one.holds()


def test_the_document_is_current() -> None:
    """`python -m private_names`, run in `tests/`, writes it."""
    assert private_names.PATH.read_text("utf-8") == private_names.rendered()


def uses(path: Path) -> Iterator[str]:
    """The private names of others that a file uses: dotted where it says whose they are, bare otherwise."""
    tree = ast.parse(path.read_text("utf-8"))
    known = dict(_imports(tree))
    yield from filter(_is_private, known.values())
    own = _defined(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            name = _dotted(node, known)
            if name is not None and _is_private(name):
                yield name
            elif name is None and _PRIVATE.fullmatch(node.attr) and node.attr not in own and not _is_own(node.value):
                yield node.attr
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _BY_NAME:
            named = node.args[1]
            if isinstance(named, ast.Constant) and _PRIVATE.fullmatch(str(named.value)):
                owner = _dotted(node.args[0], known)
                yield f"{owner}.{named.value}" if owner else str(named.value)
        elif isinstance(node, ast.ClassDef):
            yield from _overridden(node, known)


def _imports(tree: ast.AST) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for one in node.names:
                yield one.asname or one.name.partition(".")[0], one.name if one.asname else one.name.partition(".")[0]
        elif isinstance(node, ast.ImportFrom) and node.module and node.module.partition(".")[0] != "autograder":
            for one in node.names:
                yield one.asname or one.name, f"{node.module}.{one.name}"


def _defined(tree: ast.AST) -> set[str]:
    """Names that the file itself gives to something of its own."""
    nodes = list(ast.walk(tree))
    functions = {node.name for node in nodes if isinstance(node, ast.FunctionDef)}
    fields = {node.target.id for node in nodes if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)}
    stored = {
        node.attr
        for node in nodes
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and _is_own(node.value)
    }
    return functions | fields | stored


def _is_own(node: ast.AST) -> bool:
    """Whether this is the object whose class is being written, or what that class inherits."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return node.func.id == "super"
    return isinstance(node, ast.Name) and node.id in ("self", "cls")


def _is_private(name: str) -> bool:
    if any(f"{name}.".startswith(f"{one}.") for one in PROMISED):
        return False
    return any(map(_PRIVATE.fullmatch, name.split("."))) or name.startswith(tuple(f"{module}." for module in UNDOCUMENTED))


def _dotted(node: ast.AST, known: dict[str, str]) -> str | None:
    if isinstance(node, ast.Name):
        return known.get(node.id)
    if isinstance(node, ast.Attribute):
        owner = _dotted(node.value, known)
        return owner and f"{owner}.{node.attr}"
    return None


def _overridden(node: ast.ClassDef, known: dict[str, str]) -> Iterator[str]:
    """Private methods that a class takes from, or gives to, one of another library."""
    bases = [name for name in (_dotted(base, known) for base in node.bases) if name]
    for one in ast.walk(node):
        name = one.name if isinstance(one, ast.FunctionDef) else one.attr if isinstance(one, ast.Attribute) else ""
        if _PRIVATE.fullmatch(name):
            yield from {f"{base}.{name}" for base in bases if hasattr(found(base), name)}


def _written(name: str) -> list[PrivateName]:
    """The rows that stand for a use: of the name, of what it belongs to, or of the last part, where an object was asked."""
    return [one for one in NAMES if f"{name}.".startswith(f"{one.name}.") or ("." not in name and one.last == name)]


@pytest.fixture(scope="module")
def used() -> dict[str, set[str]]:
    """Private names by file."""
    return {str(path.relative_to(PACKAGE)): _ends(set(uses(path))) for path in sorted(PACKAGE.rglob("*.py"))}


def _ends(names: set[str]) -> set[str]:
    """Without modules on the way to another name: `torch._C` of `torch._C._f`."""
    return {name for name in names if not any(other.startswith(f"{name}.") for other in names)}


def test_every_private_name_is_written_down(used: dict[str, set[str]]) -> None:
    """With the file that uses it."""
    missing = [
        (path, name)
        for path, names in used.items()
        for name in sorted(names)
        if not any(path in one.used_in for one in _written(name))
    ]
    assert not missing


def test_nothing_is_written_down_that_nobody_uses(used: dict[str, set[str]]) -> None:
    """A row goes with its last use."""
    unused = [
        (one.name, path) for one in NAMES for path in one.used_in if not any(one in _written(name) for name in used[path])
    ]
    assert not unused


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import torch\ntorch._C._f()", {"torch._C._f"}),
        ("import torch as t\nt._x", {"torch._x"}),
        ("from torch import _C\n_C.f()", {"torch._C.f"}),
        ("from torch._C import f", {"torch._C.f"}),
        ("from nbgrader.utils import f", {"nbgrader.utils.f"}),
        ("from hypothesis.internal import engine\nengine.run()", {"hypothesis.internal.engine.run"}),
        ("def f(model):\n    return model._modules", {"_modules"}),
        ("def f(model):\n    model._x = 1", {"_x"}),
        ("def f(model):\n    return getattr(model, '_modules', None)", {"_modules"}),
        ("import logging\ngetattr(logging, '_lock')", {"logging._lock"}),
        ("from nbgrader.preprocessors import ClearSolutions as C\nclass D(C):\n    def _replace_solution_region(self): ...",
         {"nbgrader.preprocessors.ClearSolutions._replace_solution_region"}),
        ("from torch import nn\nclass M(nn.Module):\n    def f(self):\n        self._apply", {"torch.nn.Module._apply"}),
        ("import os\nos._exit(0)", set()),
        ("from __future__ import annotations", set()),
        ("class A:\n    def _f(self): ...\n    def g(self, other):\n        return other._f() + self._f()", set()),
        ("from autograder.x import _y\n_y.z", set()),
    ],
)  # fmt: skip
def test_the_search_finds_what_is_private(source: str, expected: set[str], tmp_path: Path) -> None:
    """However it is reached."""
    path = tmp_path / "one.py"
    path.write_text(source)
    assert _ends(set(uses(path))) == expected


def _requirements() -> dict[str, Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    listed = [*project["dependencies"], *(one for extra in project["optional-dependencies"].values() for one in extra)]
    return {one.name: one for one in map(Requirement, listed)}


@pytest.mark.parametrize("library", LIBRARIES)
def test_the_next_version_is_kept_away(library: str) -> None:
    """Up to a version that nobody has tried, and the one that is installed for everybody is below it."""
    required = _requirements()[library].specifier
    assert any(one.operator == "<" for one in required), str(required)
    pinned = re.search(rf"^{library}==([\w.+]+)", (ROOT / "constraints.txt").read_text("utf-8"), re.MULTILINE)
    assert pinned is not None
    assert pinned[1] in required
