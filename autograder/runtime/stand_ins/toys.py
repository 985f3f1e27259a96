"""Small modules that an assignment brings for its checks: ``solutions/<assignment>/toys.py``.

They live beside the student's code, which trains them and differentiates them. They are no secret, and no part of the
submission either: a file of the submission that is called ``toys.py`` is another module.
"""

from __future__ import annotations

import functools
import hashlib
import marshal
import sys
import types

FILE = "toys.py"
"""Beside the reference, and beside the visible checks that students get."""

MODULE = "autograder.toys"
"""Its name in a worker's ``sys.modules``, which no submission's module can have."""

_PLACE = f"/{FILE}"
"""What tracebacks call it: an absolute name, as of every file that is not the student's."""


class BadToys(Exception):
    """An assignment's toys cannot be loaded, which is no fault of any submission."""


@functools.lru_cache(maxsize=64)
def compile_toys(source: bytes) -> bytes:
    """Return the marshalled code of a ``toys.py``; nothing for nothing. Raises :class:`BadToys`."""
    if not source:
        return b""
    try:
        return marshal.dumps(compile(source, _PLACE, "exec", dont_inherit=True))
    except (SyntaxError, ValueError) as error:
        raise BadToys(f"{type(error).__name__}: {error}") from error


def load_toys(code: bytes, name: str = MODULE) -> types.ModuleType:
    """Return the module that marshalled code makes; an empty one for none. Raises :class:`BadToys`."""
    module = types.ModuleType(name)
    if not code:
        return module
    module.__file__ = _PLACE
    sys.modules[name] = module  # where pickle and dataclasses look for it
    try:
        exec(marshal.loads(code), module.__dict__)
    except Exception as error:
        raise BadToys(f"{type(error).__name__}: {error}") from error
    return module


@functools.lru_cache(maxsize=64)
def shared_toys(source: bytes) -> types.ModuleType:
    """Return the module for sessions in this process, which may know several assignments: one for each source."""
    return load_toys(compile_toys(source), f"{MODULE}_{hashlib.sha256(source).hexdigest()[:12]}")
