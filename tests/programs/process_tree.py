"""Processes of this machine as they hang together."""

from __future__ import annotations

from pathlib import Path


def parents() -> dict[int, int]:
    """Every process of the machine with its parent."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                found[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
    return found


def descendants(root: int) -> set[int]:
    """The processes below one."""
    known, found = parents(), {root}
    for _ in range(6):
        found |= {child for child, parent in known.items() if parent in found}
    return found - {root}
