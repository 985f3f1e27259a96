"""Extras of the installation: whatever needs one that is not there says so in one line."""

from __future__ import annotations

import importlib.util

from autograder.errors import UsageError


def require_nbgrader(what: str) -> None:
    """Raise :class:`UsageError`, naming ``what`` cannot be done, unless nbgrader is installed."""
    _require("nbgrader", "nbgrader", what)


def require_grading(what: str) -> None:
    """Raise :class:`UsageError`, naming ``what`` cannot be done, unless the libraries of graders are installed."""
    for library in ("jinja2", "scipy"):
        _require(library, "grading", what)


def _require(library: str, extra: str, what: str) -> None:
    if importlib.util.find_spec(library) is None:
        raise UsageError(f"{library} is not installed", what, f"pip install 'dgm-autograder[{extra}]'")
