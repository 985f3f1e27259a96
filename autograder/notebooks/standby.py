"""One grader process that waits for submissions, for programs that bring them one by one, as nbgrader does.

That program neither imports torch nor runs anything of a submission.
"""

from __future__ import annotations

import atexit
import threading
from pathlib import Path

from autograder.errors import AutograderError, GraderError
from autograder.options import GradeOptions
from autograder.pool import Crew, Job
from autograder.reports.graded import Graded
from autograder.sandbox import profiles
from autograder.sandbox.launcher import Zygote

_lock = threading.Lock()
_standing_by: list[StandbyGrader] = []


class StandbyGrader:
    """A zygote and one grader process; start-up takes seconds, every submission after that a fraction of one."""

    def __init__(self, assignment: str, options: GradeOptions, root: Path) -> None:
        """Start; raises :class:`autograder.errors.IsolationError` where the isolation asked for is not available."""
        profiles.choose(options.isolation)
        self.key = (assignment, options, root, _newest(root / "solutions" / assignment))
        self._zygote = Zygote(options.isolation, options.memory_limit_mb, hidden=[root / "solutions"])
        self._zygote.__enter__()
        self._crew = Crew(assignment, options, root, self._zygote, 1)
        atexit.register(self.close)

    def grade(self, folder: Path, student: str) -> Graded:
        """Grade what lies in ``folder``; raises :class:`GraderError` when the grader failed, never a mark."""
        for done in self._crew.work([Job(folder, student=student)]):
            if done.error is not None:
                raise done.error
            if done.graded is not None:
                return done.graded
        raise GraderError("the grader gave no result", str(folder))

    def close(self) -> None:
        """End all processes."""
        atexit.unregister(self.close)
        self._crew.stop()
        self._zygote.close()


def grade_standing_by(assignment: str, options: GradeOptions, root: Path, folder: Path, student: str) -> Graded:
    """Grade one submission with this process's standby grader, which is started on first use and after changes."""
    with _lock:
        key = (assignment, options, root, _newest(root / "solutions" / assignment))
        if _standing_by and _standing_by[0].key != key:
            _standing_by.pop().close()
        if not _standing_by:
            _standing_by.append(StandbyGrader(assignment, options, root))
        try:
            return _standing_by[0].grade(folder, student)
        except AutograderError:
            raise
        except BaseException:
            _standing_by.pop().close()  # interrupted: it may still be busy
            raise


def _newest(folder: Path) -> tuple[int, int]:
    """Changes whenever a file of the assignment does; a server that runs for weeks must not grade by old checks."""
    times = [path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    return len(times), max(times, default=0)
