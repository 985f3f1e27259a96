"""Files of checks: which module each is about, and how it is loaded."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from autograder.errors import GraderError


def module_under_test(path: Path, modules: Sequence[str]) -> str:
    """Return the module that ``test_<module>[_topic].py`` looks at: the longest one its name begins with."""
    stem = path.stem.removeprefix("test_")
    fitting = [module for module in modules if stem == module or stem.startswith(module + "_")]
    if not fitting:
        raise GraderError("the file's name matches no module of the assignment", str(path), "call it test_<module>.py")
    return max(fitting, key=len)
