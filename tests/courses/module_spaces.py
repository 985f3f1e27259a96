"""Spaces of modules from texts, each with names of its own."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping

from autograder.runtime.module_space import NOTEBOOK, ModuleSpace

_numbers = itertools.count()


def space_from(files: Mapping[str, bytes], expected: tuple[str, ...] = (), definitions_only: bool = False) -> ModuleSpace:
    """A space of these files."""
    return ModuleSpace(files, expected, f"modules_test_{next(_numbers)}.", definitions_only)


def space_of(expected: tuple[str, ...] = (), definitions_only: bool = False, **files: str) -> ModuleSpace:
    """A space of its own; `a__b` names the file `a/b.py`."""
    contents = {name.replace("__", "/", 1) + ".py": text.encode() for name, text in files.items()}
    return space_from(contents, expected, definitions_only)


def notebook_of(*cells: str, expected: tuple[str, ...] = ("losses",), definitions_only: bool = False) -> ModuleSpace:
    """A notebook's space."""
    listed = [{"source": source, "cell": number, "id": str(number)} for number, source in enumerate(cells, 1)]
    return space_from({NOTEBOOK: json.dumps(listed).encode()}, expected, definitions_only)
