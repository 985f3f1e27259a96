"""From what a student hands in to files in memory."""

from autograder.submission.discovery import find_submissions, handed_in
from autograder.submission.opening import student_of
from autograder.submission.reader import Submission, find_notebook, read_submission
from autograder.submission.size_limits import Limits
from autograder.wire.names import NOTEBOOK

__all__ = [
    "NOTEBOOK",
    "Limits",
    "Submission",
    "find_notebook",
    "find_submissions",
    "handed_in",
    "read_submission",
    "student_of",
]
