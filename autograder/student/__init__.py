"""What students run themselves: visible checks from the command line, in a notebook, under pytest."""

from autograder.student.notebook_checks import require_visible_checks, visible_checks
from autograder.student.notebook_training import train_task

__all__ = ["require_visible_checks", "train_task", "visible_checks"]
