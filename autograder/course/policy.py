"""What becomes of late work and of several attempts, as ``[policy]`` of ``solutions/course.toml`` says it.

::

    [policy]
    slack_days = 3            # days that each student may be late without loss, over the whole course
    per_day = 10              # percent of what was earned that each further day begun costs
    most_days = 7             # work later than that (slack apart) earns nothing
    grace_minutes = 15        # not late yet
    attempts = "best"         # or "latest": which of several attempts `autograder export` takes
    times = "nbgrader"        # trust the timestamp.txt beside each submission, which nbgrader writes

    [policy.due]
    vae = 2026-11-20T23:59:00+01:00

    [policy.extensions.vae]
    anna = 2026-11-25T23:59:00+01:00

Everything may be left out: without a due date nothing is late.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any, NoReturn

from autograder.errors import suggest

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Policy:
    """The rules; see the module."""

    slack_days: int = 0
    per_day: float = 0.0
    most_days: int | None = None
    grace_minutes: float = 0.0
    attempts: str = ""
    times: str = ""
    due: Mapping[str, datetime] = field(default_factory=dict)
    extensions: Mapping[str, Mapping[str, datetime]] = field(default_factory=dict)
    """Assignment -> student -> the student's own due date."""

    def due_for(self, assignment: str, student: str) -> datetime | None:
        """When a student's work is due; None where it never is."""
        return self.extensions.get(assignment, {}).get(student, self.due.get(assignment))

    def days_after(self, due: datetime, submitted: datetime) -> int:
        """Days begun after a due date; 0 within the minutes of grace."""
        if submitted <= due + timedelta(minutes=self.grace_minutes):
            return 0
        return math.ceil((submitted - due) / _DAY)

    def slack_for(self, days: int, earlier: int) -> int:
        """How many of the ``days`` slack covers after ``earlier`` days late before: what comes first takes first."""
        return min(days, max(0, self.slack_days - earlier))

    def share_lost(self, days: int) -> float:
        """The share of what was earned that ``days`` late, slack taken off, cost: between 0 and 1."""
        if self.most_days is not None and days > self.most_days:
            return 1.0
        return min(1.0, days * self.per_day / 100)


Refuse = Callable[[str, str], NoReturn]


def read_policy(table: Mapping[str, Any], assignments: tuple[str, ...], refuse: Refuse) -> Policy:
    """The policy of a table; ``refuse(message, remedy)`` raises for what cannot be meant."""
    known = [one.name for one in fields(Policy)]
    for key in table:
        if key not in known:
            refuse(f"policy has no key {key!r}", suggest(key, known))
    due = _times(table.get("due", {}), "policy.due", refuse)
    extensions = table.get("extensions", {})
    if not isinstance(extensions, dict):
        refuse("policy.extensions is not a table", "write [policy.extensions.vae] above lines of student = time")
    own = {name: _times(students, f"policy.extensions.{name}", refuse) for name, students in extensions.items()}
    for name in (*due, *own):
        if name not in assignments:
            refuse(f"policy names {name!r}, which assignments does not list", suggest(name, assignments) or "list it there")
    most = table.get("most_days")
    return Policy(
        slack_days=int(_number(table, "slack_days", refuse, whole=True)),
        per_day=_number(table, "per_day", refuse, most=100),
        most_days=None if most is None else int(_number(table, "most_days", refuse, whole=True)),
        grace_minutes=_number(table, "grace_minutes", refuse),
        attempts=_choice(table, "attempts", ("best", "latest"), refuse),
        times=_choice(table, "times", ("nbgrader",), refuse),
        due=due,
        extensions=own,
    )


def _times(table: Any, key: str, refuse: Refuse) -> dict[str, datetime]:
    if not isinstance(table, dict):
        refuse(f"{key} is not a table", f"write [{key}] above its lines")
    for name, value in table.items():
        if not isinstance(value, datetime) or value.tzinfo is None:
            refuse(f"{key}.{name} is not a time with its zone", f"write {name} = 2026-11-20T23:59:00+01:00, without quotes")
    return dict(table)


def _number(table: Mapping[str, Any], key: str, refuse: Refuse, *, most: float = math.inf, whole: bool = False) -> float:
    value = table.get(key, 0)
    if isinstance(value, bool) or not isinstance(value, int if whole else int | float) or not 0 <= value <= most:
        kind = "a whole number" if whole else "a number"
        limit = f" up to {most:g}" if most < math.inf else ""
        refuse(f"policy.{key} is not {kind} from 0{limit}", f"write {key} = 3")
    return float(value)


def _choice(table: Mapping[str, Any], key: str, choices: tuple[str, ...], refuse: Refuse) -> str:
    value = table.get(key, "")
    if value != "" and value not in choices:
        refuse(f"policy.{key} is none of {', '.join(choices)}", f'write {key} = "{choices[0]}", or leave it out')
    return str(value)
