"""The policy of a course, applied to the results of a class."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from autograder.course.location import find_root
from autograder.course.manifest import Manifest, read_manifest
from autograder.errors import UsageError
from autograder.lateness.times import parse_time, time_of
from autograder.plaintext import listed
from autograder.results.schema import Late, SubmissionResult
from autograder.results.store import Stored, load_results, save_result


def apply_policy(folder: Path, results: Sequence[Stored], course: Manifest, times: Mapping[str, datetime]) -> list[str]:
    """Write into each result when it was handed in and what its lateness costs; save those that change.

    Days late in assignments that come before, whose results lie beside ``folder`` (``results/<assignment>``), have used up
    slack already.

    Args:
        folder: the results folder.
        results: what it holds.
        course: with its policy and the order of its assignments.
        times: times of handing in that are news; others stay as they are in the results.

    Returns:
        warnings, one line each.

    Raises:
        UsageError: a result cannot be written.
    """
    policy = course.policy
    timeless, earlier = [], _Earlier(folder, course)
    for one in results:
        result = one.result
        if result.assignment not in course.assignments:  # another course's
            continue
        before = (result.submitted, result.late)
        time = time_of(result.student, times) or parse_time(result.submitted or "")
        result.submitted = time.isoformat() if time is not None else None
        due = policy.due_for(result.assignment, result.student)
        result.late = None
        if due is not None and time is None:
            timeless.append(result.student)
        elif due is not None and time is not None:
            result.late = _late(result, due, time, earlier, course)
        if (result.submitted, result.late) != before:
            save_result(result, folder, one.stem)
    if not timeless:
        return []
    told = (
        f"it is not known when {len(timeless)} of {len(results)} were handed in, so nothing is taken off: {listed(timeless, 3)}"
    )
    return [f"{told} (give the times with --times FILE)"]


def _late(result: SubmissionResult, due: datetime, time: datetime, earlier: _Earlier, course: Manifest) -> Late:
    policy = course.policy
    days = policy.days_late(result.assignment, result.student, time)
    slack = policy.slack_for(days, earlier.days(result)) if days and policy.slack_days else 0
    penalty = round(policy.share_lost(days - slack) * max(0.0, result.score), 6)
    return Late(due=due.isoformat(), days=days, slack_days=slack, penalty=penalty)


def course_here() -> Manifest | None:
    """What the course around the working folder says; None where there is no course: results can be looked at without one."""
    try:
        root = find_root()
    except UsageError:
        return None
    return read_manifest(root)


def default_attempts() -> str:
    """Which of several attempts counts by the policy of the course; empty where it does not say."""
    course = course_here()
    return course.policy.attempts if course is not None else ""


class _Earlier:
    """Days late in the assignments before, read when they are first needed."""

    def __init__(self, folder: Path, course: Manifest) -> None:
        self._home = folder.absolute().parent
        self._order = course.assignments
        self._days: dict[str, Counter[str]] = {}

    def days(self, result: SubmissionResult) -> int:
        """Of one student, before the assignment of this result."""
        place = self._order.index(result.assignment) if result.assignment in self._order else 0
        return sum(self._of(name)[result.student] for name in self._order[:place])

    def _of(self, name: str) -> Counter[str]:
        if name not in self._days:
            counted: Counter[str] = Counter()
            self._days[name] = counted
            if (self._home / name).is_dir():
                for one in load_results(self._home / name)[0]:
                    if one.result.late is not None and one.result.assignment == name:
                        counted[one.result.student] = max(counted[one.result.student], one.result.late.days)
        return self._days[name]
