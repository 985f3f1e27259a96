"""Code objects of a submission's files, made once here for the twenty workers that run them.

Compiling is as safe here as it was when the submission was read: sources that could hurt the compiler are left out, and
a worker compiles them for itself. Nothing is executed.
"""

from __future__ import annotations

import functools
import json
import marshal
import warnings
from collections.abc import Iterator, Mapping

from autograder.sandbox.modules import NOTEBOOK
from autograder.sandbox.statements import FUTURES
from autograder.submission.syntax import is_plain

_SHARED_CHARACTERS = 4_000
"""Up to this length a source may be another student's as well: unchanged cells of the assignment are everybody's."""
_MOST_BYTES = 8
"""Bytes of code for a character of source; folded constants can make it thousands."""


def compiled(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return marshalled code objects by the names that tracebacks show: ``losses.py``, ``cell 3``.

    What is missing has a syntax error, would be large, or could hurt the compiler. Each is what
    ``compile(source, name, "exec")`` gives in this version of Python, cells with the future statements of earlier ones.
    """
    codes: dict[str, bytes] = {}
    for path, content in files.items():
        if path.endswith(".py"):
            codes |= _named(path, *_compile(content.decode("utf-8", "replace"), path, 0))
        elif path == NOTEBOOK:
            codes |= _cells(content)
    return codes


def _cells(content: bytes) -> dict[str, bytes]:
    """The cells of a notebook, up to the first whose future statements cannot be known here."""
    codes: dict[str, bytes] = {}
    flags = 0
    for name, source in _sources(content):
        code, futures = _compile(source, name, flags)
        if code is None and "__future__" in source:
            break
        codes |= _named(name, code, futures)
        flags |= futures
    return codes


def _sources(content: bytes) -> Iterator[tuple[str, str]]:
    for cell in json.loads(content):
        yield f"cell {cell['cell']}", str(cell["source"])


def _named(name: str, code: bytes | None, _futures: int) -> dict[str, bytes]:
    return {} if code is None else {name: code}


def _compile(source: str, name: str, flags: int) -> tuple[bytes | None, int]:
    """Return the marshalled code of a source and its future flags; None for what is not to be compiled here."""
    compile_it = _compile_shared if len(source) <= _SHARED_CHARACTERS else _compile_alone
    return compile_it(source, name, flags)


def _compile_alone(source: str, name: str, flags: int) -> tuple[bytes | None, int]:
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


_compile_shared = functools.lru_cache(maxsize=2048)(_compile_alone)
