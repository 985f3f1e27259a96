"""From what a student hands in to files in memory."""

from autograder.submission.discovery import find_submissions
from autograder.submission.filenames import NOTEBOOK_FILE
from autograder.submission.reader import Submission, find_notebook, read_submission, student_of
from autograder.submission.size_limits import Limits

__all__ = [
    "NOTEBOOK_FILE",
    "Limits",
    "Submission",
    "find_notebook",
    "find_submissions",
    "read_submission",
    "student_of",
]
