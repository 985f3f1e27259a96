"""Grades all collected notebooks of an assignment at once, into results and into nbgrader's gradebook."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from autograder.course.location import find_root, read_outline
from autograder.errors import AutograderError, GraderError, UsageError
from autograder.exports.gradebook_values import told_in_one_line
from autograder.gradebook.class_book import ClassBook
from autograder.grading.class_run import ClassRun
from autograder.grading.jobs import Done, Job
from autograder.imports import require_nbgrader
from autograder.plaintext import one_line, printable, short_name
from autograder.results.graded import Graded
from autograder.results.results_folder import ResultKey, ResultsFolder
from autograder.results.schema import SubmissionResult
from autograder.results.store import Stored, load_results


class NotebookRun(ClassRun):
    """One run of ``autograder nbgrade``: results as ``autograder grade`` writes them, and the gradebook."""

    command = "nbgrade"

    def __init__(
        self,
        assignment: str,
        out: Path,
        formats: frozenset[str],
        changes: Mapping[str, Any],
        students: Collection[str] = (),
        *,
        quiet: bool,
        force: bool,
    ) -> None:
        """Open the gradebook.

        Args:
            assignment: the assignment's name.
            out: the folder of results.
            formats: what is written there.
            changes: options that differ from those of ``nbgrader_config.py``.
            students: whom to grade; everybody if empty.
            quiet: print warnings and errors only.
            force: grade again what is unchanged, too.
        """
        require_nbgrader("autograder nbgrade")
        root = find_root()
        self.book = ClassBook(root, read_outline(root, assignment))
        options = replace(self.book.options, **changes)
        any_seed = self.book.any_seed and "seed" not in changes
        super().__init__(assignment, options, out, formats, quiet=quiet, any_seed=any_seed)
        self.force = force
        self.wanted = students
        self.recorded = self.unchanged = self.waiting = 0
        self._students: dict[Path, str] = {}
        self._stored: dict[str, SubmissionResult] | None = None
        for warning in self.book.warnings:
            print(f"autograder: warning: {warning}", file=sys.stderr)

    def _strangers(self, stored: Sequence[Stored]) -> list[str]:
        """A gradebook may be graded student by student."""
        return []

    def _marks_by_hand(self, stored: Sequence[Stored]) -> list[str]:
        """They stand in the gradebook."""
        return []

    def _trusts_timestamps(self) -> bool:
        """nbgrader collected them."""
        return True

    def grade_collected(self, processes: int) -> None:
        """Grade everything that was collected and is new or changed; every finished submission is on disk."""
        try:
            with alone(self.root / "solutions" / self.outline.name, self.outline.name):
                self.grade((), processes, resume=True)
        finally:
            self.book.close()

    def summary(self) -> str:
        """What happened, on one line."""
        parts = [f"{self.recorded} recorded in the gradebook"]
        parts += [f"{self.unchanged} unchanged"] if self.unchanged else []
        missed = len(self._students) - self.recorded - self.unchanged
        parts += [f"{missed} not graded"] if missed else []
        waiting = "1 answer waits" if self.waiting == 1 else f"{self.waiting} answers wait"
        parts += [f"{waiting} for a person (jupyter lab, Nbgrader, Formgrader)"] if self.waiting else []
        return f"{self.outline.name}: " + ", ".join(parts)

    def _find(self, paths: Sequence[Path]) -> list[Path]:
        self._students = self.book.submissions(self.wanted)
        if not self._students:
            where = self.book.course.format_path(self.book.course.submitted_directory, "*", self.outline.name)
            raise UsageError("no submissions found", where, f"run `nbgrader collect {self.outline.name}` first")
        return list(self._students)

    def _student(self, path: Path) -> str:
        return printable(self._students[path], keep="")

    def _job(self, path: Path, known: frozenset[ResultKey]) -> Job:
        student = self._students[path]
        return Job(path, known if not self.force and self.book.holds(student, self._scores(student)) else frozenset(), student)

    def _scores(self, student: str) -> dict[str, float]:
        """The scores of a student's result in the folder, by exercise; those that wait for a person are no scores yet."""
        if self._stored is None:
            self._stored = {one.result.student: one.result for one in load_results(self.out)[0]}
        result = self._stored.get(printable(student, keep=""))
        exercises = result.exercises if result and result.status == "graded" else []
        waiting = ("needs_manual_grading", "skipped")
        return {one.id: one.score for one in exercises if one.status not in waiting}

    def _finish(self, done: Done, folder: ResultsFolder) -> None:
        if done.known is not None:
            self._unchanged(self._students[done.job.path])
        if done.graded is not None and done.graded.result.status != "grader_error":
            self._record(self._students[done.job.path], done.graded)
        super()._finish(done, folder)

    def _record(self, student: str, graded: Graded) -> None:
        with self._told(student):
            self.waiting += self.book.write(student, graded)
            self.recorded += 1

    def _unchanged(self, student: str) -> None:
        with self._told(student):
            self.book.update_lateness(student)
            self.unchanged += 1

    @contextlib.contextmanager
    def _told(self, student: str) -> Iterator[None]:
        """Let what goes wrong with one submission in the gradebook be said in one line, and concern that one only."""
        remedy = "mend that and run the command again"
        try:
            with told_in_one_line(f"{self.book.place}: {short_name(student)}", remedy):
                yield
        except AutograderError as error:
            self._miss(error)
        except Exception as error:
            told = one_line(f"the gradebook could not be written: {type(error).__name__}: {error}")
            self._miss(GraderError(told, student, remedy))

    def _miss(self, error: AutograderError) -> None:
        self.failures.append(error)
        print(f"autograder: {error}", file=sys.stderr)


@contextlib.contextmanager
def alone(folder: Path, assignment: str) -> Iterator[None]:
    """Keep other runs off an assignment: two would empty each other's folders below ``autograded/``.

    Raises:
        UsageError: there is one.
    """
    import fcntl

    descriptor = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            told = "another `autograder nbgrade` of this assignment is at work"
            raise UsageError(told, assignment, "wait for it or end it, then run the command again") from None
        except OSError:  # a file system without locks
            pass
        yield
    finally:
        os.close(descriptor)
