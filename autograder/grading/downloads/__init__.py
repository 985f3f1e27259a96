"""Downloads of learning platforms: whose work is in them, and where it is put."""

from autograder.grading.downloads.arranging import arranged, submissions_at

__all__ = ["arranged", "submissions_at"]
