"""The cells of a submitted notebook of any quality, reduced to what can be shown: types, texts, pictures.

Outputs, metadata, kernels and broken parts stay behind: nothing of them decides anything, and nothing of them is shown.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from autograder.plaintext import cut
from autograder.submission import Limits, find_notebook
from autograder.submission.notebooks.cells import all_cells, claims, is_code, mapping, parsed, source_of
from autograder.submission.notes import Unreadable

_PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp", "image/svg+xml")
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")
_MOST_PICTURE_BYTES = 8 * 2**20


@dataclass(frozen=True)
class WorkCell:
    """One cell as submitted."""

    cell_type: str
    """``code``, ``markdown`` or ``raw``."""
    source: str
    claims: tuple[str, ...] = ()
    """The names that the cell gives itself, the most believable first."""
    pictures: dict[str, dict[str, str]] = field(default_factory=dict)
    """Attached pictures: name, then media type and base64."""


def read_work(folder: Path, expected: Collection[str], notebook: str) -> list[WorkCell] | None:
    """Return the cells of the notebook that was submitted in ``folder``; None where there is none that can be read."""
    data = find_notebook(folder, expected, notebook)
    limits = Limits()
    try:
        cells = [] if data is None else all_cells(parsed(data, limits))[: limits.cells]
    except Unreadable:
        return None
    room = limits.notebook_text
    found: list[WorkCell] = []
    for cell in map(_cell, cells):
        found.append(replace(cell, source=cut(cell.source, max(0, room))))
        room -= len(cell.source)
    return None if data is None else found


def _cell(cell: dict[str, Any]) -> WorkCell:
    kind = "code" if is_code(cell) else "raw" if cell.get("cell_type") == "raw" else "markdown"
    pictures = {} if kind == "code" else _pictures(cell.get("attachments"))
    return WorkCell(kind, _text(source_of(cell)), tuple(claims(cell)), pictures)


def _text(source: str) -> str:
    """The text without lone surrogates, which no file can hold."""
    return source.encode("utf-8", "replace").decode("utf-8")


def _pictures(attachments: Any) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    room = _MOST_PICTURE_BYTES
    for name, forms in mapping(attachments).items():
        for kind in _PICTURES:
            data = mapping(forms).get(kind)
            if isinstance(data, str) and len(data) <= room and _BASE64.fullmatch(data):
                found.setdefault(_text(name), {})[kind] = data
                room -= len(data)
    return found
