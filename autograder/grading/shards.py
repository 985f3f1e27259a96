"""One part of a class: which submissions a process of a cluster grades.

A submission's shard follows from its name alone, so that every process finds its own without talking to the others,
whenever it looks: none is graded twice or forgotten because a folder is listed in another order or has grown.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import UsageError

_FORM = re.compile(r"(\d{1,6})/(\d{1,6})")


@dataclass(frozen=True)
class Shard:
    """Part ``number`` of ``count``, counted from 1."""

    number: int
    count: int

    def holds(self, path: Path) -> bool:
        """Whether the submission at ``path`` belongs to this part."""
        digest = hashlib.sha256(path.name.encode("utf-8", "surrogateescape")).digest()
        return int.from_bytes(digest[:8], "big") % self.count == self.number - 1


def parse_shard(text: str) -> Shard:
    """Read ``i/n``; raises :class:`UsageError` for anything else."""
    found = _FORM.fullmatch(text.strip())
    if not found or not 1 <= int(found[1]) <= int(found[2]):
        raise UsageError(f"{text!r} is not a part of a class", "--shard", "write 1/4, 2/4, 3/4 or 4/4 for four parts")
    return Shard(int(found[1]), int(found[2]))
