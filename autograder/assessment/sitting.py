"""The checks of one exercise in two parts: the visible ones, and later the hidden ones.

What a student may read of a submission (what loading it said, how visible checks failed) has to be said before any
worker of the run has been sent a hidden input: pages in a cache, locks and timing lead from one worker to the next.
So all exercises have their first part before one has its second. Workers are stopped in between.

An exercise is asked in the worker that the submission's exercises share first, and what has no value there in a worker of
its own: what raised an error or cost its process has given no answer yet. A wrong value is one, and counts: an answer can
tell whether other exercises were asked before it, and would be two answers if the right one of both counted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Literal

from autograder.assessment.outcomes import Outcome
from autograder.assessment.runner import RunOptions, run_in_turn, run_together
from autograder.assessment.shared_worker import SharedWorker
from autograder.checks.calls import CandidateSession
from autograder.course.assignment import Assignment, Check, Exercise
from autograder.sessions.remote import TOO_MUCH_MEMORY
from autograder.sessions.replies import WorkerLost
from autograder.sessions.subjects import Subject

Part = Literal["visible", "hidden"]

RIGHT_ALONE = (
    "It passes when this exercise is asked alone, and fails after your other functions have run: one of them leaves something "
    "behind that this one uses, such as a changed global or a patched library."
)


class Sitting:
    """One exercise of one subject."""

    def __init__(
        self, assignment: Assignment, exercise: Exercise, subject: Subject, options: RunOptions,
        pieces: Sequence[Exercise] = (), shared: SharedWorker | None = None,
    ) -> None:  # fmt: skip
        """Prepare; nothing starts yet.

        Args:
            assignment: what the exercise belongs to.
            exercise: what is checked.
            subject: whose work.
            options: limits and seeds.
            pieces: exercises that the reference's functions stand in for.
            shared: the worker of the module's exercises, if they share one.
        """
        self._assignment = assignment
        self._exercise = exercise
        self._subject = subject
        self._options = options
        self._pieces = pieces
        self._shared = shared
        self._session: CandidateSession | None = None
        self._waiting = 0.0
        self._lost: list[tuple[str, str]] = []
        self._outcomes: dict[str, Outcome] = {}

    @property
    def outcomes(self) -> list[Outcome]:
        """What became of the checks so far, in their order."""
        return [self._outcomes[check.key] for check in self._exercise.checks if check.key in self._outcomes]

    @property
    def exercise(self) -> Exercise:
        """What is checked."""
        return self._exercise

    @property
    def shares(self) -> bool:
        """Whether it is asked among others, so far."""
        return self._shared is not None

    def visible(self) -> None:
        """Run the visible checks, and keep the worker for the hidden ones."""
        self._run("visible")
        if self._session is not None:
            self._session.pause()
            self._waiting = held = self._session.held()
            if not self._options.budget.may_wait(held):
                self._waiting = 0.0
                self.close()  # the hidden checks get a fresh one

    def hidden(self) -> None:
        """Run the hidden checks, and end the worker."""
        try:
            self._run("hidden")
        finally:
            self.close()
            self._leave()

    def close(self) -> None:
        """End the worker, if there is one."""
        session, self._session = self._session, None
        self._options.budget.waiting -= self._waiting
        self._waiting = 0.0
        if session is not None:
            session.close()

    def _run(self, part: Part) -> None:
        checks = [check for check in self._exercise.checks if check.visibility == part]
        if not checks:
            return
        among_others = self._shared.ask(checks) if self._shared is not None else None
        self._note(among_others or [])
        if among_others is None or not (_settled(among_others) or self._options.budget.tight):
            # All at once they would take as long again as they have taken among others.
            one_by_one = self._shared is not None and self._shared.overtime and not self._options.budget.tight
            if self._shared is not None:
                self._shared.pause()  # what it has seen is not to be told to the next worker
            without = [outcome for outcome in among_others or [] if not _has_value(outcome)]
            alone = self._alone([outcome.check for outcome in without] or checks, one_by_one)
            self._note(alone if among_others is None else [one if one.passed else replace(one, workers=2) for one in alone])
            self._leave()
        elif part == "visible":
            self._explain([outcome for outcome in among_others if outcome.status == "failed"])

    def _explain(self, wrong: Sequence[Outcome]) -> None:
        """Say of wrong values that are right alone that they are: the exercise works wherever the student tries it.

        It earns nothing, and is not done for hidden checks: a third thing that can become of one would tell something of it.
        """
        if not wrong or self._shared is None or self._options.budget.tight:
            return
        self._shared.pause()
        checks = [outcome.check for outcome in wrong]
        alone = ask_alone(self._assignment, self._exercise, checks, self._subject, self._options, self._pieces)
        right = {outcome.check.key for outcome in alone if outcome.passed}
        self._note([replace(outcome, note=RIGHT_ALONE) for outcome in wrong if outcome.check.key in right])

    def _note(self, outcomes: Sequence[Outcome]) -> None:
        self._outcomes.update((outcome.check.key, outcome) for outcome in outcomes)

    def _leave(self) -> None:
        """Ask the shared worker nothing more."""
        shared, self._shared = self._shared, None
        if shared is not None:
            shared.leave()

    def _alone(self, checks: Sequence[Check], one_by_one: bool) -> list[Outcome]:
        if self._session is not None:
            self._session.resume()
        try:
            return self._all(checks, one_by_one)
        except MemoryError:
            self.close()
            return [Outcome(check, "crashed", TOO_MUCH_MEMORY) for check in checks]

    def _all(self, checks: Sequence[Check], one_by_one: bool) -> list[Outcome]:
        """All checks at once where that saves waiting; one by one when that has cost a worker."""
        if self._session is None and not self._lost and not one_by_one:
            self._open()
        session = self._session
        if session is not None and session.interleaves:
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


def _has_value(outcome: Outcome) -> bool:
    """Whether the answer has given a value, right or wrong."""
    return outcome.status in ("passed", "failed")


def _settled(outcomes: Sequence[Outcome]) -> bool:
    """Whether another worker is not asked: every check has seen a value, or nothing is there."""
    return all(_has_value(outcome) for outcome in outcomes) or all(outcome.status == "missing" for outcome in outcomes)


def ask_alone(
    assignment: Assignment, exercise: Exercise, checks: Sequence[Check], subject: Subject, options: RunOptions,
    pieces: Sequence[Exercise],
) -> list[Outcome]:  # fmt: skip
    """What becomes of some checks of an exercise in workers that ask nothing else; `pieces` are replaced by the reference's."""
    sitting = Sitting(assignment, replace(exercise, checks=tuple(checks)), subject, options, pieces)
    try:
        sitting.visible()
        sitting.hidden()
    finally:
        sitting.close()
    return sitting.outcomes
