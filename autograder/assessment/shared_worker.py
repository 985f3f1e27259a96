"""One worker for all exercises of a submission, as long as they answer right.

Starting a worker costs as much as asking one exercise. What an exercise gets right among others counts; what it does
not get right there is asked again in a worker of its own, since another exercise may have left something behind that
disturbs it (a patched library, a changed setting, memory). Only what is not there at all is not asked twice. Where the
worker of all is lost, the exercises of each module go on with one of their own.

Nothing is learned by sharing: everything in this worker is one student's code, no reference is lent to it, and hidden
inputs come to it after the visible checks of all exercises, as to every other worker.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from autograder.assessment.outcomes import Outcome
from autograder.assessment.runner import RunOptions, run_together
from autograder.checks.calls import CandidateSession
from autograder.course.assignment import Assignment, Check, Exercise
from autograder.sessions.budget import Budget
from autograder.sessions.replies import WorkerLost
from autograder.sessions.subjects import Subject


class LoadingWorker:
    """A worker that loads each module when it is first asked for; starts with the first question."""

    def __init__(self, subject: Subject, budget: Budget) -> None:
        """Nothing starts yet."""
        self._subject = subject
        self._budget = budget
        self._waiting = 0.0
        self._session: CandidateSession | None = None
        self._loaded: set[str] = set()
        self._lost = False
        self._paused = False

    def running(self, module: str) -> CandidateSession | None:
        """Its session with ``module`` loaded; ``None`` when the worker is lost, now or earlier."""
        try:
            if self._session is None and not self._lost:
                self._session = self._subject.open(module)
                self._loaded.add(module)
            if self._session is not None and self._paused:
                self._goes_on()
                self._session.resume()
            if self._session is not None and module not in self._loaded:
                self._subject.load(module, self._session)
                self._loaded.add(module)
        except WorkerLost:
            self.close()
        return self._session

    def pause(self) -> None:
        """Stop the worker until the next question; one that holds too much for waiting is ended."""
        if self._session is not None and not self._paused:
            self._session.pause()
            held = self._session.held()
            if not self._budget.may_wait(held):
                self.close()
                return
            self._paused, self._waiting = True, held

    def _goes_on(self) -> None:
        self._budget.waiting -= self._waiting
        self._paused, self._waiting = False, 0.0

    def close(self) -> None:
        """End the worker for good."""
        self._goes_on()
        self._lost = True
        session, self._session = self._session, None
        if session is not None:
            session.close()


class SharedWorker:
    """The worker of one module's exercises: that of all modules, and after its loss one of the module's own."""

    def __init__(
        self, assignment: Assignment, module: str, waiting: int, subject: Subject, options: RunOptions,
        common: LoadingWorker | None = None,
    ) -> None:  # fmt: skip
        """Prepare for ``waiting`` exercises; nothing starts yet."""
        self._assignment = assignment
        self._module = module
        self._waiting = waiting
        self._options = options
        self._own = LoadingWorker(subject, options.budget)
        if waiting < 2:
            self._own.close()  # one exercise alone keeps its worker itself
        self._workers = [self._own] if common is None else [common, self._own]
        self.overtime = False
        """Whether the last question has cost the worker because the submission computed until it was ended."""

    def ask(self, checks: Sequence[Check]) -> list[Outcome] | None:
        """The outcomes of one exercise's checks; ``None`` when the worker is lost, now or earlier."""
        self.overtime = False
        running = ((worker, worker.running(self._module)) for worker in self._workers)
        worker, session = next((pair for pair in running if pair[1] is not None), (None, None))
        if worker is None or session is None:
            return None
        lost: list[tuple[str, bool]] = []
        try:
            outcomes = run_together(self._assignment, checks, session, self._options, lost)
        except MemoryError:
            outcomes = None
        if outcomes is None:
            self.overtime = ("timeout", True) in lost
            worker.close()
        return outcomes

    def pause(self) -> None:
        """Stop the worker until the next question."""
        for worker in self._workers:
            worker.pause()

    def leave(self) -> None:
        """One exercise has no more questions; the module's own worker ends with the last one."""
        self._waiting -= 1
        if not self._waiting:
            self._own.close()

    def close(self) -> None:
        """End the workers for good."""
        for worker in self._workers:
            worker.close()


def shared_workers(
    assignment: Assignment, exercises: Iterable[Exercise], subject: Subject, options: RunOptions
) -> dict[str, SharedWorker]:
    """Module -> the worker of its exercises, if there are several exercises at all; none for what runs in this process."""
    modules = [exercise.module for exercise in exercises]
    if not subject.guarded or len(modules) < 2:
        return {}
    common = LoadingWorker(subject, options.budget)
    return {
        module: SharedWorker(assignment, module, modules.count(module), subject, options, common)
        for module in dict.fromkeys(modules)
    }
