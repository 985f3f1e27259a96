"""Grades a class into a results folder: finds submissions, streams results to disk, writes the summaries."""

from __future__ import annotations

import contextlib
import sys
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from autograder.atomic import write_atomically
from autograder.course.location import find_root, read_outline
from autograder.course.notebook_cells import notebook_name
from autograder.errors import AutograderError, GraderError, UsageError
from autograder.exports.formats import destination_of, export
from autograder.grading.crew import Done, Job, grade_all, grade_one
from autograder.grading.options import GradeOptions
from autograder.reports.build import build_report
from autograder.reports.terminal import print_result, print_student_line
from autograder.results.result_names import name_results
from autograder.results.schema import Limits, SubmissionResult
from autograder.results.store import Stored, load_results, save_result, write_class, write_summary
from autograder.results.wording import awaiting_points
from autograder.sandbox import profiles
from autograder.submission import find_submissions, read_submission, student_of

if TYPE_CHECKING:
    from autograder.results.graded import Graded


Known = frozenset[tuple[str, str, str]]
"""Fingerprints of results that need not be made again."""


class ClassRun:
    """One run of ``autograder grade``."""

    def __init__(
        self,
        assignment: str,
        options: GradeOptions,
        out: Path,
        formats: frozenset[str],
        *,
        quiet: bool,
        any_seed: bool = False,
    ) -> None:
        """Prepare; ``any_seed`` says that nobody asked for this seed, so that a resumed run may go on with its own."""
        self.root = find_root()
        self.outline = read_outline(self.root, assignment)
        self.options = options
        self.out = out
        self.formats = formats
        self.quiet = quiet
        self.any_seed = any_seed
        self.results: list[SubmissionResult] = []
        self.failures: list[AutograderError] = []
        self._previous: list[Stored] = []
        self._stems: dict[Path, str] = {}
        self._profile = "S0"

    def grade(self, paths: Sequence[Path], processes: int, *, resume: bool) -> None:
        """Grade everything at ``paths``; every result is on disk before the next one is waited for."""
        for key in self.options.only:
            self.outline.find(key)
        self._profile = profiles.choose(self.options.isolation)
        found = self._find(paths)
        self._prepare_folder()
        self._previous = load_results(self.out)[0]
        if resume and self.any_seed:
            self._go_on_with_seed()
        self._stems = self._named_results(found)
        current = [stored.result for stored in self._previous if resume and self._is_current(stored.result)]
        jobs = [self._job(path, frozenset(map(_fingerprint, current))) for path in found]
        try:
            with contextlib.closing(self._run(jobs, processes)) as running:
                for done in self._progress(running, len(jobs)):
                    self._finish(done)
        finally:
            self._summarise()
        if len(found) == 1 and self.results and not self.quiet:
            print_result(self.results[0], Console(), details=True)

    def exit_code(self, fail_under: float | None) -> int:
        """0, 1 below ``fail_under``, 2 for unreadable arguments, 3 when the grader failed on a submission."""
        if any(isinstance(error, GraderError) for error in self.failures):
            return 3
        if any(result.status == "grader_error" for result in self.results):
            return 3
        if self.failures:
            return 2
        if fail_under is not None and any(_percent(result) < fail_under for result in self.results):
            return 1
        return 0

    def _find(self, paths: Sequence[Path]) -> list[Path]:
        found: dict[Path, None] = {}
        for path in paths:
            found.update(dict.fromkeys(find_submissions(path, self.outline.expected_files, self.outline.name)))
        if not found:
            raise UsageError("no submissions found", ", ".join(map(str, paths)))
        return list(found)

    def _job(self, path: Path, known: Known) -> Job:
        return Job(path, known)

    def _prepare_folder(self) -> None:
        try:
            self.out.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(
                f"the results folder cannot be made: {error.strerror}", str(self.out), "choose another with --out"
            ) from None

    def _go_on_with_seed(self) -> None:
        """Use the seed of the run that is resumed: the one that most of its results have."""
        seeds = [one.result.seed for one in self._previous if one.result.assignment == self.outline.name]
        if seeds:
            self.options = replace(self.options, seed=Counter(seeds).most_common(1)[0][0])

    def _is_current(self, result: SubmissionResult) -> bool:
        return (
            result.assignment == self.outline.name
            and result.status in ("graded", "unreadable")
            and result.seed == self.options.seed
            and result.isolation.profile >= self._profile
            and result.limits == Limits(time_s=self.options.time_limit, memory_mb=self.options.memory_limit_mb)
            and not self.options.only
            and len(result.exercises) in (0, self.outline.results)
        )

    def _run(self, jobs: Sequence[Job], processes: int) -> Generator[Done]:
        if min(processes, len(jobs)) > 1:
            yield from grade_all(self.outline.name, self.options, self.root, jobs, processes)
            return
        from autograder.grading.grader import Grader

        with Grader(self.outline.name, self.options, self.root) as grader:
            for job in jobs:
                yield grade_one(grader, job)

    def _finish(self, done: Done) -> None:
        if done.error is not None:
            self.failures.append(done.error)
            print(f"autograder: {done.error}", file=sys.stderr)
        elif done.graded is not None:
            self._store(done, done.graded)
        else:
            for kept in [stored for stored in self._previous if _fingerprint(stored.result) == done.known][:1]:
                self._previous.remove(kept)  # its file is not to be replaced by a namesake's
                self.results.append(kept.result)

    def _named_results(self, found: Sequence[Path]) -> dict[Path, str]:
        students = {path: self._student(path) for path in found}
        for student, number in Counter(students.values()).items():
            if number > 1:
                print(f"autograder: warning: more than one submission is named {student}", file=sys.stderr)
        return name_results(students, self._previous, self._content_of)

    def _student(self, path: Path) -> str:
        """Whose a submission is."""
        return student_of(path)

    def _content_of(self, path: Path) -> str:
        try:
            return read_submission(path, self.outline.expected_files, notebook=notebook_name(self.outline.name)).sha256
        except AutograderError:  # said when it is graded
            return ""

    def _store(self, done: Done, graded: Graded) -> None:
        stem = self._stems[done.job.path]
        for name, picture in graded.figures.items():
            target = self.out / "figures" / stem / name
            target.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(target, picture)
        save_result(_with_figures_at(graded.result, f"figures/{stem}"), self.out, stem)
        self.results.append(graded.result)

    def _summarise(self) -> None:
        """Write the class's files from everything in the folder, this run's results and earlier ones."""
        stored, warnings = load_results(self.out)
        for warning in warnings:
            print(f"autograder: warning: {warning}", file=sys.stderr)
        if "html" in self.formats:
            built = build_report(self.out)
            if not self.quiet:
                print(f"{len(self.results)} graded; report: {built.index}", file=sys.stderr)
        else:
            write_summary(stored, self.out / "summary.csv")
            write_class(stored, self.out / "class.json")
        for extra in sorted(self.formats & {"junit", "gradescope"}):
            if stored:
                export(extra, self.out, destination_of(extra, self.out))

    def _progress(self, finished: Iterator[Done], total: int) -> Iterator[Done]:
        console = Console(stderr=True)
        if self.quiet or total == 1:
            yield from finished
            return
        columns = (TextColumn("grading"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as progress:
            task = progress.add_task("grading", total=total)
            for done in finished:
                progress.advance(task)
                if done.graded is not None:
                    print_student_line(done.graded.result, console)
                yield done


def _fingerprint(result: SubmissionResult) -> tuple[str, str, str]:
    return result.student, result.submission_sha256, result.grader_version


def _percent(result: SubmissionResult) -> float:
    """Score in percent of what has been graded; prose that waits for a person does not count against anybody."""
    gradable = result.max_score - awaiting_points(result)
    return 100 * result.score / gradable if gradable else 0.0


def _with_figures_at(result: SubmissionResult, folder: str) -> SubmissionResult:
    """Say where the figures are: in a folder of the student's own."""
    for exercise in result.exercises:
        for check in exercise.checks:
            if check.figure:
                check.figure = f"{folder}/{check.figure}"
    result.artifacts.figures = [f"{folder}/{name}" for name in result.artifacts.figures]
    return result
