"""Files of checks: which module each is about, and how it is loaded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from autograder.errors import GraderError


def fitting_module(stem: str, modules: Iterable[str]) -> str | None:
    """The longest module that ``stem`` names or begins with, as in ``losses_einsum``; None for no module's."""
    fitting = [module for module in modules if stem == module or stem.startswith(module + "_")]
    return max(fitting, key=len, default=None)


def module_under_test(path: Path, modules: Sequence[str]) -> str:
    """Return the module that ``test_<module>[_topic].py`` looks at: the longest one its name begins with."""
    module = fitting_module(path.stem.removeprefix("test_"), modules)
    if module is None:
        raise GraderError("the file's name matches no module of the assignment", str(path), "call it test_<module>.py")
    return module
