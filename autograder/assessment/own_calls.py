"""Which functions and classes of a submission mention which others of its exercises, read off its files; nothing is run.

What a name means is found out as Python does it: parameters and local variables hide what stands at the top of a file, and
names that are imported from a sibling are that sibling's. Helpers are followed.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from autograder.submission.progress import parsed_source
from autograder.wire.names import NOTEBOOK

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_Name = tuple[str, str]
"""A module of the submission, and what stands at its top."""


@dataclass
class _File:
    """What stands at the top of one file or of a notebook, and what it imports from siblings."""

    definitions: dict[str, list[ast.stmt]] = field(default_factory=dict)
    siblings: dict[str, str] = field(default_factory=dict)
    """Names of whole modules: ``import losses as L`` makes ``L`` one."""
    imported: dict[str, _Name] = field(default_factory=dict)
    starred: list[str] = field(default_factory=list)
    owners: dict[str, str] = field(default_factory=dict)
    """Of a notebook's names: the modules that they belong to."""


def own_calls(files: Mapping[str, bytes], exercises: Collection[str]) -> dict[str, set[str]]:
    """Return for each exercise (``module.name``) those others that its code mentions, by itself or in helpers.

    A notebook stands for every module that is no file: its names are everybody's.
    """
    parted = _parted(exercises)
    read = _read_all(files, parted)
    known: dict[_Name, list[_Name]] = {}
    return {".".join(key): {".".join(one) for one in _reached(key, read, set(parted), known)} for key in parted}


def method_owners(files: Mapping[str, bytes], classes: Collection[str]) -> dict[str, dict[str, str]]:
    """Return for each class (``module.name``) its methods, each with the class of the submission that it comes from.

    Where a class takes the place of something private that a class above it has, that one's methods count as its own: they do
    something else in it.
    """
    parted = _parted(classes)
    read = _read_all(files, parted)
    return {".".join(key): {name: ".".join(owner) for name, owner in _owners(key, read).items()} for key in parted}


def _owners(start: _Name, read: Mapping[str, _File]) -> dict[str, _Name]:
    found: dict[str, _Name] = {}
    waiting, seen = [start], {start}
    while waiting:
        module, name = waiting.pop(0)
        for node in read[module].definitions.get(name, []):
            if not isinstance(node, ast.ClassDef):
                continue
            own = {one.name for one in node.body if isinstance(one, _FUNCTIONS)} | _stored_here(node.body)
            changed = any(one.startswith("_") and one in found for one in own - {"__init__"})
            found = dict.fromkeys(own, start if changed else (module, name)) | found
            bases = [one for base in node.bases for free in _free(base) for one in _resolved(*free, module, read)]
            waiting += [one for one in bases if one not in seen]
            seen.update(bases)
    return found


def _stored_here(body: Collection[ast.stmt]) -> frozenset[str]:
    return frozenset(name for one in body if isinstance(one, ast.Assign | ast.AnnAssign) for name in _stored(one))


def _parted(exercises: Collection[str]) -> list[_Name]:
    return [(module, name) for module, _, name in (key.partition(".") for key in exercises)]


def _read_all(files: Mapping[str, bytes], parted: Collection[_Name]) -> dict[str, _File]:
    """What stands in each module and each file beside them; a notebook stands for modules that are no files."""
    modules = {module for module, _ in parted} | {path[:-3] for path in files if path.endswith(".py") and "/" not in path}
    cells = [str(cell["source"]) for cell in json.loads(files.get(NOTEBOOK, b"[]"))]
    notebook = _read(cells, modules)
    notebook.owners = {name: module for module, name in parted if f"{module}.py" not in files}
    read = {module: notebook for module in modules}
    for module in modules:
        if (path := f"{module}.py") in files:
            read[module] = _read([files[path].decode(errors="replace")], modules)
    return read


def _read(sources: Collection[str], modules: Collection[str]) -> _File:
    file = _File()
    for source in sources:
        tree = parsed_source(source)
        for node in ast.iter_child_nodes(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                file.definitions[node.name] = [node]
            elif isinstance(node, ast.Assign | ast.AnnAssign):
                file.definitions |= {name: [node] for name in _stored(node)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                file.siblings |= {one.asname or one.name: one.name for one in node.names if one.name in modules}
            elif isinstance(node, ast.ImportFrom):
                _note_import(file, node, modules)
    return file


def _note_import(file: _File, node: ast.ImportFrom, modules: Collection[str]) -> None:
    module = node.module or ""
    for one in node.names:
        if node.level and not module and one.name in modules:
            file.siblings[one.asname or one.name] = one.name
        elif module in modules and one.name == "*":
            file.starred.append(module)
        elif module in modules:
            file.imported[one.asname or one.name] = module, one.name


def _reached(
    start: _Name, read: Mapping[str, _File], exercises: Collection[_Name], known: dict[_Name, list[_Name]]
) -> Iterator[_Name]:
    """Exercises that ``start`` mentions; what these mention themselves is their own affair."""
    waiting, seen = [start], {start}
    while waiting:
        here = waiting.pop()
        if here not in known:
            known[here] = list(dict.fromkeys(_meant(here, read)))
        for one in known[here]:
            if one in seen:
                continue
            seen.add(one)
            if one in exercises:
                yield one
            else:
                waiting.append(one)


def _meant(here: _Name, read: Mapping[str, _File]) -> Iterator[_Name]:
    module, name = here
    for node in read[module].definitions.get(name, []):
        for free, attribute in _free(node):
            yield from _resolved(free, attribute, module, read)


def _resolved(free: str, attribute: str, module: str, read: Mapping[str, _File]) -> Iterator[_Name]:
    """What of the submission a name of a module means, or an attribute of it."""
    file = read[module]
    if attribute:
        if free in file.siblings:
            yield file.siblings[free], attribute
    elif free in file.definitions:
        yield file.owners.get(free, module), free
    elif free in file.imported:
        yield file.imported[free]
    else:
        yield from ((other, free) for other in file.starred if free in read[other].definitions)


def _free(node: ast.AST) -> Iterator[tuple[str, str]]:
    """Names that are looked up outside of a definition, each with the attribute that is asked of it, or an empty text."""
    waiting: list[tuple[ast.AST, frozenset[str]]] = [(node, frozenset())]
    while waiting:
        node, bound = waiting.pop()
        if isinstance(node, _FUNCTIONS):
            bound = bound | {one.arg for one in ast.walk(node) if isinstance(one, ast.arg)} | _stored(node)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id not in bound:
            yield node.value.id, node.attr
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id not in bound:
            yield node.id, ""
        waiting += ((child, bound) for child in ast.iter_child_nodes(node))


def _stored(node: ast.AST) -> frozenset[str]:
    return frozenset(one.id for one in ast.walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store))
