"""From what a student hands in to files in memory."""

from autograder.submission.filenames import NOTEBOOK_FILE
from autograder.submission.finder import find_submissions
from autograder.submission.limits import Limits
from autograder.submission.naming import result_name
from autograder.submission.reader import Submission, find_notebook, read_submission, student_of

__all__ = [
    "NOTEBOOK_FILE",
    "Limits",
    "Submission",
    "find_notebook",
    "find_submissions",
    "read_submission",
    "result_name",
    "student_of",
]
