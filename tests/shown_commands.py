"""Command lines that documents show: in blocks without a language, or with that of a shell."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_SHELLS = ("", "sh", "bash", "console")


def lines_shown(document: str) -> Iterator[str]:
    """Every line of a document's shell blocks, without its remark."""
    fence = None
    for line in (ROOT / document).read_text("utf-8").splitlines():
        if line.lstrip().startswith("```"):
            fence = line.strip()[3:] if fence is None else None
        elif fence in _SHELLS and (command := line.partition("  #")[0].strip()):
            yield command
