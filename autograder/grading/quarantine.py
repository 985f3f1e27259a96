"""The result of a submission over which graders die, or that they cannot even read: no mark, and a word to staff.

It is written by the process that all results come to, or by a worker of a cluster. Reading may be what the graders died of,
so that is left to another process, which may die, too; this module is its program.
"""

from __future__ import annotations

import importlib.metadata
import json
import platform
import subprocess
import sys
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


_SECONDS = 120
_MEGABYTES = 4096
"""What may be spent on reading it once more."""

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
    """What another process tells of the submission, without its files; nothing where reading it ends that process."""
    nothing = Submission(student_of(path), {}, (), "", None, {})
    command = [sys.executable, "-P", "-m", __name__, str(path.absolute()), notebook, *expected]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_SECONDS, check=True)
        student, notes, digest = json.loads(done.stdout)
        return Submission(student, {}, tuple(notes), digest, None, {})
    except (OSError, ValueError, subprocess.SubprocessError):
        return nothing


def _tell(path: str, notebook: str, *expected: str) -> None:
    """Read a submission and write what belongs into its result."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MEGABYTES * 2**20, _MEGABYTES * 2**20))
    except (ImportError, OSError, ValueError):  # a lower limit is set already, or there is none on this system
        pass
    found = read_submission(Path(path), frozenset(expected), notebook=notebook)
    json.dump([found.student, found.notes, found.sha256], sys.stdout)


if __name__ == "__main__":
    _tell(*sys.argv[1:])
