"""Whether a wrong value that no known mistake explains is right where the exercise is asked alone, so that this can be said.

It earns nothing: an answer has one value (:mod:`autograder.assessment.sitting`). A student whose functions spoil each other
has to be told so, since the exercise works wherever they try it.
"""

from __future__ import annotations

from dataclasses import replace

from autograder.assessment.assessed import Assessed
from autograder.assessment.runner import RunOptions
from autograder.assessment.sitting import ask_alone
from autograder.course.assignment import Assignment
from autograder.sessions.subjects import Subject

RIGHT_ALONE = (
    "It passes when this exercise is asked alone, and fails after your other functions have run: one of them leaves something "
    "behind that this one uses, such as a changed global or a patched library."
)


def note_right_alone(assignment: Assignment, one: Assessed, subject: Subject, options: RunOptions) -> None:
    """Write it down beside the checks that it holds for; nothing where a hint says what is wrong, or time is short."""
    if one.diagnosis or not subject.guarded or options.budget.tight:
        return
    wrong = [outcome.check for outcome in one.outcomes if outcome.status == "failed" and outcome.workers == 1]
    if not wrong:
        return
    right = {
        outcome.check.key for outcome in ask_alone(assignment, one.exercise, wrong, subject, options, ()) if outcome.passed
    }
    one.outcomes = [replace(outcome, note=RIGHT_ALONE) if outcome.check.key in right else outcome for outcome in one.outcomes]
