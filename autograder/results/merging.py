"""Puts the results of several folders, the shards of a class, into one.

Merging twice, or a folder with itself, changes nothing. Nothing is lost: where two folders hold different work under one
name, both are kept, each in a file of its own, and that is said.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from autograder.atomic import write_atomically
from autograder.errors import UsageError
from autograder.results.result_names import name_results
from autograder.results.results_folder import ResultKey, key_of
from autograder.results.schema import SubmissionResult
from autograder.results.store import Stored, load_results, save_result

_WORTH = {"grader_error": 0, "unreadable": 1}
"""Of two results of the same work the one that says more is kept; everything else is worth more than these."""


def merge_results(folders: Sequence[Path], out: Path) -> list[str]:
    """Write what ``folders`` hold into ``out``, with its figures; return warnings, one line each.

    Raises:
        UsageError: a folder is not there, the folders hold different assignments, or ``out`` cannot be written to.
    """
    warnings: list[str] = []
    found: dict[Path, SubmissionResult] = {}
    for folder in dict.fromkeys(path.resolve() for path in folders):
        stored, told = load_results(folder)
        warnings += [f"{folder}: {line}" for line in told]
        found.update((folder / f"{one.stem}.json", one.result) for one in stored)
    _refuse_several_assignments(found.values())
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"cannot be made: {error.strerror}", str(out), "choose another folder with --out") from None
    there, told = load_results(out)
    warnings += told
    best = _best(found, {key_of(one.result): one for one in there})
    students = {path: found[path].student for path in best}
    for student, number in Counter(students.values()).items():
        if number > 1:
            warnings.append(f"there is different work of {student} in {number} folders: each has a file of its own")
    stems = name_results(students, there, lambda path: found[path].submission_sha256)
    for path in best:
        _copy(path, found[path], out, stems[path])
    return warnings


def _refuse_several_assignments(results: Iterable[SubmissionResult]) -> None:
    names = sorted({result.assignment for result in results})
    if len(names) > 1:
        raise UsageError(
            f"these are results of {' and '.join(names)}", "merge", "merge the folders of one assignment at a time"
        )


def _best(found: dict[Path, SubmissionResult], there: dict[ResultKey, Stored]) -> list[Path]:
    """The files to be copied: of the same work's results the most telling one, unless one that tells as much is there."""
    best: dict[ResultKey, Path] = {}
    for path, result in found.items():
        key = key_of(result)
        if key not in best or _worth(result) > _worth(found[best[key]]):
            best[key] = path
    return [path for key, path in best.items() if key not in there or _worth(found[path]) > _worth(there[key].result)]


def _worth(result: SubmissionResult) -> int:
    return _WORTH.get(result.status, 2)


def _copy(path: Path, result: SubmissionResult, out: Path, stem: str) -> None:
    """Write a result and its pictures; the pictures first, so that no result points at one that is missing."""
    moved = result.model_copy(deep=True)
    for exercise in moved.exercises:
        for check in exercise.checks:
            if check.figure:
                check.figure = _picture(path.parent, check.figure, out, stem)
    moved.artifacts.figures = [_picture(path.parent, name, out, stem) for name in moved.artifacts.figures]
    save_result(moved, out, stem)


def _picture(source: Path, name: str, out: Path, stem: str) -> str:
    """Copy one picture and return its new name; a name that leads out of the folder, or to nothing, stays as it is."""
    place = (source / name).resolve()
    if not place.is_relative_to(source) or not place.is_file():
        return name
    target = f"figures/{stem}/{place.name}"
    write_atomically(out / target, place.read_bytes())
    return target
