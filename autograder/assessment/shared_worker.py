"""One worker for all exercises of a module, as long as they answer right.

Starting a worker costs as much as asking one exercise. What an exercise gets right among others counts; what it does
not get right there is asked again in a worker of its own, since another exercise may have left something behind that
disturbs it (a patched library, a changed setting, memory). Only what is not there at all is not asked twice.

Nothing is learned by sharing: everything in this worker is one student's code, no reference is lent to it, and hidden
inputs come to it after the visible checks of all exercises, as to every other worker.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from autograder.assessment.outcomes import Outcome
from autograder.assessment.runner import RunOptions, run_together
from autograder.checks.calls import CandidateSession
from autograder.course.assignment import Assignment, Check, Exercise
from autograder.sessions.replies import WorkerLost
from autograder.sessions.subjects import Subject


class SharedWorker:
    """The worker of one module's exercises; starts with the first question and ends with the last."""

    def __init__(self, assignment: Assignment, module: str, waiting: int, subject: Subject, options: RunOptions) -> None:
        """Prepare for ``waiting`` exercises; nothing starts yet."""
        self._assignment = assignment
        self._module = module
        self._waiting = waiting
        self._subject = subject
        self._options = options
        self._session: CandidateSession | None = None
        self._lost = False
        self._paused = False
        self.overtime = False
        """Whether the last question has cost the worker because the submission computed until it was ended."""

    def ask(self, checks: Sequence[Check]) -> list[Outcome] | None:
        """The outcomes of one exercise's checks; ``None`` when the worker is lost, now or earlier."""
        session, lost = self._running(), list[tuple[str, bool]]()
        self.overtime = False
        if session is None:
            return None
        try:
            outcomes = run_together(self._assignment, checks, session, self._options, lost)
        except MemoryError:
            outcomes = None
        if outcomes is None:
            self.overtime = ("timeout", True) in lost
            self.close()
        return outcomes

    def pause(self) -> None:
        """Stop the worker until the next question."""
        if self._session is not None:
            self._session.pause()
            self._paused = True

    def leave(self) -> None:
        """One exercise has no more questions; the worker ends with the last one."""
        self._waiting -= 1
        if not self._waiting:
            self.close()

    def close(self) -> None:
        """End the worker for good."""
        self._lost = True
        session, self._session = self._session, None
        if session is not None:
            session.close()

    def _running(self) -> CandidateSession | None:
        if self._session is None and not self._lost:
            try:
                self._session = self._subject.open(self._module)
            except WorkerLost:
                self._lost = True
        if self._session is not None and self._paused:
            self._paused = False
            self._session.resume()
        return self._session


def shared_workers(
    assignment: Assignment, exercises: Iterable[Exercise], subject: Subject, options: RunOptions
) -> dict[str, SharedWorker]:
    """Module -> its worker, for modules with several exercises; none for what runs in this process."""
    if not subject.guarded:
        return {}
    modules = [exercise.module for exercise in exercises]
    return {
        module: SharedWorker(assignment, module, modules.count(module), subject, options)
        for module in dict.fromkeys(modules)
        if modules.count(module) > 1
    }
