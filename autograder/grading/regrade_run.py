"""Grades a class again after a change of checks: only what the change touches."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import fields
from importlib.metadata import version
from pathlib import Path
from platform import python_version
from typing import Any

from autograder.errors import UsageError
from autograder.grading.class_run import ClassRun
from autograder.grading.jobs import Job
from autograder.grading.options import GradeOptions
from autograder.grading.shards import parse_shard
from autograder.results.comparison import Comparison, compare
from autograder.results.results_folder import ResultKey, moment_of, past_folders
from autograder.results.run_log import last_whole_run, read_run_log
from autograder.results.schema import SubmissionResult
from autograder.results.store import load_results


class RegradeRun(ClassRun):
    """One run of ``autograder regrade``: as it was graded, with the results that are there."""

    command = "regrade"

    def __init__(self, out: Path, changes: Mapping[str, Any], *, quiet: bool) -> None:
        """Read what is in the folder; ``changes`` are options that are to differ from those of then.

        Raises:
            UsageError: there are no results of one assignment.
        """
        stored, _ = load_results(out)
        self._stored_before = stored
        self._before = [one.result for one in stored]
        names = sorted({one.assignment for one in self._before})
        if len(names) != 1:
            told = f"holds results of {' and '.join(names)}" if names else "holds no results"
            raise UsageError(told, str(out), "name the results folder of one assignment, such as results/vae")
        self._started = last_start(out, names[0])
        options = options_of(self._started, self._before, changes)
        part = parse_shard(self._started["shard"]) if self._started.get("shard") else None
        super().__init__(names[0], options, out, frozenset({"json", "html"}), quiet=quiet, any_seed=True, shard=part)
        self._by_student: dict[str, list[SubmissionResult]] = defaultdict(list)
        for one in self._before:
            self._by_student[one.student].append(one)

    def regrade(self, paths: Sequence[Path], processes: int) -> Comparison:
        """Grade again what has to be, and return whose marks have moved, in this run and in those that it goes on with.

        Args:
            paths: where the submissions lie; none for where they lay when they were graded.
            processes: submissions graded at once.

        Raises:
            UsageError: it is not known where the submissions lie, or they are not there.
        """
        replaced = results_before(unfinished_regrades(self.out))
        self.grade(paths or self._paths_of_then(), processes, resume=True)
        before = [replaced.get(one.stem, one.result) for one in self._stored_before]
        return compare(before, [one.result for one in load_results(self.out)[0]])

    def _paths_of_then(self) -> list[Path]:
        paths = [Path(path) for path in self._started.get("paths", [])]
        remedy = f"say where: autograder regrade {self.out} submissions/"
        starts = [line for line in read_run_log(self.out) if line.get("event") == "started"]
        if starts and starts[-1].get("command") == "nbgrade":
            again = f"autograder nbgrade {self.outline.name}"
            remedy = (
                f"{again} grades again what a change of checks touches, into the gradebook, too; autograder diff says who moves"
            )
            raise UsageError("its work came through nbgrader", str(self.out), remedy)
        if not paths:
            raise UsageError("does not say where its submissions lie", str(self.out), remedy)
        gone = [path for path in paths if not path.exists()]
        if gone:
            raise UsageError("is no longer there, where the submissions were", str(gone[0]), remedy)
        return paths

    def _job(self, path: Path, known: frozenset[ResultKey]) -> Job:
        owner = self._owners.get(path, "")
        return Job(path, known, owner, tuple(filter(self._same_machine, self._by_student[self._student(path)])))

    def _same_machine(self, result: SubmissionResult) -> bool:
        """Whether limits and libraries are those of then: others may decide a check at its tolerance otherwise."""
        if result.limits is None or result.limits.time_s != self.options.time_limit:
            return False
        then, now = result.environment, (python_version(), version("torch"))
        return (then.python, _release(then.torch)) == (now[0], _release(now[1]))


def _release(version: str) -> str:
    """A version without the part that names a build."""
    return version.partition("+")[0]


def unfinished_regrades(folder: Path) -> list[Path]:
    """The history folders of the runs of ``regrade`` since the last run that came to its end, the oldest first."""
    found: list[Path] = []
    past, ended = past_folders(folder), ""
    for line in read_run_log(folder):
        moment = str(line.get("time", ""))
        if line.get("event") == "finished" or (line.get("event") == "started" and line.get("command") != "regrade"):
            found = []
        elif line.get("event") == "started":  # a run makes its folder's name before it writes its first line
            found += [one for one in past if ended < moment_of(one) <= moment]
        ended = moment
    return found


def results_before(history: Sequence[Path]) -> dict[str, SubmissionResult]:
    """The first of what was replaced, by the stem of its file."""
    return {one.stem: one.result for past in reversed(history) for one in load_results(past)[0]}


def last_start(folder: Path, assignment: str) -> dict[str, Any]:
    """What the log of a results folder says of its last whole run, or of the parts that were merged; empty if nothing."""
    return dict(last_whole_run(read_run_log(folder), assignment) or {})


def options_of(started: Mapping[str, Any], results: Sequence[SubmissionResult], changes: Mapping[str, Any]) -> GradeOptions:
    """The options of then, as far as the log has them, with ``changes``."""
    trained = any(one.kind == "training" for result in results for one in result.exercises)
    found: dict[str, Any] = {"training": "with" if trained else "without", "seed": results[-1].seed}
    found |= {one.name: started[one.name] for one in fields(GradeOptions) if started.get(one.name) is not None}
    found |= {name: value for name, value in changes.items() if value is not None}
    found["only"] = tuple(found.get("only", ()))
    found["data"] = Path(found["data"]) if found.get("data") else None
    return GradeOptions(**found)
