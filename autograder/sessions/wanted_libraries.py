"""Which libraries a submission's code may want: read off its text, never run.

Only speed depends on the answer. A worker can import whatever is installed; one that was forked from a process that had
imported it already need not.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path

from autograder.sandbox.zygote.preloading import GROUPS

_GROUPS = {group: words.encode().split() for group, (_, words) in GROUPS.items()}


def wanted_groups(files: Mapping[str, bytes]) -> tuple[str, ...]:
    """The groups of `autograder.sandbox.zygote.preloading.GROUPS` that the code names a library of."""
    return tuple(group for group, names in _GROUPS.items() if any(name in text for text in files.values() for name in names))


@functools.cache
def groups_of(folder: Path) -> tuple[str, ...]:
    """What every submission to the assignment in ``folder`` may want, whatever its own text says: checks that train."""
    files = [path for place in (".", "hidden", "visible") for path in (folder / place).glob("*.py")]
    return tuple(group for group in wanted_groups({str(path): path.read_bytes() for path in files}) if group == "training")
