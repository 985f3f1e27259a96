"""nbgrader is an extra: what needs it says so in one line."""

from __future__ import annotations

import importlib.util

from autograder.errors import UsageError


def require_nbgrader(what: str) -> None:
    """Raise :class:`UsageError`, naming ``what`` cannot be done, unless nbgrader is installed."""
    if importlib.util.find_spec("nbgrader") is None:
        raise UsageError("nbgrader is not installed", what, "pip install 'dgm-autograder[nbgrader]'")
