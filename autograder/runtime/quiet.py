"""Silence where a submission's code runs: no keyboard to wait for, no libraries' warnings, no shell of IPython's."""

from __future__ import annotations

import contextlib
import io
import logging
import sys
import warnings
from collections.abc import Callable, Iterator
from typing import Any

_RUNS_ITS_CELL = frozenset({"time", "timeit", "capture", "prun", "memit"})
"""Cell magics whose cell is ordinary code; exported notebooks have it as a text."""


@contextlib.contextmanager
def quiet_stdin() -> Iterator[None]:
    """Make ``input()`` raise ``EOFError`` at once instead of waiting for a keyboard."""
    previous, sys.stdin = sys.stdin, io.StringIO("")
    try:
        yield
    finally:
        sys.stdin = previous


def hush() -> None:
    """Silence warnings and logging: a library's word on standard error means nothing here."""
    if logging.root.manager.disable < logging.WARNING:
        warnings.simplefilter("ignore")
        logging.disable(logging.WARNING)


class Shell:
    """Does nothing that a shell does; runs the code of exported cells whose magic only measured them."""

    def __init__(self, namespace: dict[str, Any]) -> None:
        self._namespace = namespace

    def run_cell_magic(self, name: str, line: str, cell: str) -> None:
        """Run ``cell`` in the file that it stands in, if ``name`` is a magic that would have done so."""
        if name in _RUNS_ITS_CELL:
            exec(compile(cell, str(self._namespace.get("__file__", "cell")), "exec", 0, True), self._namespace)

    def __getattr__(self, name: str) -> Callable[..., None]:
        """Every other method takes anything and does nothing."""
        return lambda *args, **kwargs: None


def shell_names(source: str, namespace: dict[str, Any]) -> dict[str, Any]:
    """``display`` and ``get_ipython``, those of them that a file's ``source`` mentions; both for a notebook, without one."""
    names = {"display": lambda *objects, **options: None, "get_ipython": lambda: Shell(namespace)}
    return {name: value for name, value in names.items() if not source or name in source}
