"""The results folder of a run: what is known already, which file each result goes to, and what the folder holds at the end."""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from autograder.atomic import write_atomically
from autograder.errors import UsageError
from autograder.results.graded import Graded
from autograder.results.result_names import ContentOf, name_results
from autograder.results.schema import ExerciseResult, SubmissionResult
from autograder.results.store import InCommon, Stored, in_order, load_results, save_result

HISTORY = "history"
"""The folder, in a results folder, of results that have been replaced: one folder for each run that did."""


class ResultKey(NamedTuple):
    """What a result is the result of: the same key, the same marks."""

    student: str
    sha256: str
    version: str


def key_of(result: SubmissionResult) -> ResultKey:
    """The key of a result that lies in a folder already."""
    return ResultKey(result.student, result.submission_sha256, result.grader_version)


def stamp_of(moment: datetime.datetime) -> str:
    """What the folder of a run's history is called; names are in the order of time."""
    return moment.strftime("%Y-%m-%dT%H.%M.%S.%fZ")


def moment_of(past: Path) -> str:
    """The moment in the name of a run's history, as the log writes moments: comparable as text."""
    day, _, time = past.name.removesuffix("Z").partition("T")
    return f"{day}T{time.replace('.', ':', 2)[:12]}+00:00"


class ResultsFolder:
    """Results on disk, read once; what a run adds is kept beside them, so that nothing is read again at its end."""

    def __init__(self, path: Path) -> None:
        """Make the folder and read what it holds; raises :class:`UsageError` when it cannot be made."""
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(
                f"the results folder cannot be made: {error.strerror}", str(path), "choose another with --out"
            ) from None
        self.path = path
        self._common = InCommon()
        earlier, self.warnings = load_results(path, self._common)
        self._stored = {one.stem: one for one in earlier}
        self._left = dict(self._stored)
        self._stems: dict[Path, str] = {}
        self._written: set[str] = set()
        self.history = path / HISTORY / stamp_of(datetime.datetime.now(tz=datetime.UTC))
        """Where this run keeps the results that it replaces."""

    @property
    def stored(self) -> list[Stored]:
        """Every result of the folder, this run's and earlier ones, in the order of :func:`load_results`."""
        return in_order(self._stored.values())

    @property
    def kept(self) -> frozenset[str]:
        """Stems of the results that this run has not written."""
        return frozenset(self._stored) - self._written

    def keys(self, holds: Callable[[SubmissionResult], bool]) -> dict[str, frozenset[ResultKey]]:
        """Keys of the results that still hold, by student.

        A job goes to another process and takes what is known of its own student alone: a class's would be sent as its square.
        """
        known: dict[str, set[ResultKey]] = defaultdict(set)
        for key in (key_of(one.result) for one in self._stored.values() if holds(one.result)):
            known[key.student].add(key)
        return {student: frozenset(found) for student, found in known.items()}

    def look_again(self) -> None:
        """Take in what other parts of the class have written since."""
        earlier, self.warnings = load_results(self.path, self._common)
        self._stored = {one.stem: one for one in earlier} | {stem: self._stored[stem] for stem in self._written}

    def common_seed(self, assignment: str) -> int | None:
        """The seed that most of an assignment's results have."""
        seeds = [one.result.seed for one in self._stored.values() if one.result.assignment == assignment]
        return Counter(seeds).most_common(1)[0][0] if seeds else None

    def name(self, students: Mapping[Path, str], content_of: ContentOf) -> None:
        """Decide which file each submission's result goes to; see :func:`name_results`."""
        self._stems = name_results(students, self.stored, content_of)

    def keep(self, key: ResultKey) -> SubmissionResult | None:
        """The earlier result of that key, each once: its file is not to be replaced by a namesake's."""
        for stem, one in self._left.items():
            if key_of(one.result) == key:
                return self._left.pop(stem).result
        return None

    def save(self, path: Path, graded: Graded) -> str:
        """Write the result of the submission at ``path``, and its pictures; return the stem of its file."""
        stem = self._stems[path]
        for name, picture in graded.figures.items():
            target = self.path / "figures" / stem / name
            write_atomically(target, picture)
        result = _with_figures_at(graded.result, f"figures/{stem}")
        if stem in self._stored and differ(self._stored[stem].result, result):
            self._remember(stem)
        save_result(result, self.path, stem)
        self._stored[stem] = Stored(stem, self._common.share(result))
        self._written.add(stem)
        return stem

    def _remember(self, stem: str) -> None:
        """Keep a result that is about to be replaced, in the folder of this run's history."""
        target = self.history / f"{stem}.json"
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(target, (self.path / f"{stem}.json").read_bytes())
        except OSError as error:
            raise UsageError(f"an earlier result cannot be kept: {error.strerror}", str(target), "make room for it") from None


def differ(old: SubmissionResult, new: SubmissionResult) -> bool:
    """Whether a result is of other work, or has other checks or marks."""
    if (old.submission_sha256, old.status) != (new.submission_sha256, new.status):
        return True
    return [_marks(one) for one in old.exercises] != [_marks(one) for one in new.exercises]


def _marks(exercise: ExerciseResult) -> tuple[object, ...]:
    return exercise.id, exercise.score, exercise.max_score, [(check.name, check.status) for check in exercise.checks]


def earlier_results(folder: Path) -> list[Stored]:
    """What later runs have replaced in a results folder, the oldest first; what cannot be read is left out."""
    return [one for past in past_folders(folder) for one in load_results(past)[0]]


def past_folders(folder: Path) -> list[Path]:
    """The folders of a results folder's history, the oldest first."""
    return sorted(path for path in (folder / HISTORY).glob("*") if path.is_dir())


def attempts_before(folder: Path, stored: Iterable[Stored]) -> list[Stored]:
    """Of a folder's history the last result of each piece of work that its student has replaced by other work, in order."""
    last = {(one.result.student, one.result.submission_sha256): one for one in earlier_results(folder)}
    current = {(one.result.student, one.result.submission_sha256) for one in stored}
    return [one for key, one in last.items() if key not in current]


def _with_figures_at(result: SubmissionResult, folder: str) -> SubmissionResult:
    """Say where the figures are: in a folder of the student's own."""
    for exercise in result.exercises:
        for check in exercise.checks:
            if check.figure:
                check.figure = f"{folder}/{check.figure}"
    result.artifacts.figures = [f"{folder}/{name}" for name in result.artifacts.figures]
    return result
