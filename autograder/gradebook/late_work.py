"""The course's policy for late work in nbgrader: due dates in the gradebook, penalties by the rules of ``[policy]``.

nbgrader asks a plugin what a late notebook loses. This one looks at the whole course: the student's own due date, and the
slack that assignments before have left. Extensions that nbgrader grants count beside those of the policy.
"""

from __future__ import annotations

from datetime import UTC
from typing import Any

from nbgrader.plugins import LateSubmissionPlugin
from nbgrader.preprocessors import AssignLatePenalties

from autograder.course.location import find_root
from autograder.course.manifest import Manifest, read_manifest


class CoursePolicy(LateSubmissionPlugin):
    """nbgrader's plugin for late submissions, by ``[policy]`` of ``solutions/course.toml``; without it nbgrader's own rule."""

    def late_submission_penalty(self, student_id: str, score: float, total_seconds_late: float) -> float | None:
        """Return the points that a late submission loses; ``parent`` says of which gradebook and assignment."""
        course = read_manifest(find_root())
        assignment = self.parent.assignment_id
        if course.policy.due_for(assignment, student_id) is None:
            return super().late_submission_penalty(student_id, score, total_seconds_late)  # type: ignore[no-any-return]
        days = _days(self.parent.gradebook, course, assignment, student_id)
        place = course.assignments.index(assignment)
        earlier = sum(_days(self.parent.gradebook, course, name, student_id) for name in course.assignments[:place])
        return course.policy.share_lost(days - course.policy.slack_for(days, earlier)) * score


class AssignCoursePenalties(AssignLatePenalties):
    """nbgrader's step, after the due date of the course has been entered, without which it takes nothing for late."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Enter the due date, then do as nbgrader does."""
        from nbgrader.api import Gradebook

        with Gradebook(resources["nbgrader"]["db_url"]) as gradebook:
            enter_due(gradebook, resources["nbgrader"]["assignment"])
        return super().preprocess(nb, resources)  # type: ignore[no-any-return]


def enter_due(gradebook: Any, assignment: str) -> None:
    """Let the gradebook have the due date of the course; a date that somebody entered stays where the course has none."""
    due = read_manifest(find_root()).policy.due.get(assignment)
    found = gradebook.find_assignment(assignment)
    wanted = due.astimezone(UTC).replace(tzinfo=None) if due is not None else None  # as nbgrader keeps times
    if wanted is not None and found.duedate != wanted:
        found.duedate = wanted
        gradebook.db.commit()


def _days(gradebook: Any, course: Manifest, assignment: str, student: str) -> int:
    """Days late by the gradebook; 0 where nothing was handed in."""
    from nbgrader.api import MissingEntry

    try:
        found = gradebook.find_submission(assignment, student)
    except MissingEntry:
        return 0
    policy, extended = course.policy, found.duedate  # with what nbgrader's own extensions add
    dues = [policy.due_for(assignment, student), extended.replace(tzinfo=UTC) if extended is not None else None]
    known = [due for due in dues if due is not None]
    return policy.days_after(max(known), found.timestamp.replace(tzinfo=UTC)) if known and found.timestamp is not None else 0
