"""Modules in memory: runs a submission's files without ever putting them on a search path.

A submission's files import each other by plain name or relatively; everything else comes from the installed
libraries. The same loader runs references, stubs and wrong variants in the grader (under a prefix of their
own, so that two assignments' ``losses`` do not meet) and student code in a worker (with no prefix).
"""

from __future__ import annotations

import ast
import builtins
import json
import linecache
import marshal
import sys
import types
from collections.abc import Iterator, Mapping, Sequence
from importlib.machinery import ModuleSpec
from typing import Any

from autograder.runtime.quiet import shell_names
from autograder.runtime.statements import Failure, Statements, Stopped
from autograder.runtime.top_level import FUTURES, definitions, future_flags
from autograder.wire.names import NOTEBOOK

_PACKAGE = "submission"


class LoadError(Exception):
    """A module of the submission could not be run; ``cause`` is what its code raised."""

    def __init__(self, module: str, cause: BaseException) -> None:
        super().__init__(f"{module} could not be loaded")
        self.module = module
        self.cause = cause


class ModuleSpace:
    """The modules of one submission.

    ``files`` maps posix paths to contents; ``expected`` names the assignment's modules, which a notebook
    provides together; ``prefix`` is prepended to every name in ``sys.modules``; ``definitions_only`` skips top-level
    statements that only do something (a training run that would not end); ``compiled`` holds marshalled code objects by
    the names that tracebacks show, see :mod:`autograder.sessions.precompiled`.
    """

    def __init__(
        self,
        files: Mapping[str, bytes],
        expected: Sequence[str] = (),
        prefix: str = "",
        definitions_only: bool = False,
        compiled: Mapping[str, bytes] | None = None,
    ) -> None:
        self.files = dict(files)
        self.definitions_only = definitions_only
        self.skipped: list[Failure] = []
        """Top-level statements that failed."""
        self.prefix = prefix
        self.expected = tuple(expected)
        self.sources = {_module_name(path): path for path in sorted(self.files) if path.endswith(".py")}
        self.notebook: types.ModuleType | None = None
        self.failures: dict[str, BaseException] = {}
        self._compiled = compiled or {}
        self._flags = 0
        self._stand_ins: set[str] = set()
        self._builtins = dict(vars(builtins), __import__=self._import)

    def module(self, name: str) -> types.ModuleType:
        """Return module ``name``, running it on first use; raises :class:`LoadError` when its code fails."""
        if name in self.failures:
            raise LoadError(name, self.failures[name])
        try:
            return self._load(name)
        except (LoadError, Stopped):
            raise
        except BaseException as error:
            self.failures[name] = error
            raise LoadError(name, error) from error

    @property
    def complaints(self) -> list[str]:
        """Top-level statements that failed, one line each, with what is still not defined because of them."""
        return [str(failure) for failure in self.skipped]

    def why_undefined(self, module: types.ModuleType, name: str) -> str:
        """The line about a statement of ``module`` that would have defined ``name`` and failed; empty if there is none."""
        failures = (one for one in reversed(self.skipped) if one.namespace is module.__dict__ and name in one.names)
        return next((str(failure) for failure in failures), "")

    def loaded(self) -> Iterator[types.ModuleType]:
        """Yield the modules that have been run so far."""
        names = [*self.sources, *self.expected]
        for name in dict.fromkeys(names):
            module = sys.modules.get(self.prefix + name)
            if module is not None:
                yield module

    def owns(self, name: str) -> bool:
        """Tell whether dotted ``name`` is one of the submission's modules or packages."""
        return (
            name in self.sources
            or name in self._stand_ins
            or any(source.startswith(name + ".") for source in self.sources)
            or (NOTEBOOK in self.files and name in self.expected)
        )

    def _load(self, name: str) -> types.ModuleType:
        full = self.prefix + name
        if full in sys.modules:
            return sys.modules[full]
        if name not in self.sources and NOTEBOOK in self.files and name in self.expected:
            return self._load_notebook(name)
        if not self.owns(name):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return self._run(name)

    def _run(self, name: str) -> types.ModuleType:
        path = self.sources.get(name)
        module = self._new_module(name, path or name.replace(".", "/") + "/__init__.py", package=self._is_package(name))
        parent, _, child = name.rpartition(".")
        if parent:
            setattr(self._load(parent), child, module)
        if path is None:
            return module
        source = self.files[path].decode("utf-8", "replace")
        try:
            self._execute(source, path, module)
        except BaseException:
            sys.modules.pop(self.prefix + name, None)
            raise
        return sys.modules.get(self.prefix + name, module)

    def _execute(self, source: str, path: str, module: types.ModuleType) -> None:
        """Run a file; a top-level statement that fails does not cost those after it.

        A leftover demonstration at the end of a file (a plot, a download, ``input()``) must not cost the functions
        beside it. With ``definitions_only`` such statements are not even tried.
        """
        _register(source, path)
        for name, value in shell_names(source, module.__dict__).items():
            module.__dict__.setdefault(name, value)
        if self.definitions_only:
            tree = ast.parse(source, path)
            Statements(source, path, module.__dict__, self.skipped, future_flags(tree)).run_each(definitions(tree))
        else:
            code = self._code(source, path)  # a syntax error concerns the whole file
            Statements(source, path, module.__dict__, self.skipped).run(code)

    def _code(self, source: str, name: str, flags: int = 0) -> types.CodeType:
        """Compile a file or a cell, unless the grader has done so."""
        code: types.CodeType
        if name in self._compiled:
            code = marshal.loads(self._compiled[name])
        else:
            code = compile(source, name, "exec", flags, dont_inherit=True)
        return code

    def stand_in(self, name: str) -> types.ModuleType:
        """Return module ``name``, or an empty one in its place when it cannot be loaded."""
        try:
            return self.module(name)
        except LoadError:
            self.failures.pop(name, None)
            self._stand_ins.add(name)
            return self._new_module(name, name + ".py", package=False)

    def _new_module(self, name: str, path: str, package: bool) -> types.ModuleType:
        full = self.prefix + name
        module = types.ModuleType(full)
        module.__file__ = path
        module.__spec__ = ModuleSpec(full, None, origin=path, is_package=package)
        module.__dict__["__builtins__"] = self._builtins
        # Relative imports need a package; top-level files live in an invisible one.
        module.__package__ = name if package else (name.rpartition(".")[0] or _PACKAGE)
        if package:
            module.__path__ = [path]
        sys.modules[full] = module
        return module

    def _is_package(self, name: str) -> bool:
        path = self.sources.get(name)
        return path is None or path.endswith("__init__.py")

    def _load_notebook(self, name: str) -> types.ModuleType:
        if self.notebook is None:
            self.notebook = self._new_module(name, NOTEBOOK, package=False)
            self.notebook.__dict__.update(shell_names("", self.notebook.__dict__))
            for cell in json.loads(self.files[NOTEBOOK]):
                self._run_cell(cell)
        for expected in self.expected:
            if expected not in self.sources:
                sys.modules[self.prefix + expected] = self.notebook
        return sys.modules[self.prefix + name]

    def _run_cell(self, cell: Mapping[str, Any]) -> None:
        """Run one cell; a failing cell does not stop the later ones."""
        assert self.notebook is not None
        # Cells may import the assignment's own modules by name: these are the notebook itself.
        for expected in self.expected:
            if expected not in self.sources:
                sys.modules.setdefault(self.prefix + expected, self.notebook)
        try:
            name = _cell_name(cell)
            source = str(cell["source"])
            _register(source, name)
            if self.definitions_only:
                tree = ast.parse(source, name)
                self._flags |= future_flags(tree)
                Statements(source, name, self.notebook.__dict__, self.skipped, self._flags).run_each(definitions(tree))
                return
            code = self._code(source, name, self._flags)
            self._flags |= code.co_flags & FUTURES  # like IPython: from one cell to the next
            Statements(source, name, self.notebook.__dict__, self.skipped, self._flags).run(code)
        except Stopped:
            raise
        except BaseException as error:  # a syntax error
            self.skipped.append(Failure(f"{_cell_name(cell)}: {type(error).__name__}: {error}"[:300], (), {}))

    def _import(
        self,
        name: str,
        globals: Mapping[str, object] | None = None,
        locals: Mapping[str, object] | None = None,
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> types.ModuleType:
        """``__import__`` for the submission's own code: its own files first, then the libraries."""
        target = self._absolute(name, globals, level) if level else name
        if level and not target:
            return self._from_top(fromlist or ())
        if not self.owns(target.partition(".")[0] if target else ""):
            if level:
                raise ImportError(f"attempted relative import of {name!r}, which is not part of the submission")
            return builtins.__import__(name, globals, locals, fromlist or (), 0)
        module = self._load(target)
        for attribute in fromlist or ():
            child = f"{target}.{attribute}"
            if attribute != "*" and not hasattr(module, attribute) and self.owns(child):
                self._load(child)
        return module if fromlist else self._load(target.partition(".")[0])

    def _from_top(self, names: Sequence[str]) -> types.ModuleType:
        """``from . import losses`` in a top-level file: a module that holds what was asked for."""
        top = types.ModuleType(_PACKAGE)
        for name in names:
            if not self.owns(name):
                raise ImportError(f"cannot import name {name!r}, which is not part of the submission")
            setattr(top, name, self._load(name))
        return top

    def _absolute(self, name: str, globals: Mapping[str, object] | None, level: int) -> str:
        package = str((globals or {}).get("__package__") or _PACKAGE)
        parts = package.split(".")
        base = parts[: len(parts) - (level - 1)]
        if base[:1] == [_PACKAGE]:
            base = base[1:]
        return ".".join([*base, *([name] if name else [])])


def _module_name(path: str) -> str:
    """The dotted name of a file, ``deep/helpers.py`` or ``deep/__init__.py``."""
    name = path.removesuffix(".py").replace("/", ".")
    return name.removesuffix(".__init__")


def _register(source: str, name: str) -> None:
    """Let tracebacks show the student's own lines."""
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)


def _cell_name(cell: Mapping[str, Any]) -> str:
    """What tracebacks call a notebook's cell."""
    return f"cell {cell['cell']}"
