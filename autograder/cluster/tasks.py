"""What runs in a Dask worker: one submission handed to a grader beside the worker.

The worker itself imports neither torch nor anything of the course, and its own memory, which is all that Dask's
limits see, stays small; a grader's memory has limits of its own (``--memory-limit``).
"""

from __future__ import annotations

import atexit
import threading
from dataclasses import replace
from pathlib import Path

from autograder.cluster.grader_apart import GraderApart, GraderDied
from autograder.errors import GraderError
from autograder.grading.jobs import DEATHS, Done, Job
from autograder.grading.options import GradeOptions
from autograder.grading.quarantine import quarantined

Key = tuple[str, GradeOptions, Path, str]

_lock = threading.Lock()
_idle: list[tuple[Key, GraderApart]] = []


def grade_in_worker(assignment: str, options: GradeOptions, root: Path, version: str, job: Job) -> Done:
    """Grade one submission; a grader that dies over it is replaced, and dying twice is the submission's quarantine.

    Raises:
        GraderError: nothing can be graded here: another course than the client's, too weak an isolation, or no grader starts.
    """
    key = (assignment, options, root, version)
    grader: GraderApart | None = None
    for attempt in range(DEATHS):
        try:
            grader = _take(key)
            done = grader.grade(job)
        except GraderDied:
            if grader is None and attempt == DEATHS - 1:  # nobody has seen the submission
                raise
            continue
        with _lock:
            _idle.append((key, grader))
        # Not everything that is known travels back.
        return replace(done, job=replace(job, known=frozenset(), earlier=()))
    return Done(job, graded=quarantined(assignment, options, root, job))


def _take(key: Key) -> GraderApart:
    """A grader for these options, started if none waits; those for other options end."""
    with _lock:
        waiting = [grader for known, grader in _idle if known == key and grader.alive]
        others = [grader for known, grader in _idle if grader not in waiting]
        _idle[:] = [(key, grader) for grader in waiting[1:]]
    for grader in others:
        grader.close()
    if waiting:
        return waiting[0]
    assignment, options, root, version = key
    grader = GraderApart(assignment, options, root)
    if grader.version != version:
        grader.close()
        told = f"a worker's course or grader is another one: {grader.version} instead of {version}"
        raise GraderError(told, str(root), "give all machines the same course and package")
    return grader


@atexit.register
def _end_all() -> None:
    with _lock:
        for _, grader in _idle:
            grader.close()
        _idle.clear()
