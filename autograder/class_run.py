"""Grades a class into a results folder: finds submissions, streams results to disk, writes the summaries."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from autograder.course import open_course
from autograder.errors import AutograderError, GraderError, UsageError
from autograder.grading import Graded, GradeOptions, Grader
from autograder.pool import Done, Job, grade_all, grade_one
from autograder.reports.build import build_report
from autograder.reports.exports import export
from autograder.reports.schema import SubmissionResult
from autograder.reports.store import load_results, save_result, write_atomically, write_class, write_summary
from autograder.reports.terminal import print_result, print_student_line
from autograder.reports.wording import awaiting_points
from autograder.sandbox import profiles
from autograder.submission import find_submissions, result_name


class ClassRun:
    """One run of ``autograder grade``."""

    def __init__(self, assignment: str, options: GradeOptions, out: Path, formats: frozenset[str], *, quiet: bool) -> None:
        self.course = open_course()
        self.assignment = self.course.assignment(assignment)
        self.options = options
        self.out = out
        self.formats = formats
        self.quiet = quiet
        self.results: list[SubmissionResult] = []
        self.failures: list[AutograderError] = []
        self._stems: dict[str, str] = {}

    def grade(self, paths: Sequence[Path], processes: int, *, resume: bool) -> None:
        """Grade everything at ``paths``; every result is on disk before the next one is waited for."""
        for key in self.options.only:
            self.assignment.exercise(key)
        profiles.choose(self.options.isolation)
        found = self._find(paths)
        self._prepare_folder()
        previous = {stored.result.student: stored for stored in load_results(self.out)[0]} if self.out.is_dir() else {}
        known = frozenset(
            (result.student, result.submission_sha256, result.grader_version)
            for result in (stored.result for stored in previous.values())
            if resume and self._is_current(result)
        )
        taken = {stored.stem for stored in previous.values()}
        self._stems = {student: stored.stem for student, stored in previous.items()}
        jobs = [Job(path, known) for path in found]
        try:
            for done in self._progress(self._run(jobs, processes), len(jobs)):
                self._finish(done, previous, taken)
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
            found.update(dict.fromkeys(find_submissions(path, self.assignment.expected_files, self.assignment.name)))
        if not found:
            raise UsageError("no submissions found", ", ".join(map(str, paths)))
        return list(found)

    def _prepare_folder(self) -> None:
        try:
            self.out.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(f"the results folder cannot be made: {error.strerror}", str(self.out), "choose another with --out") from None

    def _is_current(self, result: SubmissionResult) -> bool:
        return (
            result.assignment == self.assignment.name
            and result.status in ("graded", "unreadable")
            and result.seed == self.options.seed
            and not self.options.only
            and len(result.exercises) in (0, len(self.assignment.exercises) + len(self.assignment.written))
        )

    def _run(self, jobs: Sequence[Job], processes: int) -> Iterator[Done]:
        if min(processes, len(jobs)) > 1:
            yield from grade_all(self.assignment.name, self.options, self.course.root, jobs, processes)
            return
        with Grader(self.assignment.name, self.options, self.course.root) as grader:
            for job in jobs:
                yield grade_one(grader, job)

    def _finish(self, done: Done, previous: dict, taken: set[str]) -> None:
        if done.error is not None:
            self.failures.append(done.error)
            print(f"autograder: {done.error}", file=sys.stderr)
        elif done.graded is not None:
            self._store(done.graded, taken)
        else:
            student = next(iter({student for student, _, _ in done.job.known if student == done.job.path.name or student == done.job.path.stem}), "")
            if student in previous:
                self.results.append(previous[student].result)

    def _store(self, graded: Graded, taken: set[str]) -> None:
        result = graded.result
        stem = self._stems.get(result.student) or result_name(result.student, taken)
        taken.add(stem)
        self._stems[result.student] = stem
        for path, picture in graded.figures.items():
            target = self.out / path.format(stem=stem)
            target.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(target, picture)
        save_result(_with_stem(result, stem), self.out, stem)
        self.results.append(result)

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
            export(extra, self.out, self.out)

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


def _percent(result: SubmissionResult) -> float:
    """Score in percent of what has been graded; prose that waits for a person does not count against anybody."""
    gradable = result.max_score - awaiting_points(result)
    return 100 * result.score / gradable if gradable else 0.0


def _with_stem(result: SubmissionResult, stem: str) -> SubmissionResult:
    """Fill the student's file name into the paths of figures."""
    for exercise in result.exercises:
        for check in exercise.checks:
            if check.figure:
                check.figure = check.figure.format(stem=stem)
    result.artifacts.figures = [path.format(stem=stem) for path in result.artifacts.figures]
    return result
