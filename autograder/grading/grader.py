"""One submission in, one result out: a pure function of files, grader version, seed and options.

A :class:`Grader` holds what grading needs and keeps warm (a zygote, drawn examples, known fingerprints), so that the
function can run in this process, in a pool, or on another machine.
"""

from __future__ import annotations

import functools
import importlib
import platform
import time
from pathlib import Path
from types import TracebackType
from typing import Literal

import torch

from autograder import __version__
from autograder.assessment.assess import assess
from autograder.assessment.assessed import Assessed
from autograder.assessment.exercise_results import exercise_result, written_results
from autograder.assessment.runner import RunOptions
from autograder.course.assignment import Assignment, Exercise
from autograder.course.course import open_course
from autograder.course.notebook_cells import notebook_name
from autograder.diagnosis.catalogue import catalogue
from autograder.errors import GraderError, ZygoteDied
from autograder.grading.figures import attach_figures
from autograder.grading.options import GradeOptions
from autograder.grading.sandboxes import sandbox_for
from autograder.results.graded import Graded
from autograder.results.schema import Artifacts, Environment, ExerciseResult, Isolation, Limits, SubmissionResult
from autograder.sandbox.sandbox import Sandbox
from autograder.sandbox.zygote import preloading
from autograder.sandbox.zygote_host import Lease
from autograder.sessions.bounds import bounded_memory
from autograder.sessions.budget import Budget
from autograder.sessions.subjects import IsolatedSubmission
from autograder.submission import Submission, read_submission

ATTEMPTS = 2
"""How often a submission is tried when the grader itself fails."""


@functools.cache
def warm_libraries() -> None:
    """Import and use everything heavy before the first submission.

    Torch imports large parts of itself on first use (an optimiser brings in SymPy). That must not happen while the
    grader evaluates something for a submission: such evaluations are ended when they take long, and an import that is
    ended half-way leaves broken modules behind for all later submissions.
    """
    for name in ("sympy", "scipy.stats", "scipy.linalg", "torch.distributions", "torch.func", "torch.autograd.functional"):
        importlib.import_module(name)
    with torch.random.fork_rng(devices=[]):
        preloading.compute()


class Grader:
    """Grades submissions of one assignment, one after the other, in locked workers of its own."""

    def __init__(self, assignment: str, options: GradeOptions, root: Path | None = None, lease: Lease | None = None) -> None:
        warm_libraries()
        self.course = open_course(root)
        self.assignment: Assignment = self.course.assignment(assignment)
        self.options = options
        self.exercises: tuple[Exercise, ...] = _selected(self.assignment, options.only)
        self.version = f"{__version__}+{self.course.version(assignment)}"
        self._leased = lease is not None
        self._sandbox: Sandbox | None = Sandbox.leased(lease) if lease is not None else None
        self.lost = False
        """Whether the zygote that others started for this grader is gone; only they can start another."""

    def __enter__(self) -> Grader:
        """Start the zygote; raises :class:`autograder.errors.IsolationError` where isolation is not available."""
        self._start()
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        """End the zygote and every worker."""
        self.close()

    def close(self) -> None:
        """End the zygote and every worker."""
        if self._sandbox is not None:
            self._sandbox.close()
            self._sandbox = None

    def read(self, path: Path) -> Submission:
        """Read the submission at ``path``; what cannot be read says so in the submission."""
        return read_submission(path, self.assignment.expected_files, notebook=notebook_name(self.assignment.name))

    def grade(self, submission: Submission) -> Graded:
        """Grade one submission. A failure of the grader becomes a ``grader_error`` result without a mark."""
        started = time.perf_counter()
        if submission.unreadable is not None:
            return Graded(self._result(submission, started, [], status="unreadable", message=submission.unreadable))
        failure: Exception | None = None
        for _ in range(ATTEMPTS):
            try:
                return self._grade(submission, started)
            except ZygoteDied as error:
                failure, self.lost = error, self._leased
                if self.lost:
                    break
                self.close()
            except GraderError as error:
                failure = error
                if not self._leased:  # a lease that is given back cannot be taken up again
                    self.close()
            except Exception as error:
                failure = error
        # An unexpected error's text may hold values; its type is enough to find it in a run by hand.
        reason = str(failure) if isinstance(failure, GraderError) else type(failure).__name__
        message = f"the grader failed, which costs no points: {reason}"
        return Graded(self._result(submission, started, [], status="grader_error", message=message[:1000]))

    def _grade(self, submission: Submission, started: float) -> Graded:
        sandbox = self._start()
        budget = Budget()
        subject = IsolatedSubmission(self.assignment, submission.files, sandbox, budget)
        options = RunOptions(self.options.seed, submission.sha256, self.options.time_limit, budget)
        with bounded_memory():
            assessed = assess(self.assignment, self.exercises, subject, options, catalogue(self.assignment))
        results = [_with_syntax_note(one, submission) for one in assessed]
        figures = attach_figures(results, assessed)
        results += [] if self.options.only else written_results(self.assignment)
        return Graded(self._result(submission, started, results, artifacts=sorted(figures)), figures)

    def _max_score(self) -> float:
        """What can be earned in this run, written questions included unless single exercises were asked for."""
        by_hand = 0.0 if self.options.only else self.assignment.written_points
        return sum(exercise.points for exercise in self.exercises) + by_hand

    def _start(self) -> Sandbox:
        if self._sandbox is None:
            if self._leased:
                raise ZygoteDied("the lease of this grader has ended", "zygote")
            self._sandbox = sandbox_for(self.course.solutions, self.options.isolation, self.options.memory_limit_mb)
        return self._sandbox

    def _result(
        self,
        submission: Submission,
        started: float,
        exercises: list[ExerciseResult],
        status: Literal["graded", "unreadable", "grader_error"] = "graded",
        message: str = "",
        artifacts: list[str] | None = None,
    ) -> SubmissionResult:
        sandbox = self._sandbox
        return SubmissionResult(
            assignment=self.assignment.name, student=submission.student, grader_version=self.version,
            submission_sha256=submission.sha256, seed=self.options.seed,
            isolation=_isolation(sandbox),
            limits=Limits(time_s=self.options.time_limit, memory_mb=self.options.memory_limit_mb),
            environment=Environment(python=platform.python_version(), torch=torch.__version__, device="cpu"),
            score=sum(exercise.score for exercise in exercises),
            max_score=self._max_score(),
            duration_s=round(time.perf_counter() - started, 3), status=status, message=message,
            notes=list(submission.notes), exercises=exercises, artifacts=Artifacts(figures=artifacts or []),
        )  # fmt: skip


def _isolation(sandbox: Sandbox | None) -> Isolation:
    if sandbox is None:
        return Isolation(profile="S0", layers=[])
    return Isolation(profile=sandbox.profile, layers=list(sandbox.layers))  # type: ignore[arg-type]


def _selected(assignment: Assignment, only: tuple[str, ...]) -> tuple[Exercise, ...]:
    if not only:
        return assignment.exercises
    wanted = {assignment.exercise(key).id for key in only}
    return tuple(exercise for exercise in assignment.exercises if exercise.id in wanted)


def _with_syntax_note(one: Assessed, submission: Submission) -> ExerciseResult:
    """Say where a file does not parse, beside every exercise that suffers from it."""
    result = exercise_result(one)
    line = submission.syntax_errors.get(f"{one.exercise.module}.py")
    if line is None:
        return result
    note = f"{one.exercise.module}.py has a syntax error: {line}"
    return result.model_copy(update={"note": note, "status": "error" if result.score == 0 else result.status})
