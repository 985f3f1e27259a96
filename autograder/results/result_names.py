"""Names of result files: from a student's name to a stem, and who gets which before the first submission is graded.

No order of completion decides it.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from autograder.results.store import Stored

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


ContentOf = Callable[[Path], str]
"""Reads a submission and returns the digest of its content."""


def name_results(students: Mapping[Path, str], previous: Sequence[Stored], content_of: ContentOf) -> dict[Path, str]:
    """The stem of each submission's result file, by path.

    A student's earlier result is replaced. Several submissions under one name get a file each: the one whose content has
    a result already keeps its file, the others take what is left or new names, in the order of the paths.

    Args:
        students: whose each submission is, in the order in which they were found.
        previous: the results in the folder.
        content_of: asked for namesakes only, and for students with several results.
    """
    taken = {unicodedata.normalize("NFKD", stored.stem).casefold() for stored in previous}
    named: dict[Path, str] = {}
    for student in dict.fromkeys(students.values()):
        paths = [path for path, owner in students.items() if owner == student]
        earlier = sorted((one for one in previous if one.result.student == student), key=lambda one: one.stem)
        if len(paths) > 1 or len(earlier) > 1:
            _keep_files(paths, earlier, content_of, named)
        for path in paths:
            if path not in named:
                named[path] = earlier.pop(0).stem if earlier else result_name(student, taken)
    return named


def _keep_files(paths: Sequence[Path], earlier: list[Stored], content_of: ContentOf, named: dict[Path, str]) -> None:
    """Give submissions whose content has a result the file of that result, and take it off `earlier`."""
    for path in paths:
        content = content_of(path)
        same = next((one for one in earlier if one.result.submission_sha256 == content), None)
        if same is not None:
            earlier.remove(same)
            named[path] = same.stem
