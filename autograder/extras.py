"""Extras of the installation: whatever needs one that is not there says so in one line."""

from __future__ import annotations

import importlib.util

from autograder.errors import UsageError

_PACKAGES = {"sklearn": "scikit-learn"}


def require_nbgrader(what: str) -> None:
    """Raise :class:`UsageError`, naming ``what`` cannot be done, unless nbgrader is installed."""
    _require("nbgrader", "nbgrader", what)


def require_grading(what: str) -> None:
    """Raise :class:`UsageError`, naming ``what`` cannot be done, unless the libraries of graders are installed."""
    for library in ("jinja2", "scipy", "greenlet"):
        _require(library, "grading", what)


def require_cluster(what: str) -> None:
    """Raise :class:`UsageError`, naming ``what`` cannot be done, unless Dask and what encrypts its connections are there."""
    for library in ("distributed", "cryptography"):
        _require(library, "cluster", what)


def require_data(what: str) -> None:
    """Raise :class:`UsageError`, naming ``what`` cannot be read, unless the libraries that bring data sets are there."""
    for library in ("torchvision", "sklearn"):
        _require(library, "grading", what)


def _require(library: str, extra: str, what: str) -> None:
    if importlib.util.find_spec(library) is None:
        raise UsageError(f"{_PACKAGES.get(library, library)} is not installed", what, f"pip install 'dgm-autograder[{extra}]'")
