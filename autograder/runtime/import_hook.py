"""Lets the import machinery reach modules that exist in memory only."""

from __future__ import annotations

import importlib.abc
import importlib.util
import types
from collections.abc import Sequence
from importlib.machinery import ModuleSpec

from autograder.runtime.module_space import ModuleSpace


class SubmissionFinder(importlib.abc.MetaPathFinder):
    """Lets ``importlib.import_module`` and pickle reach a space's modules too (worker processes only)."""

    def __init__(self, space: ModuleSpace) -> None:
        self.space = space

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: types.ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return a spec for the submission's own modules, ``None`` for everything else."""
        if not self.space.owns(fullname):
            return None
        return importlib.util.spec_from_loader(fullname, _SpaceLoader(self.space))


class _SpaceLoader(importlib.abc.Loader):
    def __init__(self, space: ModuleSpace) -> None:
        self.space = space

    def create_module(self, spec: ModuleSpec) -> types.ModuleType:
        return self.space.module(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        """Nothing to do: the space has run the module."""
