"""From a student's name to the name of the result file."""

from __future__ import annotations

import hashlib
import re
import unicodedata

_STEM_BYTES = 200 - len(".json")
_LONGEST_PLAIN = 150
_KEPT = frozenset("-_.,+@ ()")
# Files of the whole class that lie beside the results, and names that Windows keeps for devices.
_RESERVED = re.compile(r"(class|index|summary|con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE)


def result_name(student: str, taken: set[str]) -> str:
    """Return the file stem of the result of `student`, and enter it into `taken`.

    Letters, digits and ``-_.,+@ ()`` stay; every other character becomes ``~hex~``. Different students get
    different stems, on file systems that ignore case or Unicode normal form too: what would collide is
    numbered ``~2``, ``~3``, … The stem and ``.json`` have at most 200 bytes; the stem is never hidden, never
    `class`, `index` or `summary`, never a device of Windows.

    Args:
        student: the name as shown in the results.
        taken: the stems in use, in the form that this function enters; pass the same set for a whole class.
    """
    base = _encoded(student)
    stem, number = base, 1
    while (key := unicodedata.normalize("NFKD", stem).casefold()) in taken:
        number += 1
        stem = f"{base}~{number}"
    taken.add(key)
    return stem


def _encoded(student: str) -> str:
    stem = "".join(c if _is_kept(c) else f"~{ord(c):x}~" for c in student)
    if stem[:1] in (".", "-", " "):
        stem = f"~{ord(stem[0]):x}~{stem[1:]}"
    if stem[-1:] in (".", " "):
        stem = f"{stem[:-1]}~{ord(stem[-1]):x}~"
    if not stem or _RESERVED.fullmatch(stem):
        stem = f"~{stem}"
    if len(stem.encode()) > _LONGEST_PLAIN:
        digest = hashlib.sha256(student.encode("utf-8", "surrogatepass")).hexdigest()[:24]
        stem = f"{stem.encode()[: _LONGEST_PLAIN - 30].decode(errors='ignore')}~{digest}"
    assert len(stem.encode()) < _STEM_BYTES - 20, "room for a number"
    return stem


def _is_kept(character: str) -> bool:
    """Letters and digits that look the same in every normal form, and some ASCII marks."""
    if character in _KEPT:
        return True
    return character.isalnum() and unicodedata.normalize("NFKC", character) == character
