"""A submission in this process that counts as somebody's, and notes what becomes of its workers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograder.checks.calls import CandidateSession
from autograder.course.assignment import Assignment, Exercise
from autograder.sessions.subjects import LoadedModules


class Watched(LoadedModules):
    """Counts as somebody's work, and notes the order of what happens."""

    guarded = True

    def __init__(self, assignment: Assignment, files: dict[str, bytes]) -> None:
        super().__init__(assignment, files)
        self.events: list[str] = []

    def open(self, module: str, substitutes: Sequence[Exercise] = ()) -> CandidateSession:
        """Open a session and note what becomes of it."""
        self.events.append(f"open {module}")
        session: Any = super().open(module, substitutes)
        session.pause = lambda: self.events.append(f"pause {module}")
        session.resume = lambda: self.events.append(f"resume {module}")
        session.close = lambda: self.events.append(f"close {module}")
        return session

    def load(self, module: str, session: CandidateSession) -> None:
        """Note it."""
        self.events.append(f"load {module}")

    def keep_silent(self) -> None:
        """Note it."""
        self.events.append("silent")
