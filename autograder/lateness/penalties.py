"""The policy of a course, applied to the results of a class."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from autograder.course.location import find_root
from autograder.course.manifest import Manifest, read_manifest
from autograder.course.policy import Policy
from autograder.errors import UsageError
from autograder.lateness.attempts import attempt_of
from autograder.lateness.times import parse_time, time_of
from autograder.plaintext import listed
from autograder.results.results_folder import attempts_before, past_folders
from autograder.results.schema import Late, SubmissionResult
from autograder.results.store import Stored, load_results, save_result


def apply_policy(folder: Path, results: Sequence[Stored], course: Manifest, times: Mapping[str, datetime]) -> list[str]:
    """Write into each result when it was handed in, what its lateness costs and which attempt it is; save those that change.

    Earlier attempts in the folder's history go by the same due dates, so that an extension moves all of them. Days late in
    assignments that come before, whose results lie beside ``folder`` (``results/<assignment>``), have used up slack already.

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
    own = [one for one in results if one.result.assignment in course.assignments]  # others are another course's
    dates = _Dates(folder, course)
    for past in past_folders(folder):
        for one in load_results(past)[0]:
            if one.result.assignment in course.assignments and dates.enter(one.result, {}):
                save_result(one.result, past, one.stem)
    works: dict[str, list[SubmissionResult]] = {}
    for one in attempts_before(folder, results):
        works.setdefault(one.stem, []).append(one.result)
    for one in own:
        changed = dates.enter(one.result, times)
        attempt = attempt_of(one.result, works.get(one.stem, ()), course.policy.attempts)
        if changed or attempt != one.result.attempt:
            one.result.attempt = attempt
            save_result(one.result, folder, one.stem)
    timeless = [one.result.student for one in own if dates.lack_time(one.result)]
    if not timeless:
        return []
    told = (
        f"it is not known when {len(timeless)} of {len(results)} were handed in, so nothing is taken off: {listed(timeless, 3)}"
    )
    return [f"{told} (give the times with --times FILE)"]


class _Dates:
    """What the due dates of a course make of results."""

    def __init__(self, folder: Path, course: Manifest) -> None:
        self._policy, self._earlier = course.policy, _Earlier(folder, course)

    def enter(self, result: SubmissionResult, times: Mapping[str, datetime]) -> bool:
        """Write time and lateness into a result; returns whether that changes it."""
        before = (result.submitted, result.late)
        time = time_of(result.student, times) or parse_time(result.submitted or "")
        result.submitted = time.isoformat() if time is not None else None
        due = self._policy.due_for(result.assignment, result.student)
        result.late = self._late(result, due, time) if due is not None and time is not None else None
        return (result.submitted, result.late) != before

    def lack_time(self, result: SubmissionResult) -> bool:
        """Whether a result is due sometime, and nobody knows when it was handed in."""
        return result.submitted is None and self._policy.due_for(result.assignment, result.student) is not None

    def _late(self, result: SubmissionResult, due: datetime, time: datetime) -> Late:
        days = self._policy.days_after(due, time)
        slack = self._policy.slack_for(days, self._earlier.days(result)) if days and self._policy.slack_days else 0
        return late_by(self._policy, due, time, result.score, slack)


def late_by(policy: Policy, due: datetime, time: datetime, score: float, slack: int = 0) -> Late:
    """How late work is that was handed in at ``time``, and what that costs; ``slack`` are days that cost nothing."""
    days = policy.days_after(due, time)
    penalty = round(policy.share_lost(days - slack) * max(0.0, score), 6)
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
