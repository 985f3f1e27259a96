"""Puts the results of several folders, the shards of a class, into one.

Merging twice, or a folder with itself, changes nothing. Nothing is lost: where two folders hold different work under one
name, both are kept, each in a file of its own, and that is said. Earlier attempts, marks entered by hand and the logs of the
runs come along.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from unicodedata import normalize

from autograder.atomic import write_atomically
from autograder.errors import UsageError
from autograder.results.hand_marks import take_over_marks
from autograder.results.parts_together import different_ways, missing_parts
from autograder.results.result_names import result_name
from autograder.results.results_folder import HISTORY, attempts_before, differ, key_of, past_folders, stamp_of
from autograder.results.run_log import begun, last_whole_run, paths_of, read_run_log, take_over_runs
from autograder.results.schema import SubmissionResult
from autograder.results.store import Stored, load_result, load_results, save_result

Work = tuple[str, str]
"""A student, and the digest of what was handed in."""
_WORTH = {"grader_error": 0, "unreadable": 1}
"""Of two results of the same work the one that says more is kept; everything else is worth more than these."""


def merge_results(folders: Sequence[Path], out: Path) -> list[str]:
    """Write what ``folders`` hold into ``out``, with its figures; return warnings, one line each.

    Raises:
        UsageError: a folder is not there, the folders hold different assignments, or ``out`` cannot be written to.
    """
    warnings: list[str] = []
    found: dict[Path, SubmissionResult] = {}
    sources = [folder for folder in dict.fromkeys(path.resolve() for path in folders) if folder != out.resolve()]
    for folder in sources:
        stored, told = load_results(folder)
        warnings += [f"{folder}: {line}" for line in told]
        if not stored and not read_run_log(folder):
            warnings.append(f"{folder}: there are no results in it")
        found.update((folder / f"{one.stem}.json", one.result) for one in stored)
    there, told = load_results(out) if out.is_dir() else ([], [])
    warnings += told
    if not found and not there:
        raise UsageError("no results in what is to be merged", ", ".join(map(str, folders)), "run `autograder grade` first")
    _refuse_several_assignments([*found.values(), *(one.result for one in there)])
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"cannot be made: {error.strerror}", str(out), "choose another folder with --out") from None
    best = {path: found[path] for path in _best(found, {_work(one.result): one for one in there})}
    newer = {path: old for path in best if (old := _earlier_attempt(path, found, there, out)) is not None}
    replaced = _replaced(sources, found)
    for path, old in newer.items():
        replaced[path].add(_work(old.result))
    stems = _stems(best, there, replaced)
    for path, old in newer.items():
        _keep_in_history(old.result, out / HISTORY, stamp_of(datetime.fromisoformat(begun(_start(path.parent)))), old.stem)
    for path in best:
        _copy(path, found[path], out, stems[path])
    _take_over_history(sources, out)
    take_over_marks(sources, out)
    take_over_runs(sources, out, again=bool(newer))
    starts = [start for folder in (out, *sources) if (start := _start(folder))]
    merged = [one.result for one in load_results(out)[0]]
    return [*warnings, *missing_parts(starts), *different_ways(merged), *_different_work(merged)]


def _work(result: SubmissionResult) -> Work:
    return result.student, result.submission_sha256


def _different_work(merged: Sequence[SubmissionResult]) -> list[str]:
    """One line for each student of whom there is more than one piece of work."""
    return [
        f"there is different work of {student} in {number} folders: each has a file of its own"
        for student, number in Counter(one.student for one in merged).items()
        if number > 1
    ]


def _replaced(folders: Iterable[Path], found: Mapping[Path, SubmissionResult]) -> dict[Path, set[Work]]:
    """By the file of a result the works of the same student that it has taken the place of, as its folder's history says."""
    works: dict[Path, set[Work]] = {path: set() for path in found}
    for folder in folders:
        latest = {result.student: path for path, result in found.items() if path.parent == folder}
        for one in attempts_before(folder, [Stored(path.stem, found[path]) for path in latest.values()]):
            if one.result.student in latest:
                works[latest[one.result.student]].add(_work(one.result))
    return works


def _earlier_attempt(path: Path, found: Mapping[Path, SubmissionResult], there: Sequence[Stored], out: Path) -> Stored | None:
    """The one result in ``out`` of a student whose newer work is at ``path``, although that part's history has no word of it.

    Both were read from the same place, as the logs say, where only one submission has that name: two people of one name are
    not taken for one.
    """
    student = found[path].student
    mine = [other for other, result in found.items() if other.parent == path.parent and result.student == student]
    known = [one for one in there if one.result.student == student]
    if len(mine) != 1 or len(known) != 1 or _work(known[0].result) == _work(found[path]):
        return None
    new, old = _start(path.parent), _start(out)
    same_place = bool(new and old) and set(paths_of(new)) <= set(paths_of(old))
    return known[0] if same_place and begun(new) > begun(old) else None


def _start(folder: Path) -> dict[str, object]:
    return last_whole_run(read_run_log(folder)) or {}


def _stems(
    results: Mapping[Path, SubmissionResult], there: Sequence[Stored], replaced: Mapping[Path, set[Work]]
) -> dict[Path, str]:
    """Which file each result goes to: that of a result of the same work, or of work that it has replaced, or a new one."""
    free = {_work(one.result): one.stem for one in there}
    taken = {normalize("NFKD", one.stem).casefold() for one in there}
    stems: dict[Path, str] = {}
    for path, result in results.items():
        candidates = [_work(result), *sorted(replaced[path])]
        known = next((work for work in candidates if work in free), None)
        stems[path] = free.pop(known) if known is not None else result_name(result.student, taken)
    return stems


def _take_over_history(folders: Iterable[Path], out: Path) -> None:
    """Copy what the folders' runs have replaced, under the names that the same students' results have in ``out``."""
    stems = {one.result.student: one.stem for one in reversed(load_results(out)[0])}
    for past in (past for folder in folders for past in past_folders(folder)):
        for one in load_results(past)[0]:
            _keep_in_history(one.result, out / HISTORY, past.name, stems.get(one.result.student, one.stem))


def _keep_in_history(result: SubmissionResult, history: Path, stamp: str, stem: str) -> None:
    """Write a result that was replaced; beside another that was replaced at the same moment."""
    number, place = 1, history / stamp
    while (kept := place / f"{stem}.json").exists():
        earlier = load_result(kept)
        if key_of(earlier) == key_of(result) and not differ(earlier, result):
            return
        number += 1
        place = history / f"{stamp}~{number}"
    place.mkdir(parents=True, exist_ok=True)
    save_result(result, place, stem)


def _refuse_several_assignments(results: Iterable[SubmissionResult]) -> None:
    names = sorted({result.assignment for result in results})
    if len(names) > 1:
        raise UsageError(
            f"these are results of {' and '.join(names)}", "merge", "merge the folders of one assignment at a time"
        )


def _best(found: Mapping[Path, SubmissionResult], there: Mapping[Work, Stored]) -> list[Path]:
    """The files to be copied: of the same work's results the most telling one, unless the same is there.

    Of results that tell as much that of the later folder is kept: a part may have been graded again by a newer grader.
    """
    best: dict[Work, Path] = {}
    for path, result in found.items():
        if (known := best.get(_work(result))) is None or _worth(result) >= _worth(found[known]):
            best[_work(result)] = path
    return [path for work, path in best.items() if work not in there or _says_more(found[path], there[work].result)]


def _says_more(new: SubmissionResult, old: SubmissionResult) -> bool:
    if _worth(new) == _worth(old):
        return key_of(new) != key_of(old)
    return _worth(new) > _worth(old)


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
    try:
        place = (source / name).resolve()
        if not place.is_relative_to(source) or not place.is_file():
            return name
    except (OSError, ValueError):  # too long for the file system, or with a character that no path has
        return name
    target = f"figures/{stem}/{place.name}"
    write_atomically(out / target, place.read_bytes())
    return target
