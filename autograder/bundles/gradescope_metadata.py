"""What Gradescope says of a submission beside its files: who, when, which attempt (``submission_metadata.json``).

Nothing here is relied on: the file may be missing, or have another form than its documentation says.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from autograder.course.policy import Policy
from autograder.plaintext import listed, one_line

FILE = "submission_metadata.json"
_DAY = timedelta(hours=24)


@dataclass(frozen=True)
class Attempt:
    """One attempt before this one."""

    time: datetime | None
    score: float | None
    results: dict[str, Any]


@dataclass(frozen=True)
class Metadata:
    """The parts that are used; what is not told is empty."""

    people: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    """Everything that they are called: addresses and names."""
    created: datetime | None = None
    due: datetime | None = None
    previous: tuple[Attempt, ...] = ()

    @property
    def student(self) -> str:
        """Whose submission it is, all of a group."""
        return ", ".join(self.people) or "submission"

    @property
    def best(self) -> float | None:
        """The best score so far."""
        return max((attempt.score for attempt in self.previous if attempt.score is not None), default=None)

    def too_many(self, most: int) -> Attempt | None:
        """The latest result, where ``most`` attempts within a day have been used up; 0 stands for any number."""
        if not most or self.created is None:
            return None
        recent = [one for one in self.previous if one.time is not None and self.created - one.time < _DAY]
        kept = [one for one in self.previous if one.score is not None and one.results]
        return kept[-1] if len(recent) >= most and kept else None

    def lines(self, *, with_lateness: bool = True) -> Iterator[str]:
        """What students and staff read of it, one sentence each."""
        if len(self.people) > 1:
            yield f"One submission of {listed(self.people)}."
        if self.previous:
            best = "" if self.best is None else f"; the best so far had {self.best:g} points"
            yield f"Attempt {len(self.previous) + 1}{best}."
        if with_lateness and self.created and self.due and self.created > self.due:
            late = self.created - self.due
            yield f"Handed in {late.days} d {late.seconds // 3600} h {late.seconds // 60 % 60} min after the due date."

    def due_by(self, policy: Policy, assignment: str) -> datetime | None:
        """When the work is due: by Gradescope or by the course, extensions included, whichever is later."""
        dues = [policy.due_for(assignment, name) for name in (*self.names, *self.people)]
        return max((due for due in (self.due, *dues) if due is not None), default=None)


def read_metadata(path: Path) -> Metadata:
    """Read the file at ``path``; an empty answer where there is none."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return Metadata()
    if not isinstance(found, dict):
        return Metadata()
    assignment = found.get("assignment")
    users = [user for user in _list(found.get("users")) if isinstance(user, dict)]
    people = [one_line(str(user.get("email") or user.get("name") or user.get("id") or "?"), 80) for user in users]
    names = [str(user[key]) for user in users for key in ("email", "name") if user.get(key)]
    previous = [_attempt(one) for one in _list(found.get("previous_submissions")) if isinstance(one, dict)]
    due = _time(assignment.get("due_date")) if isinstance(assignment, dict) else None
    return Metadata(tuple(people), tuple(names), _time(found.get("created_at")), due, tuple(previous))


def _attempt(found: dict[str, Any]) -> Attempt:
    try:
        score = float(found["score"])
    except (KeyError, TypeError, ValueError):
        score = None
    results = found.get("results")
    return Attempt(_time(found.get("submission_time")), score, results if isinstance(results, dict) else {})


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _time(value: Any) -> datetime | None:
    try:
        time = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return time if time.tzinfo is not None else None
