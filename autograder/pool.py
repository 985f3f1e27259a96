"""Grades many submissions at once: a few processes, each with a grader and a zygote of its own."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.errors import AutograderError, GraderError

if TYPE_CHECKING:
    from autograder.grading import Graded, GradeOptions, Grader

_grader: Grader | None = None


@dataclass(frozen=True)
class Job:
    """One submission to be graded; ``known`` is the fingerprint of a result that need not be made again."""

    path: Path
    known: frozenset[tuple[str, str, str]] = frozenset()
    """``(student, submission_sha256, grader_version)`` of existing results."""


@dataclass(frozen=True)
class Done:
    """A finished job; without ``graded`` the existing result still holds, ``error`` means the input was refused."""

    job: Job
    graded: Graded | None = None
    error: AutograderError | None = None
    known: tuple[str, str, str] | None = None
    """Which of the job's known results still holds."""


def _prepare(assignment: str, options: GradeOptions, root: Path) -> None:
    """Make this process a grader. Interrupts are for the process that writes the results."""
    global _grader
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    warnings.simplefilter("ignore")
    import torch

    from autograder.grading import Grader

    torch.set_num_threads(1)
    _grader = Grader(assignment, options, root)
    signal.signal(signal.SIGTERM, _end)


def _end(*_: object) -> None:
    """Leave nothing behind: neither workers nor their folder."""
    if _grader is not None:
        _grader.close()
    os._exit(0)


def _work(job: Job) -> Done:
    assert _grader is not None
    return grade_one(_grader, job)


def grade_one(grader: Grader, job: Job) -> Done:
    """Read and grade one submission, unless its result is known already."""
    try:
        submission = grader.read(job.path)
        fingerprint = (submission.student, submission.sha256, grader.version)
        if fingerprint in job.known:
            return Done(job, known=fingerprint)
        return Done(job, grader.grade(submission))
    except AutograderError as error:
        return Done(job, error=error)


def grade_all(assignment: str, options: GradeOptions, root: Path, jobs: Sequence[Job], processes: int) -> Iterator[Done]:
    """Yield finished jobs as they come, in any order. A process that dies takes no other job's result with it."""
    waiting = list(jobs)
    while waiting:
        failed: list[Job] = []
        yield from _round(assignment, options, root, waiting, processes, failed)
        if len(failed) == len(waiting) == 1 or (failed and processes == 1):
            culprit = failed.pop(0)
            yield Done(culprit, error=GraderError("the grader's process died over this submission", str(culprit.path)))
        # Whoever killed the pool is among the failed: one at a time finds it.
        processes = 1
        waiting = failed


def _round(
    assignment: str, options: GradeOptions, root: Path, jobs: Sequence[Job], processes: int, failed: list[Job]
) -> Iterator[Done]:
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(
        min(processes, len(jobs)), mp_context=context, initializer=_prepare, initargs=(assignment, options, root)
    )
    pending: dict[Future[Done], Job] = {}
    queue = iter(jobs)
    try:
        running = True
        while running or pending:
            while running and len(pending) < 2 * processes:
                job = next(queue, None)
                if job is None:
                    running = False
                    break
                pending[pool.submit(_work, job)] = job
            if not pending:
                break
            done, _ = wait(pending, return_when=FIRST_COMPLETED)
            # Finished ones first: the oldest of those that remain is what the process died over.
            for future in sorted(done, key=lambda future: future.exception() is not None):
                yield future.result()
                del pending[future]
    except BrokenProcessPool:
        failed.extend([*pending.values(), *queue])
    finally:
        _stop(pool)


def _stop(pool: ProcessPoolExecutor) -> None:
    """End the pool without waiting for jobs that are still running (after an interrupt)."""
    children = list((getattr(pool, "_processes", None) or {}).values())
    pool.shutdown(wait=False, cancel_futures=True)
    for child in children:
        with contextlib.suppress(ProcessLookupError, AttributeError):
            os.kill(child.pid, signal.SIGTERM)
    for child in children:
        child.join(timeout=5)
