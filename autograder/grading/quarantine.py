"""The result of a submission over which graders die, or that they cannot even read: no mark, and a word to staff."""

from __future__ import annotations

import importlib.metadata
import platform
from collections.abc import Collection
from pathlib import Path

from autograder import __version__
from autograder.course.course import open_course
from autograder.course.notebook_cells import notebook_name
from autograder.grading.jobs import DEATHS, Job
from autograder.grading.options import GradeOptions
from autograder.plaintext import printable
from autograder.results.graded import Graded
from autograder.results.schema import Environment, Isolation, Limits, SubmissionResult
from autograder.submission import Submission, read_submission, student_of


def version_here(assignment: str, root: Path) -> str:
    """The version of a grader with this package and the course at ``root``."""
    return f"{__version__}+{open_course(root).version(assignment)}"


DIED = f"the grader's process died {DEATHS} times over this submission, which costs no points: see it by hand"


def quarantined(assignment: str, options: GradeOptions, root: Path, job: Job, message: str = DIED) -> Graded:
    """A ``grader_error`` for a submission that has cost :data:`DEATHS` graders; made without running anything of it."""
    course = open_course(root)
    described = course.described(assignment)
    submission = _read(job.path, described.outline.expected_files, notebook_name(assignment))
    chosen = [one for one in described.exercises if not options.only or {one.id, one.key, one.name} & set(options.only)]
    points = sum(one.points for one in chosen) if options.training != "only" else 0.0
    by_hand = described.written_points if options.training != "only" and not options.only else 0.0
    return Graded(
        SubmissionResult(
            assignment=assignment,
            student=printable(job.student, keep="") if job.student else submission.student,
            grader_version=version_here(assignment, root),
            submission_sha256=submission.sha256,
            seed=options.seed,
            isolation=Isolation(profile="S0", layers=[]),
            limits=Limits(time_s=options.time_limit, memory_mb=options.memory_limit_mb),
            environment=Environment(python=platform.python_version(), torch=importlib.metadata.version("torch"), device="cpu"),
            score=0.0,
            max_score=points + by_hand,
            duration_s=0.0,
            status="grader_error",
            message=message,
            notes=list(submission.notes),
        )
    )


def _read(path: Path, expected: Collection[str], notebook: str) -> Submission:
    """The submission, or an empty one where reading it was what failed."""
    try:
        return read_submission(path, expected, notebook=notebook)
    except Exception:  # whatever it is, it has been told
        return Submission(student_of(path), {}, (), "", None, {})
