"""Grades a class into a results folder: finds submissions, streams results to disk, writes the summaries."""

from __future__ import annotations

import contextlib
import sys
from collections import Counter
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from autograder import __version__
from autograder.atomic import remove_unfinished
from autograder.course.location import find_root, read_outline
from autograder.course.manifest import read_manifest
from autograder.course.notebook_cells import notebook_name
from autograder.course.outline import TRAINING
from autograder.data.locate import data_here
from autograder.errors import AutograderError, GraderError, UsageError
from autograder.grading.crew import grade_all
from autograder.grading.downloads import submissions_at
from autograder.grading.jobs import Done, Job
from autograder.grading.options import GradeOptions
from autograder.grading.shards import Shard
from autograder.lateness.penalties import apply_policy
from autograder.lateness.times import nbgrader_time
from autograder.plaintext import listed, one_line, points
from autograder.results.hand_marks import enter_marks
from autograder.results.results_folder import ResultKey, ResultsFolder
from autograder.results.run_log import RunLog
from autograder.results.schema import Limits, SubmissionResult
from autograder.results.store import Stored, write_class, write_summary
from autograder.sandbox import profiles
from autograder.submission import read_submission, student_of


class ClassRun:
    """One run of ``autograder grade``."""

    command = "grade"

    def __init__(
        self,
        assignment: str,
        options: GradeOptions,
        out: Path,
        formats: frozenset[str],
        *,
        quiet: bool,
        any_seed: bool = False,
        shard: Shard | None = None,
        times: Mapping[str, datetime] | None = None,
    ) -> None:
        """Prepare.

        ``any_seed`` says that nobody asked for this seed, so that a resumed run may go on with its own; of a ``shard``
        only the submissions are graded, but all of the class are named, so that every part gives the same names. ``times``
        say when students handed in.
        """
        self.root, self.options, self.out = find_root(), options, out
        self.outline = read_outline(self.root, assignment)
        self.formats, self.quiet, self.any_seed, self.shard = formats, quiet, any_seed, shard
        self._times = dict(times or {})
        self.results: list[SubmissionResult] = []
        self.failures: list[AutograderError] = []
        self._fresh: list[SubmissionResult] = []
        self._profile = "S0"
        self._log = RunLog(out)
        self._data: dict[str, str] = {}
        self._named: frozenset[str] = frozenset()
        self._owners: dict[Path, str] = {}

    def grade(self, paths: Sequence[Path], processes: int, *, resume: bool) -> None:
        """Grade everything at ``paths``; every result is on disk before the next one is waited for."""
        for key in self.options.only:
            if self.outline.training(key) is None:
                self.outline.find(key)
        self._profile = self._choose_profile()
        self._data = data_here(self.options.data) if self.options.training != "without" else {}
        found = self._find(paths)
        folder = ResultsFolder(self.out)
        if resume and self.any_seed:
            self._go_on_with_seed(folder)
        students = self._whose(found)
        if self._trusts_timestamps():
            stamped = {student: nbgrader_time(path) for path, student in students.items()}
            self._times = {student: time for student, time in stamped.items() if time is not None} | self._times
        folder.name(students, self._content_of)
        known = folder.keys(self._is_current) if resume else {}
        mine = [path for path in found if self.shard is None or self.shard.holds(path)]
        jobs = [self._job(path, known.get(students[path], frozenset())) for path in mine]
        self._start_log(paths, len(jobs), resume)
        try:
            with contextlib.closing(self._run(jobs, processes)) as running:
                for done in self._progress(running, len(jobs)):
                    self._finish(done, folder)
        except BaseException as error:
            self._log.write("stopped", reason=str(error) or type(error).__name__, results=len(self.results))
            if self.results:
                with contextlib.suppress(AutograderError):  # the first error is the one worth telling
                    self._summarise(folder)
            raise
        self._summarise(folder)
        self._log.write("finished", results=len(self.results), failures=len(self.failures))
        if len(mine) == 1 and self.results and not self.quiet:
            from autograder.reports.terminal import print_result

            print_result(self.results[0], Console(), details=True)

    def exit_code(self, fail_under: float | None, *, all_readable: bool = True) -> int:
        """0, 1 below ``fail_under``, 2 for what cannot be read, 3 when the grader failed on a submission; the worst counts.

        ``all_readable`` says whether a submission that nobody can read is worth a 2: it has a result of its own all the same.
        """
        if any(isinstance(error, GraderError) for error in self.failures):
            return 3
        if any(result.status == "grader_error" for result in self.results):
            return 3
        if self.failures or (all_readable and any(result.status == "unreadable" for result in self.results)):
            return 2
        below = self._below(fail_under) if fail_under is not None else []
        for line in below:
            print(f"autograder: {line}", file=sys.stderr)
        return 1 if below else 0

    def _below(self, fail_under: float) -> list[str]:
        """One line for each submission that is below the bar."""
        return [
            one_line(
                f"{result.student}: {points(result.score)} of {points(result.max_score - result.awaiting)} "
                f"({result.percent or 0:.0f} %) is below {fail_under:g} %"
            )
            for result in self.results
            if (result.percent or 0.0) < fail_under
        ]

    def _find(self, paths: Sequence[Path]) -> list[Path]:
        found = submissions_at(paths, self.outline, self.out / "submissions", self.failures)
        for error in self.failures:
            print(f"autograder: {error}", file=sys.stderr)
        if not found:
            raise UsageError("no submissions found", ", ".join(map(str, paths)))
        self._owners = {path: student for path, student in found.items() if student}
        return list(found)

    def _job(self, path: Path, known: frozenset[ResultKey]) -> Job:
        return Job(path, known, self._owners.get(path, ""))

    def _start_log(self, paths: Sequence[Path], submissions: int, resume: bool) -> None:
        part = f"{self.shard.number}/{self.shard.count}" if self.shard else None
        given = asdict(self.options) | {"data": str(self.options.data) if self.options.data else None}
        self._log.start(
            assignment=self.outline.name, version=__version__, submissions=submissions, resume=resume, shard=part,
            profile=self._profile, command=self.command, paths=[str(path.absolute()) for path in paths], **given,
        )  # fmt: skip
        remove_unfinished(self.out, self._log.path.stat().st_mtime)

    def _choose_profile(self) -> str:
        """What a result must have been graded in; raises where the machine does not offer what was asked for."""
        return profiles.choose(self.options.isolation)

    def _go_on_with_seed(self, folder: ResultsFolder) -> None:
        """Use the seed of the run that is resumed."""
        seed = folder.common_seed(self.outline.name)
        if seed is not None:
            self.options = replace(self.options, seed=seed)

    def _is_current(self, result: SubmissionResult) -> bool:
        return (
            result.assignment == self.outline.name
            and result.status in ("graded", "unreadable")
            and (self.any_seed or result.seed == self.options.seed)
            and result.isolation.profile >= self._profile
            and result.limits == Limits(time_s=self.options.time_limit, memory_mb=self.options.memory_limit_mb)
            and not self.options.only
            and sum(one.kind != "training" for one in result.exercises) in (0, self.outline.results)
            and (result.status == "unreadable" or self._has_trained(result))
        )

    def _has_trained(self, result: SubmissionResult) -> bool:
        """Whether a result's training tasks are those that this run would do, where and on the data that it would do them.

        A task that was skipped for want of data counts as done while these are still not here.
        """
        done = [one for one in result.exercises if one.kind == "training"]
        if self.options.training != "with":
            return self.options.training == "without" and not done
        ran = result.environment
        if done and (ran.data != self._data or (self.options.budget == "full" and ran.budget != "full")):
            return False
        folder = self.root / "solutions" / self.outline.name / TRAINING
        there = sum((folder / f"{item.name}.py").is_file() for item in self.outline.items if item.room == TRAINING)
        anywhere = not done or self.options.device in ("auto", result.environment.device)
        return len(done) == there and anywhere

    def _run(self, jobs: Sequence[Job], processes: int) -> Generator[Done]:
        yield from grade_all(self.outline.name, self.options, self.root, jobs, processes)

    def _finish(self, done: Done, folder: ResultsFolder) -> None:
        if done.error is not None:
            self.failures.append(done.error)
            self._log.write("refused", path=str(done.job.path), reason=str(done.error))
            print(f"autograder: {done.error}", file=sys.stderr)
        elif done.graded is not None:
            stem = folder.save(done.job.path, done.graded)
            self.results.append(done.graded.result)
            self._fresh.append(done.graded.result)
            self._log.write("graded", file=f"{stem}.json", **_told(done.graded.result))
            if done.graded.result.status in ("grader_error", *(["unreadable"] if self.quiet else ())):
                print(one_line(f"autograder: {done.graded.result.student}: {done.graded.result.message}"), file=sys.stderr)
        elif done.known is not None and (kept := folder.keep(done.known)) is not None:
            self.results.append(kept)
            self._log.write("kept", student=kept.student)

    def _whose(self, found: Sequence[Path]) -> dict[Path, str]:
        students = {path: self._student(path) for path in found}
        for student, number in Counter(students.values()).items():
            if number > 1:
                print(f"autograder: warning: more than one submission is named {student}", file=sys.stderr)
        self._named = frozenset(students.values())
        return students

    def _student(self, path: Path) -> str:
        """Whose a submission is."""
        return self._owners.get(path) or student_of(path)

    def _content_of(self, path: Path) -> str:
        try:
            return read_submission(path, self.outline.expected_files, notebook=notebook_name(self.outline.name)).sha256
        except AutograderError:  # said when it is graded
            return ""

    def _summarise(self, folder: ResultsFolder) -> None:
        """Write the class's files from everything in the folder, this run's results and those of others."""
        if self.shard is not None:
            folder.look_again()
        stored, entered = folder.stored, self._marks_by_hand(folder.stored)
        late = apply_policy(self.out, stored, read_manifest(self.root), self._times)
        for warning in [*folder.warnings, *entered, *late, *self._strangers(stored)]:
            print(f"autograder: warning: {warning}", file=sys.stderr)
        if "html" in self.formats:
            from autograder.reports.build import write_report  # the zygote started without waiting for pages
            from autograder.reports.terminal import counts_line

            built = write_report(self.out, stored, folder.warnings, folder.kept)
            if not self.quiet:
                told = counts_line(self._fresh, len(self.results) - len(self._fresh))
                print(f"{told}; report: {built.index}", file=sys.stderr)
        else:
            write_summary(stored, self.out / "summary.csv")
            write_class(stored, self.out / "class.json")
        for extra in sorted(self.formats & {"junit", "gradescope"}):
            if stored:
                from autograder.exports.formats import destination_of, export

                export(extra, self.out, destination_of(extra, self.out), stored)

    def _trusts_timestamps(self) -> bool:
        """Whether ``timestamp.txt`` beside a submission is nbgrader's word, not the student's."""
        return read_manifest(self.root).policy.times == "nbgrader"

    def _strangers(self, stored: Sequence[Stored]) -> list[str]:
        """One line where a class's folder also holds results of others: of another class, or of who has left."""
        others = [one.result.student for one in stored if one.result.student not in self._named]
        if not others or len(self._named) < 2 or self.shard is not None:
            return []
        told = f"{len(others)} results in {self.out} are of others than these submissions and stay in its pages: "
        return [f"{told}{listed(others, 3)} (remove them, or choose another folder with --out)"]

    def _marks_by_hand(self, stored: Sequence[Stored]) -> list[str]:
        """Take in what a person has entered into the results folder; returns warnings."""
        return enter_marks(self.out, stored)

    def _progress(self, finished: Iterator[Done], total: int) -> Iterator[Done]:
        console = Console(stderr=True)
        if self.quiet or total == 1:
            yield from finished
            return
        from autograder.reports.terminal import print_student_line

        columns = (TextColumn("grading"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as progress:
            task = progress.add_task("grading", total=total)
            for done in finished:
                progress.advance(task)
                if done.graded is not None:
                    print_student_line(done.graded.result, console)
                yield done


def _told(result: SubmissionResult) -> dict[str, object]:
    """What the log says of a result."""
    return {
        "student": result.student, "status": result.status, "score": result.score, "max_score": result.max_score,
        "seconds": result.duration_s, "isolation": result.isolation.profile,
    }  # fmt: skip
