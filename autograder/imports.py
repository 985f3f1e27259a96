"""What is imported when: names on demand, libraries without what makes their import slow, and extras that may be missing."""

from __future__ import annotations

import contextlib
import gc
import importlib
import importlib.util
import os
import sys
from collections.abc import Callable, Iterator, Mapping

from autograder.errors import UsageError

_PACKAGES = {"sklearn": "scikit-learn"}


SAFE_PATH = "PYTHONSAFEPATH"
"""The variable that keeps the folder of a script, or the working folder, from being looked into first."""


def names_on_demand(package: str, places: Mapping[str, str]) -> Callable[[str], object]:
    """The ``__getattr__`` of a package that finds its names in other modules (PEP 562).

    Args:
        package: the package's ``__name__``, for the error about a name that it does not have.
        places: name -> the full name of the module that defines it.
    """

    def find(name: str) -> object:
        if name not in places:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(importlib.import_module(places[name]), name)

    return find


def not_from_here() -> None:
    """Let no Python that is started from now on look for libraries in the working folder, where submissions may lie.

    `multiprocessing` starts its helpers as ``python -c``, which looks there first.
    """
    os.environ[SAFE_PATH] = "1"


@contextlib.contextmanager
def uncollected() -> Iterator[None]:
    """Look for no garbage while much is imported that stays, and not among that afterwards: a sixth of torch's import."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if collecting:
            gc.enable()


def import_matplotlib() -> None:
    """Import matplotlib without a ``matplotlibrc`` of the working folder, where submissions may lie: it would come first."""
    if "matplotlib" not in sys.modules:
        with contextlib.chdir(os.path.dirname(os.path.abspath(__file__))):
            importlib.import_module("matplotlib")


def import_nbformat() -> None:
    """Import nbformat without the grammar of international addresses, which takes three seconds and no notebook needs."""
    with _as_if_missing("rfc3987_syntax"):
        importlib.import_module("nbformat")


@contextlib.contextmanager
def _as_if_missing(name: str) -> Iterator[None]:
    """Let a module look as if it were not installed, for as long as others decide whether to use it."""
    if name in sys.modules:
        yield
        return
    sys.modules[name] = None  # type: ignore[assignment]  # makes an import fail
    try:
        yield
    finally:
        del sys.modules[name]


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
