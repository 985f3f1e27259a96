"""The reference's own training, graded like a submission, for staff who compare figures."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from autograder.course.course import open_course
from autograder.course.location import find_root, read_outline
from autograder.course.outline import TRAINING
from autograder.grading.class_run import ClassRun
from autograder.grading.options import GradeOptions
from autograder.reports.class_page import REFERENCE
from autograder.training.task import training_tasks


def train_reference(assignment: str, options: GradeOptions, out: Path) -> None:
    """Write the page of the reference's training below ``out``, where the class page finds it; nothing without such tasks."""
    course = open_course().assignment(assignment)
    keys = [f"{TRAINING}.{task.name}" for task in training_tasks(course)]
    asked = {item.key for item in map(read_outline(find_root(), assignment).training, options.only) if item is not None}
    wanted = [key for key in keys if not options.only or key in asked]
    if options.training == "without" or not wanted:
        return
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder) / REFERENCE
        work.mkdir()
        for name, content in course.reference_files().items():
            (work / name).write_bytes(content)
        alone = replace(options, training="only", only=tuple(wanted))
        run = ClassRun(assignment, alone, out / REFERENCE, frozenset({"json", "html"}), quiet=True)
        run.grade([work], 1, resume=False)
