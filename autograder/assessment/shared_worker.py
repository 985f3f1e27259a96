"""One worker for all exercises of a submission, as long as they answer right.

Starting a worker costs as much as asking one exercise. What an exercise gets right among others counts; what it does
not get right there is asked again in a worker of its own, since another exercise may have left something behind that
disturbs it (a patched library, a changed setting, memory). Only what is not there at all is not asked twice. Where the
worker of all is lost, the exercises of each module go on with one of their own.

All visible checks travel in the same frames, and after them all hidden ones: there and back a hundred times cost up to a tenth
of a submission's time. They are asked as if they were one exercise's, each with a random state of its own.

Nothing is learned by sharing: everything in this worker is one student's code, no reference is lent to it, and hidden
inputs come to it after the visible checks of all exercises, as to every other worker.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Sequence

from autograder.assessment.outcomes import Outcome
from autograder.assessment.runner import TOGETHER_LIMIT, RunOptions, run_together
from autograder.checks.calls import CandidateSession
from autograder.course.assignment import Assignment, Check, Exercise
from autograder.sessions.budget import Budget
from autograder.sessions.replies import WorkerLost
from autograder.sessions.subjects import Subject

ALL_LIMIT = 2 * TOGETHER_LIMIT
"""Seconds for the checks of all exercises at once."""


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
        self._answered: dict[str, Outcome] = {}
        self.overtime = False
        """Whether the last question has cost the worker because the submission computed until it was ended."""

    def ask(self, checks: Sequence[Check]) -> list[Outcome] | None:
        """The outcomes of one exercise's checks; ``None`` when the worker is lost, now or earlier."""
        self.overtime = False
        if all(check.key in self._answered for check in checks):
            return [self._answered[check.key] for check in checks]
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

    def note(self, outcomes: Iterable[Outcome]) -> None:
        """Keep what the exercises' checks have come to already: they are not asked again."""
        self._answered.update((outcome.check.key, outcome) for outcome in outcomes)

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


class SharedWorkers:
    """The shared workers of a submission's modules, and what is asked of all exercises at once."""

    def __init__(self, assignment: Assignment, exercises: Sequence[Exercise], subject: Subject, options: RunOptions) -> None:
        """Nothing starts yet. One exercise alone shares nothing, nor does what runs in this process."""
        self._assignment = assignment
        self._options = options
        self._common = LoadingWorker(subject, options.budget)
        modules = [exercise.module for exercise in exercises]
        if not subject.guarded or len(modules) < 2:
            modules = []
        self._by_module = {
            module: SharedWorker(assignment, module, modules.count(module), subject, options, self._common)
            for module in dict.fromkeys(modules)
        }

    def of(self, module: str) -> SharedWorker | None:
        """The worker of a module's exercises, if they share one."""
        return self._by_module.get(module)

    def ask_all(self, visibility: str, exercises: Iterable[Exercise]) -> None:
        """Put the checks of many exercises to the common worker in the same frames; each finds its outcomes when it asks.

        There is one try: where it costs the worker, every module goes on with one of its own, exercise by exercise. With the
        hidden checks the worker has done its part, and ends before another one is started.
        """
        checks = [check for one in exercises for check in one.checks if check.visibility == visibility]
        if not checks or not self._by_module:
            return
        outcomes = None
        session = [self._common.running(module) for module in self._by_module][-1]
        if session is not None:
            with contextlib.suppress(MemoryError):
                outcomes = run_together(self._assignment, checks, session, self._options, limit=ALL_LIMIT)
        if outcomes is None or visibility == "hidden":
            self._common.close()
        for worker in self._by_module.values():
            worker.note(outcomes or ())

    def pause(self) -> None:
        """Stop all of them until the next question."""
        for worker in self._by_module.values():
            worker.pause()

    def close(self) -> None:
        """End all of them for good."""
        for worker in self._by_module.values():
            worker.close()
