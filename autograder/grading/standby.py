"""Grader processes that wait for submissions, for programs that bring them one by one, as nbgrader does.

That program neither imports torch nor runs anything of a submission. While it is busy with one result, the submissions
that it will bring next are graded already.
"""

from __future__ import annotations

import atexit
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path

from autograder import cores
from autograder.errors import AutograderError, GraderError
from autograder.grading.crew import Crew, start_server
from autograder.grading.jobs import Done, Job
from autograder.grading.options import GradeOptions
from autograder.grading.sandboxes import sandbox_for
from autograder.results.graded import Graded
from autograder.sandbox import profiles

State = tuple[tuple[str, int, int], ...]
_MOST_PROCESSES = 4
"""Each grader takes some hundred megabytes, and nbgrader converts no faster than this many grade."""

_lock = threading.Lock()
_standing_by: list[StandbyGrader] = []


class StandbyGrader:
    """A zygote and grader processes; start-up takes seconds, every submission after that a fraction of one."""

    def __init__(self, assignment: str, options: GradeOptions, root: Path) -> None:
        """Start; raises :class:`autograder.errors.IsolationError` where the isolation asked for is not available."""
        profiles.choose(options.isolation)
        self.key = (assignment, options, root, _state(root / "solutions" / assignment))
        start_server()
        self._sandbox = sandbox_for(root / "solutions", options.isolation, options.memory_limit_mb, assignment=assignment)
        self._sandbox.__enter__()
        self._crew = Crew(assignment, options, root, self._sandbox, 1)
        self._coming = self._crew.work([])
        self._ahead: dict[Path, tuple[str, State]] = {}
        """Submissions that are being graded or are finished: whose, and the state of the folder when it was begun."""
        self._finished: dict[Path, Done] = {}
        atexit.register(self.close)

    def grade(self, folder: Path, student: str, upcoming: Sequence[tuple[Path, str]] = ()) -> Graded:
        """Grade what lies in ``folder``, or take the result if it is there already.

        Args:
            folder: the submission.
            student: whose it is.
            upcoming: folders and students that will be asked for next, in this order.

        Raises:
            GraderError: the grader failed, which is never a mark.
        """
        if self._ahead.get(folder) != (student, _state(folder)):
            self._begin([(folder, student), *upcoming])
        while folder not in self._finished:
            done = next(self._coming, None)
            if done is None:
                self._ahead.clear()
                self._finished.clear()
                raise GraderError("the grader gave no result", str(folder))
            self._keep([done])
        del self._ahead[folder]
        done = self._finished.pop(folder)
        if done.error is not None:
            raise done.error
        if done.graded is None:
            raise GraderError("the grader gave no result", str(folder))
        return done.graded

    def _begin(self, submissions: Sequence[tuple[Path, str]]) -> None:
        """Grade these from now on, in this order; of what was begun for others, only what is under way is waited for."""
        self._coming.close()
        self._keep(self._crew.work([]))
        wanted = {folder: (student, _state(folder)) for folder, student in submissions}
        self._finished = {path: done for path, done in self._finished.items() if self._ahead[path] == wanted.get(path)}
        self._ahead = wanted
        self._crew.grow(min(len(submissions), cores.usable(), _MOST_PROCESSES))
        left = [(folder, student) for folder, student in submissions if folder not in self._finished]
        self._coming = self._crew.work([Job(folder, student=student) for folder, student in left])

    def _keep(self, results: Iterable[Done]) -> None:
        """Hold on to results that were announced and nobody has asked for yet."""
        self._finished.update((done.job.path, done) for done in results if done.job.path in self._ahead)

    def close(self) -> None:
        """End all processes."""
        atexit.unregister(self.close)
        self._crew.stop()
        self._sandbox.close()


def grade_standing_by(
    assignment: str,
    options: GradeOptions,
    root: Path,
    folder: Path,
    student: str,
    upcoming: Sequence[tuple[Path, str]] = (),
) -> Graded:
    """Grade one submission with this process's standby grader, which is started on first use and after changes."""
    with _lock:
        key = (assignment, options, root, _state(root / "solutions" / assignment))
        if _standing_by and _standing_by[0].key != key:
            _standing_by.pop().close()
        if not _standing_by:
            _standing_by.append(StandbyGrader(assignment, options, root))
        try:
            return _standing_by[0].grade(folder, student, upcoming)
        except AutograderError:
            raise
        except BaseException:
            _standing_by.pop().close()  # interrupted: it may still be busy
            raise


def _state(folder: Path) -> State:
    """Changes whenever a file below does: a server that runs for weeks must not grade by old checks, or old work."""
    files = [path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    return tuple(sorted((str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in files))
