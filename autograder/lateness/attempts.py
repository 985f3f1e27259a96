"""Several attempts of one student: which one a result is, and which one counts by the policy of the course."""

from __future__ import annotations

from collections.abc import Sequence

from autograder.results.schema import Attempt, SubmissionResult


def attempt_of(result: SubmissionResult, earlier: Sequence[SubmissionResult], policy: str) -> Attempt | None:
    """Which attempt a result is after those of ``earlier`` work, and which counts; None where it is the only one.

    Args:
        result: the latest.
        earlier: one result of each piece of work that the student had handed in before, in order.
        policy: ``best``, ``latest``, or empty where the course does not say; then it is the latest.
    """
    if not earlier:
        return None
    number, counting = 1, earlier[0]
    for place, one in enumerate([*earlier[1:], result], start=2):
        if counts_more(one, counting, policy):
            number, counting = place, one
    mark = None if counting.status == "grader_error" else counting.final
    return Attempt(number=len(earlier) + 1, policy=policy, counting_number=number, counting=mark)  # type: ignore[arg-type]


def counts_more(later: SubmissionResult, earlier: SubmissionResult, policy: str) -> bool:
    """Whether a later attempt takes an earlier one's place; a failure of the grader never does, nor keeps one."""
    if "grader_error" in (later.status, earlier.status):
        return earlier.status == "grader_error"
    return policy != "best" or later.final >= earlier.final
