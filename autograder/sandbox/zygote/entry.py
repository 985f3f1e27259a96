"""Finding the function that a worker runs, and making the package that it came from unreachable."""

from __future__ import annotations

import importlib
import importlib.util
import socket
import sys
import types
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path

from autograder.sandbox.walls.readable_paths import NO_ANSWER_NEEDS

Serve = Callable[[socket.socket], object]
"""Serves the grader over a worker's data socket, in the locked process; does not normally return."""


def load_entry(entry: str) -> Serve:
    """Return the function that a worker runs.

    Args:
        entry: ``module:function`` or ``/path/file.py:function``.

    Raises:
        ImportError: if there is no such module.
        AttributeError: if it has no such function.
    """
    module, _, name = entry.rpartition(":")
    if not module.endswith(".py"):
        return getattr(importlib.import_module(module), name)
    spec = importlib.util.spec_from_file_location(Path(module).stem, module)
    if spec is None or spec.loader is None:
        raise ImportError(f"cannot load {module}")
    loaded = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = loaded
    spec.loader.exec_module(loaded)
    return getattr(loaded, name)


def forget_package(root: str) -> None:
    """Let later imports find nothing of this package, so that no worker depends on files it may not read.

    Args:
        root: the folder that holds the package; it is taken off `sys.path` too.
    """
    sys.path[:] = [entry for entry in sys.path if entry != root or Path(entry).name.endswith("-packages")]
    for name, module in list(sys.modules.items()):
        if name.split(".")[0] == "autograder" and hasattr(module, "__path__"):
            module.__path__ = []
    sys.meta_path[:] = [finder for finder in sys.meta_path if "__editable__" not in getattr(finder, "__module__", "")]


class _WithoutTools(PathFinder):
    """Finds installed modules, but those that no worker may read: they look as if they were not installed."""

    @classmethod
    def find_spec(
        cls, fullname: str, path: Sequence[str] | None = None, target: types.ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return a module's spec."""
        if path is None and fullname in NO_ANSWER_NEEDS:
            return None
        return super().find_spec(fullname, path, target)


def forget_tools() -> None:
    """Let imports of what workers may not read fail as imports of missing libraries do, for which callers are prepared."""
    sys.meta_path[:] = [_WithoutTools if finder is PathFinder else finder for finder in sys.meta_path]
