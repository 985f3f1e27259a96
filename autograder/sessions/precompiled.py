"""Code objects of a notebook's cells, made once here for the twenty workers that run them.

Compiling is as safe here as it was when the submission was read: sources that could hurt the compiler are left out, and
a worker compiles them for itself. Nothing is executed. Files are left to the workers: each needs few of them, while
the cells of a notebook are one program.
"""

from __future__ import annotations

import functools
import json
import marshal
import warnings
from collections.abc import Iterator, Mapping

from autograder.runtime.top_level import FUTURES
from autograder.submission.syntax import is_plain
from autograder.wire.names import NOTEBOOK

_SHARED_CHARACTERS = 4_000
"""Up to this length a source may be another student's as well: unchanged cells of the assignment are everybody's."""
_MOST_BYTES = 8
"""Bytes of code for a character of source; folded constants can make it thousands."""


def compiled(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return marshalled code objects by the names that tracebacks show, ``cell 3``.

    Each is what ``compile(source, name, "exec")`` gives in this version of Python with the future statements of earlier
    cells. What is missing has a syntax error, would be large, or could hurt the compiler.
    """
    codes: dict[str, bytes] = {}
    flags = 0
    for name, source in _sources(files.get(NOTEBOOK, b"[]")):
        code, futures = (_compile_shared if len(source) <= _SHARED_CHARACTERS else _compile)(source, name, flags)
        if code is not None:
            codes[name] = code
        elif "__future__" in source:
            break  # whether the cells after it have its future statements is not known here
        flags |= futures
    return codes


def _sources(content: bytes) -> Iterator[tuple[str, str]]:
    for cell in json.loads(content):
        yield f"cell {cell['cell']}", str(cell["source"])


def _compile(source: str, name: str, flags: int) -> tuple[bytes | None, int]:
    """Return the marshalled code of a source and its future flags; None for what is not to be compiled here."""
    if not is_plain(source):
        return None, 0
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            code = compile(source, name, "exec", flags, dont_inherit=True)
    except (SyntaxError, ValueError, OverflowError, RecursionError, MemoryError):
        return None, 0
    data = marshal.dumps(code)
    return (data if len(data) <= _MOST_BYTES * len(source) + 1000 else None), code.co_flags & FUTURES


_compile_shared = functools.lru_cache(maxsize=2048)(_compile)
