"""One submission in, one result out: a pure function of files, grader version, seed and options.

A :class:`Grader` holds what grading needs and keeps warm (a zygote, drawn examples, known fingerprints), so that the
function can run in this process, in a pool, or on another machine.
"""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Literal

import torch

from autograder import __version__
from autograder.assessment.assess import assess
from autograder.assessment.examples import draw_ahead
from autograder.assessment.exercise_results import written_results
from autograder.assessment.kept import Kept, is_right, kept_of, pictures_of
from autograder.assessment.runner import RunOptions
from autograder.course.assignment import Assignment, Exercise
from autograder.course.basis import Bases
from autograder.course.course import open_course
from autograder.course.notebook_cells import notebook_name
from autograder.data.locate import data_here
from autograder.diagnosis.catalogue import catalogue
from autograder.errors import GraderError, ZygoteDied
from autograder.grading.figures import attach_figures
from autograder.grading.options import GradeOptions, chosen_exercises, chosen_tasks
from autograder.grading.own_lines import result_beside_the_files
from autograder.grading.sandboxes import sandbox_for
from autograder.grading.warming import warm_for
from autograder.results.graded import Graded
from autograder.results.schema import Artifacts, Environment, ExerciseResult, Isolation, Limits, SubmissionResult
from autograder.runtime.global_state import one_thread
from autograder.sandbox.zygote_host import Lease, ZygoteHost
from autograder.sessions.bounds import bounded_memory
from autograder.sessions.budget import Budget
from autograder.sessions.subjects import IsolatedSubmission
from autograder.submission import Submission, read_submission

if TYPE_CHECKING:
    from autograder.assessment.assessed import Assessed
    from autograder.diagnosis.catalogue import Catalogue
    from autograder.training.grade import Trained

TRAINING_MEGABYTES = 2048
"""Memory that training tasks may take in the grader, which holds images, features and nearest neighbours."""
ATTEMPTS = 2
"""How often a submission is tried when the grader itself fails."""
_NOTHING = Kept()


class Grader:
    """Grades submissions of one assignment, one after the other, in locked workers of its own."""

    def __init__(
        self, assignment: str, options: GradeOptions, root: Path | None = None,
        lease: Lease | None = None, sandbox: ZygoteHost | None = None,
    ) -> None:  # fmt: skip
        """Load the assignment; workers come from a ``lease``, a ``sandbox`` that was started already, or a new one."""
        self.course = open_course(root)
        warm_for(self.course.solutions / assignment)
        self.assignment: Assignment = self.course.assignment(assignment)
        self.options = options
        self.exercises: tuple[Exercise, ...] = chosen_exercises(self.assignment, options.only)
        self.tasks = chosen_tasks(self.assignment, options)
        self.version = f"{__version__}+{self.course.version(assignment)}"
        self._bases = Bases(self.course, self.assignment)
        self._leased = lease is not None
        self._sandbox: ZygoteHost | None = ZygoteHost.leased(lease) if lease is not None else sandbox
        self.lost = False
        """Whether the zygote that others started for this grader is gone; only they can start another."""
        self.on_checked: Callable[[SubmissionResult], None] | None = None
        """Is told the result of the checks before training begins, whose points are still open there."""

    def __enter__(self) -> Grader:
        """Start the zygote; raises :class:`autograder.errors.IsolationError` where isolation is not available."""
        sandbox = self._start()
        draw_ahead(self.assignment, self.exercises, self.options.seed)
        catalogue(self.assignment)
        sandbox.wait_until_ready()
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
        return read_submission(path, self.assignment.outline.expected_files, notebook=notebook_name(self.assignment.name))

    def regrade(self, submission: Submission, earlier: SubmissionResult) -> Graded:
        """Grade what has changed since ``earlier``, a result of the same files, with the seed that it had.

        The marks are those of a whole grading with that seed.
        """
        given = self.options
        self.options = replace(given, seed=earlier.seed)
        try:
            graded = self.grade(submission, kept_of(earlier, self._basis, trains=self._trained_alike(earlier)))
            graded.result.submitted = earlier.submitted
            return graded
        finally:
            self.options = given

    def _trained_alike(self, earlier: SubmissionResult) -> bool:
        ran, options = earlier.environment, self.options
        if not self.tasks or (ran.data, ran.budget) != (data_here(options.data), options.budget):
            return False
        return options.device in ("auto", ran.device)

    @property
    def _basis(self) -> dict[str, str]:
        """What the marks of this run's exercises and training tasks rest on, by id; digests are made once."""
        tasks = {task.id: self._bases.of_training for task in self.tasks}
        return {one.id: self._bases.of(one) for one in self.exercises} | tasks

    @one_thread()
    def grade(self, submission: Submission, kept: Kept = _NOTHING) -> Graded:
        """Grade one submission, but for what is ``kept`` of an earlier result.

        A failure of the grader becomes a ``grader_error`` result without a mark. One thread computes, in trainings too: the
        last bit of a sum does not depend on the machine's cores.
        """
        started = time.perf_counter()
        if submission.unreadable is not None:
            return Graded(self._result(submission, started, [], status="unreadable", message=submission.unreadable))
        failure: Exception | None = None
        for _ in range(ATTEMPTS):
            try:
                return self._grade(submission, started, kept)
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

    def _grade(self, submission: Submission, started: float, kept: Kept) -> Graded:
        results, figures = self._check(submission, kept)
        if self.options.training == "only":
            figures = {}
        shown = [] if self.options.training == "only" else results
        known = kept.trainings(results, {one.id for one in self._used_in_training()})
        if self.on_checked is not None and self.tasks and not known:
            self.on_checked(self._result(submission, started, [*shown, *self._open_tasks(), *written_results(self.assignment)]))
        trained = [] if known else self._train(submission, results)
        shown = [*shown, *known, *(one.result for one in trained)]
        for run in trained:
            figures |= run.drawn()
        basis = self._basis
        for one in shown:
            one.basis = basis[one.id]
        shown += [] if self.options.only or self.options.training == "only" else written_results(self.assignment)
        pictures = list(figures)
        if kept.earlier is not None:
            pictures += pictures_of([*known, *(one for one in results if one.id in kept.exercises)], kept.earlier)
        result = self._result(submission, started, shown, trained, sorted(pictures))
        if known and kept.earlier is not None:
            result.environment = kept.earlier.environment
        return Graded(result, figures)

    def _check(self, submission: Submission, kept: Kept) -> tuple[list[ExerciseResult], dict[str, bytes]]:
        """The results of all exercises, those that are not kept freshly made, and the pictures of these."""
        exercises = [one for one in self.exercises if one.id not in kept.exercises]
        assessed = self._assessed(submission, exercises, catalogue(self.assignment))
        taken = {exercise.name for exercise in self.assignment.exercises}
        fresh = [result_beside_the_files(one, submission, taken) for one in assessed]
        figures = attach_figures(fresh, assessed)
        found = dict(kept.exercises) | {one.id: one for one in fresh}
        return [found[one.id] for one in self.exercises], figures

    def _assessed(self, submission: Submission, exercises: Sequence[Exercise], hints: Catalogue | None) -> list[Assessed]:
        sandbox = self._start()
        budget = Budget()
        subject = IsolatedSubmission(self.assignment, submission.files, sandbox, budget)
        # Equal files of two students have other hidden inputs, or one could answer what the other has been asked.
        attempt = f"{submission.student}/{submission.sha256}"
        options = RunOptions(self.options.seed, attempt, self.options.time_limit, budget)
        with bounded_memory():
            return assess(self.assignment, exercises, subject, options, hints) if exercises else []

    def _used_in_training(self) -> list[Exercise]:
        return [self.assignment.exercise(key) for key in dict.fromkeys(key for task in self.tasks for key in task.uses)]

    def _open_tasks(self) -> list[ExerciseResult]:
        from autograder.training.outcome import skipped

        return [skipped(task, "not measured yet") for task in self.tasks]

    def _train(self, submission: Submission, results: Sequence[ExerciseResult]) -> list[Trained]:
        """Run the training tasks, after the checks, whose findings are not to be charged again."""
        if not self.tasks:
            return []
        from autograder.training.devices import device_for
        from autograder.training.grade import TrainingOptions, train_submission
        from autograder.training.worlds import DataSource

        faulty = [exercise.key for exercise, one in zip(self.exercises, results, strict=True) if not is_right(one)]
        # What was not asked for decides all the same about what is lent: a mark is that of a whole grading.
        unknown = [one for one in self._used_in_training() if one not in self.exercises]
        faulty += [one.exercise.key for one in self._assessed(submission, unknown, None) if not one.complete]
        torch.set_num_threads(1)  # the same numbers with any number of graders
        key = f"{self.options.seed}/{submission.sha256}"
        options = TrainingOptions(key, DataSource(self.options.data), device_for(self.options.device))
        sandbox = self._start()
        with bounded_memory(TRAINING_MEGABYTES):
            trained = list(train_submission(self.assignment, self.tasks, submission.files, sandbox, faulty, options))
            if self.options.budget == "full":
                from autograder.training.checkpoint import add_checkpoints

                add_checkpoints(self.assignment, trained, submission, sandbox, options)
        return trained

    def _max_score(self, exercises: Sequence[ExerciseResult]) -> float:
        """What can be earned in this run: what was asked for, less what the grader itself could not run."""
        if self.options.training == "only":
            by_hand, by_checks = 0.0, 0.0
        else:
            by_hand = 0.0 if self.options.only else self.assignment.written_points
            by_checks = sum(exercise.points for exercise in self.exercises)
        not_run = sum(one.max_score for one in exercises if one.kind == "training" and one.status == "skipped")
        return by_checks + by_hand + sum(task.points for task in self.tasks) - not_run

    def _start(self) -> ZygoteHost:
        if self._sandbox is None:
            if self._leased:
                raise ZygoteDied("the lease of this grader has ended", "zygote")
            options = self.options
            self._sandbox = sandbox_for(
                self.course.solutions, options.isolation, options.memory_limit_mb, wait=False, assignment=self.assignment.name
            )
        return self._sandbox

    def _result(
        self,
        submission: Submission,
        started: float,
        exercises: list[ExerciseResult],
        trained: Sequence[Trained] = (),
        artifacts: Sequence[str] = (),
        status: Literal["graded", "unreadable", "grader_error"] = "graded",
        message: str = "",
    ) -> SubmissionResult:
        sandbox = self._sandbox
        return SubmissionResult(
            assignment=self.assignment.name, student=submission.student, grader_version=self.version,
            submission_sha256=submission.sha256, seed=self.options.seed,
            isolation=_isolation(sandbox),
            limits=Limits(time_s=self.options.time_limit, memory_mb=self.options.memory_limit_mb),
            environment=_environment(trained, self.options),
            score=sum(exercise.score for exercise in exercises),
            max_score=self._max_score(exercises),
            duration_s=round(time.perf_counter() - started, 3), status=status, message=message,
            notes=list(submission.notes), exercises=exercises, artifacts=Artifacts(figures=list(artifacts)),
        )  # fmt: skip


def _environment(trained: Sequence[Trained], options: GradeOptions) -> Environment:
    """What the submission ran on; of trainings, the device and every data set."""
    runs = [one.run for one in trained if one.run is not None]
    datasets = dict.fromkeys(run.environment["dataset"] for run in runs if "dataset" in run.environment)
    return Environment(
        python=platform.python_version(), torch=torch.__version__, device=runs[0].device if runs else "cpu",
        dataset="; ".join(datasets) or None, threads=torch.get_num_threads() if runs else None,
        budget=options.budget if trained else None, data=data_here(options.data) if trained else None,
    )  # fmt: skip


def _isolation(sandbox: ZygoteHost | None) -> Isolation:
    if sandbox is None:
        return Isolation(profile="S0", layers=[])
    return Isolation(profile=sandbox.profile, layers=list(sandbox.layers))  # type: ignore[arg-type]
