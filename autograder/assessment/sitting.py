"""The checks of one exercise in two parts, on one worker: the visible ones, and later the hidden ones.

What a student may read of a submission (what loading it said, how visible checks failed) has to be said before any
worker of the run has been sent a hidden input: pages in a cache, locks and timing lead from one worker to the next.
So all exercises have their first part before one has its second. The worker is stopped in between.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from autograder.assessment.outcomes import Outcome
from autograder.assessment.runner import RunOptions, run_in_turn, run_together
from autograder.checks.calls import CandidateSession
from autograder.course.assignment import Assignment, Check, Exercise
from autograder.sessions.remote import TOO_MUCH_MEMORY
from autograder.sessions.replies import WorkerLost
from autograder.sessions.subjects import Subject

Part = Literal["visible", "hidden"]

COULD_NOT_RUN = frozenset(("error", "timeout", "crashed"))
"""Statuses that say nothing about the answer where a worker without torch gave it."""


class Sitting:
    """One exercise of one subject."""

    def __init__(
        self, assignment: Assignment, exercise: Exercise, subject: Subject, options: RunOptions,
        pieces: Sequence[Exercise] = (),
    ) -> None:  # fmt: skip
        """Prepare; nothing starts yet.

        Args:
            assignment: what the exercise belongs to.
            exercise: what is checked.
            subject: whose work.
            options: limits and seeds.
            pieces: exercises that the reference's functions stand in for.
        """
        self._assignment = assignment
        self._exercise = exercise
        self._subject = subject
        self._options = options
        self._pieces = pieces
        self._session: CandidateSession | None = None
        self._light = False
        self._lost: list[tuple[str, str]] = []
        self._outcomes: dict[str, Outcome] = {}

    @property
    def outcomes(self) -> list[Outcome]:
        """What became of the checks so far, in their order."""
        return [self._outcomes[check.key] for check in self._exercise.checks if check.key in self._outcomes]

    def visible(self) -> None:
        """Run the visible checks, and keep the worker for the hidden ones."""
        self._run("visible")
        if self._session is not None:
            self._session.pause()

    def hidden(self) -> None:
        """Run the hidden checks, and end the worker."""
        try:
            if self._session is not None:
                self._session.resume()
            self._run("hidden")
        finally:
            self.close()

    def close(self) -> None:
        """End the worker, if there is one."""
        session, self._session = self._session, None
        if session is not None:
            session.close()

    def _run(self, part: Part) -> None:
        checks = [check for check in self._exercise.checks if check.visibility == part]
        if not checks:
            return
        try:
            outcomes = self._lightly(checks) or self._fully(checks)
        except MemoryError:
            self.close()
            outcomes = [Outcome(check, "crashed", TOO_MUCH_MEMORY) for check in checks]
        self._outcomes.update((outcome.check.key, outcome) for outcome in outcomes)

    def _lightly(self, checks: Sequence[Check]) -> list[Outcome] | None:
        """Outcomes of a short answer in a worker without torch; None says to ask a full one.

        One answer, one verdict: what such a worker answers stands, right or wrong. A full worker is asked only where
        this one could not run the answer.
        """
        if self._session is None and not self._light and not self._lost and self._exercise.kind == "short_answer":
            self._session = self._subject.open_light(self._exercise.module)
            self._light = self._session is not None
        if not self._light or self._session is None:
            return None
        outcomes = run_together(self._assignment, checks, self._session, self._options)
        if outcomes is None or any(outcome.status in COULD_NOT_RUN for outcome in outcomes):
            self.close()
            return None
        return outcomes

    def _fully(self, checks: Sequence[Check]) -> list[Outcome]:
        """All checks at once where that saves waiting; one by one when that has cost the worker."""
        self._light = False
        if self._session is None and not self._lost:
            self._open()
        session = self._session
        if session is not None and getattr(session, "interleaves", False):
            outcomes = run_together(self._assignment, checks, session, self._options)
            if outcomes is not None:
                return outcomes
            self._session = None
            if self._options.budget.tight:
                return [Outcome(check, "timeout", "the submission as a whole takes too long") for check in checks]
        outcomes, self._session = run_in_turn(
            self._assignment, checks, self._session, self._opener(), self._options, self._lost
        )
        return outcomes

    def _open(self) -> None:
        try:
            self._session = self._opener()()
        except WorkerLost as lost:
            self._lost.append((lost.status, lost.reason))

    def _opener(self) -> Callable[[], CandidateSession]:
        return lambda: self._subject.open(self._exercise.module, self._pieces)
