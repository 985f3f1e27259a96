"""Loading files of checks: an instructor's file under a name of its own, and what several of them share."""

from __future__ import annotations

import importlib.util
import sys
import types
from collections.abc import Callable, Iterator
from pathlib import Path

from autograder.checks.info import info_of
from autograder.errors import GraderError


def load_file(path: Path, name: str) -> types.ModuleType:
    """Import an instructor's file under a name of its own."""
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise GraderError("the file cannot be imported", str(path))
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def load_checks(path: Path, name: str) -> Iterator[Callable[..., None]]:
    """Yield the checks that a file defines, in their order; those that it imports from another file are that one's."""
    loaded = load_file(path, name)
    for function in vars(loaded).values():
        if info_of(function) and getattr(function, "__module__", None) == loaded.__name__:
            yield function


def load_beside(file: str, name: str) -> types.ModuleType:
    """The module ``name`` that files of checks share: from their folder, or from their assignment's, as ``toys``.

    Args:
        file: the caller's ``__file__``.
        name: the module's name, which does not begin with ``test_``.

    Raises:
        GraderError: there is no such file.
    """
    here = Path(file).parent
    for folder, known_as in ((here, f"{here.parent.name}.{here.name}"), (here.parent, here.parent.name)):
        if (folder / f"{name}.py").is_file():
            return load_file(folder / f"{name}.py", f"autograder_checks.{known_as}.{name}")
    raise GraderError("the checks share a file that does not exist", str(here / f"{name}.py"))
