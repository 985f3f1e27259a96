"""Training tasks of one submission: run each in workers of its own, and write down what came of it."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from autograder.course.assignment import Assignment, Exercise
from autograder.errors import DataMissing
from autograder.results.schema import ExerciseResult
from autograder.sandbox.zygote_host import ZygoteHost
from autograder.sessions.budget import Budget
from autograder.sessions.lent import MAX_LENT_IN_TRAINING, takes_plain_values
from autograder.sessions.subjects import IsolatedSubmission, LoadedModules, Subject
from autograder.training.beside import ENDED, OpenWorker
from autograder.training.outcome import result_of, skipped
from autograder.training.run import Report, TrainingRun
from autograder.training.task import Task
from autograder.training.worlds import DataSource

TRAINS = "train"
"""The module in which an assignment's loops and steps of training stand."""
_NO_LEVELS = "This task has no levels for the data that stand in for its own, so it is not judged here."
TASK_SECONDS = 480.0
"""What all workers of a task may take together."""


@dataclass(frozen=True)
class TrainingOptions:
    """What a training depends on besides the submission and the task."""

    key: str
    source: DataSource
    device: str = "cpu"
    report: Report | None = None
    in_full: bool = False
    """Whether errors are told word for word: to students on their own machines, never by a grader."""
    given: int | None = None
    """How many images trainings see, in full; None for as many as the task asks for."""
    wanted: Collection[str] | None = None
    """The scores that are asked for; None for all of them and for figures."""


@dataclass
class Trained:
    """A task's result and the runs that it comes from, which draw the figures: the training's, and a checkpoint's."""

    task: Task
    result: ExerciseResult
    run: TrainingRun | None = None
    checkpoint: TrainingRun | None = None

    def drawn(self) -> dict[str, bytes]:
        """The figures by file name; one that cannot be drawn from what came back is left out."""
        figures: dict[str, bytes] = {}
        for run, kind in ((self.run, ""), (self.checkpoint, "checkpoint, ")):
            for name, draw in (run.figures if run is not None else {}).items():
                with contextlib.suppress(ValueError, ArithmeticError, *ENDED):
                    figures[f"{self.task.id}.{kind}{name}.svg".replace(" ", "_")] = draw()
        return figures


def train_submission(
    assignment: Assignment,
    tasks: Collection[Task],
    files: Mapping[str, bytes],
    sandbox: ZygoteHost,
    faulty: Collection[str],
    options: TrainingOptions,
) -> Iterator[Trained]:
    """Run training tasks on a submission behind walls; ``faulty`` are the exercises (keys) that lost points.

    Functions among them that can be are lent by the reference while the task runs: a mistake is charged where it was made.
    """
    for task in tasks:
        budget = Budget(seconds=TASK_SECONDS)
        subject = IsolatedSubmission(assignment, files, sandbox, budget, task.recipes, MAX_LENT_IN_TRAINING)
        subject.keep_silent()
        lent = lent_pieces(assignment, task, faulty)
        yield _telling(_judged(run_task(task, _opener(task, subject, lent), options)), lent)


def _telling(trained: Trained, lent: Sequence[Exercise]) -> Trained:
    """Say what took the place of the student's own, so that a good training is not taken for a right function."""
    if lent and trained.result.status != "skipped":
        names = ", ".join(piece.name for piece in lent)
        note = f"Trained with a correct version of {names}, because yours has findings of its own."
        trained.result.note = " ".join(part for part in (trained.result.note, note) if part)
    return trained


def _judged(trained: Trained) -> Trained:
    """A task whose levels nobody has measured on the data that stand in is not held against a submission."""
    task, run = trained.task, trained.run
    if run is None or not run.fallback or all(score.fallback is not None for score in task.scores):
        return trained
    return Trained(task, skipped(task, f"{_NO_LEVELS} {' '.join(run.notes)}"), run)


def train_modules(assignment: Assignment, task: Task, files: Mapping[str, bytes], options: TrainingOptions) -> Trained:
    """Run a task on modules in this process: a student's own files on their machine, references and their variants."""
    subject = LoadedModules(assignment, files, toys=task.recipes)
    return run_task(task, _opener(task, subject, ()), options)


def run_task(task: Task, open_worker: OpenWorker, options: TrainingOptions) -> Trained:
    """Run a task; what the grader cannot do here (no data, no such device) skips it."""
    key = f"{options.key}/{task.id}"
    run = TrainingRun(
        task,
        open_worker,
        options.source,
        key,
        options.device,
        report=options.report,
        in_full=options.in_full,
        given=options.given,
        always_plain=options.given is not None,
        wanted=options.wanted,
    )
    try:
        task.measure(run)
    except DataMissing as error:
        return Trained(task, skipped(task, error.message))
    return Trained(task, result_of(task, run), run)


def lent_pieces(assignment: Assignment, task: Task, faulty: Collection[str]) -> tuple[Exercise, ...]:
    """Functions that the task uses and that have findings of their own.

    Those that train, or are called with a network, a function or a generator, cannot be lent: they work on objects beside the
    student's code. There the student's own stay.
    """
    used = [assignment.exercise(key) for key in task.uses if key in faulty]
    return tuple(one for one in used if one.kind == "function" and one.module != TRAINS and _can_travel(assignment, one))


def _can_travel(assignment: Assignment, piece: Exercise) -> bool:
    return takes_plain_values(getattr(assignment.reference(piece.module), piece.name))


def _opener(task: Task, subject: Subject, lent: tuple[Exercise, ...]) -> OpenWorker:
    return lambda: subject.open(task.modules[0], lent)
