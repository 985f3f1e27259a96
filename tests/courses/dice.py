"""A submission that answers by chance, as a script has it."""

from __future__ import annotations

from collections.abc import Sequence

from tiny_course import right_answers

from autograder.checks.calls import CandidateSession
from autograder.course.assignment import Assignment, Exercise
from autograder.sessions.subjects import LoadedModules


class Dice:
    """Work on the tiny course whose `pieces` are the right or the wrong ones, opening by opening."""

    guarded = True
    load_notes: dict[str, str] = {}  # noqa: RUF012
    files: dict[str, bytes] = {}  # noqa: RUF012

    def __init__(self, assignment: Assignment, right: str, wrong: str, script: Sequence[bool]) -> None:
        self._subjects = {
            good: LoadedModules(assignment, right_answers(pieces=text)) for good, text in ((True, right), (False, wrong))
        }
        self._script = list(script)
        self.openings = 0

    def open(self, module: str, substitutes: Sequence[Exercise] = ()) -> CandidateSession:
        """The next throw."""
        good = self._script[min(self.openings, len(self._script) - 1)]
        self.openings += 1
        return self._subjects[good].open(module, substitutes)

    def load(self, module: str, session: CandidateSession) -> None:
        """As it was thrown when the session was opened."""

    def keep_silent(self) -> None:
        """Nothing."""
