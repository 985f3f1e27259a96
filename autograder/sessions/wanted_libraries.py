"""Which libraries a submission's code may want: read off its text, never run.

Only speed depends on the answer. A worker can import whatever is installed; one that was forked from a process that had
imported it already need not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePosixPath

from autograder.sandbox.zygote.preloading import GROUPS
from autograder.wire.names import NOTEBOOK

_WORD = re.compile(rb"[A-Za-z_]\w*")
_IMPORT = re.compile(rb"^[ \t]*(?:from|import)\b[^\n(]*(?:\([^)]*\))?", re.MULTILINE)
_GROUPS = {group: words.encode().split() for group, (_, words) in GROUPS.items()}
_HEAVY = frozenset(
    b"torch torchvision scipy sklearn sympy matplotlib pylab seaborn pandas PIL jax tensorflow importlib __import__".split()
)


def wanted_groups(files: Mapping[str, bytes]) -> tuple[str, ...]:
    """The groups of `autograder.sandbox.zygote.preloading.GROUPS` that the code names a library of."""
    return tuple(group for group, names in _GROUPS.items() if any(name in text for text in files.values() for name in names))


def wants_little(files: Mapping[str, bytes], module: str) -> bool:
    """Whether ``module``, with all of the submission's files that it may import, names no large library."""
    stems = {PurePosixPath(path).stem: path for path in files if path.endswith(".py")}
    waiting = [stems[module]] if module in stems else [path for path in files if path == NOTEBOOK]
    seen: set[str] = set()
    while waiting:
        path = waiting.pop()
        if _HEAVY & set(_WORD.findall(files[path])):
            return False
        seen.add(path)
        imported = set(_WORD.findall(_imports(path, files[path])))
        waiting += {other for stem, other in stems.items() if stem.encode() in imported and other not in seen} - set(waiting)
    return bool(seen)


def _imports(path: str, text: bytes) -> bytes:
    """The import statements of a file; all of a notebook, whose lines are not lines of the file."""
    return text if path == NOTEBOOK else b" ".join(_IMPORT.findall(text))
