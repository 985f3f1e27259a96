"""Which file a submission's result goes to, settled before the first one is graded: no order of completion decides it."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from autograder.reports.store import Stored
from autograder.submission import result_name

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
