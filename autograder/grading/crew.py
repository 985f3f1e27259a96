"""Grades many submissions at once: a few grader processes that share one zygote.

The process that writes the results starts the zygote and imports none of the heavy libraries itself; graders are forked
from a server that has imported them once. Whatever happens to one grader concerns the submission in its hands only.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import multiprocessing
import os
import signal
import sys
import warnings
from collections import Counter, deque
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from multiprocessing.context import BaseContext
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.errors import AutograderError
from autograder.grading.jobs import DEATHS, Done, Job
from autograder.grading.sandboxes import sandbox_for
from autograder.imports import not_from_here, uncollected
from autograder.plaintext import printable
from autograder.results.results_folder import ResultKey
from autograder.sandbox.walls import process_limits
from autograder.sandbox.zygote_host import Lease, ZygoteHost
from autograder.temporary import OwnedFolder

if TYPE_CHECKING:
    from autograder.grading.grader import Grader
    from autograder.grading.options import GradeOptions

_grader: Grader | None = None


def grade_one(grader: Grader, job: Job) -> Done:
    """Read and grade one submission, unless its result is known already."""
    try:
        submission = grader.read(job.path)
        if job.student:
            submission = replace(submission, student=printable(job.student, keep=""))
        key = ResultKey(submission.student, submission.sha256, grader.version)
        if key in job.known:
            return Done(job, known=key)
        earlier = next((one for one in job.earlier if one.submission_sha256 == submission.sha256), None)
        return Done(job, grader.grade(submission) if earlier is None else grader.regrade(submission, earlier))
    except AutograderError as error:
        return Done(job, error=error)
    except Exception as error:  # a fault of ours, met by one submission: the class goes on
        from autograder.grading.quarantine import quarantined  # rarely needed

        # Its text may hold anything; its type is enough to find it in a run by hand.
        message = f"the grader failed, which costs no points: {type(error).__name__}"
        return Done(job, quarantined(grader.assignment.name, grader.options, grader.course.root, job, message))


def grade_all(assignment: str, options: GradeOptions, root: Path, jobs: Sequence[Job], processes: int) -> Iterator[Done]:
    """Yield finished jobs as they come, in any order; a single process's worth of them is done in this one.

    A grader process that dies is replaced, and its submission tried once more; dying twice over one submission is the
    grader's failure, and its result says so.
    """
    if min(processes, len(jobs)) <= 1:
        yield from _grade_here(assignment, options, root, jobs)
        return
    start_server()
    with sandbox_for(
        root / "solutions", options.isolation, options.memory_limit_mb, wait=False, assignment=assignment
    ) as sandbox:
        sandbox.wait_until_ready()
        crew = Crew(assignment, options, root, sandbox, min(processes, len(jobs)))
        try:
            yield from crew.work(jobs)
        finally:
            crew.stop()


def _grade_here(assignment: str, options: GradeOptions, root: Path, jobs: Sequence[Job]) -> Iterator[Done]:
    """Without a crew, whose start costs more than one submission."""
    with (
        sandbox_for(
            root / "solutions", options.isolation, options.memory_limit_mb, wait=False, assignment=assignment
        ) as sandbox,
        contextlib.ExitStack() as running,
    ):
        with uncollected():
            from autograder.grading.grader import Grader  # the zygote has its own imports to do meanwhile

            grader = running.enter_context(Grader(assignment, options, root, sandbox=sandbox))
        for job in jobs:
            yield grade_one(grader, job)


class Crew:
    """The grader processes and what each is busy with."""

    def __init__(self, assignment: str, options: GradeOptions, root: Path, sandbox: ZygoteHost, processes: int) -> None:
        self._context = _context()
        self._arguments = (assignment, options, root)
        self._sandbox = sandbox
        self._renewed = contextlib.ExitStack()
        self._idle = [self._hire() for _ in range(processes)]
        self._busy: dict[Future[Done], tuple[ProcessPoolExecutor, Job]] = {}

    def work(self, jobs: Sequence[Job]) -> Generator[Done]:
        """Yield finished jobs; whoever is free gets the next one at once, also while the caller looks at a result.

        What an earlier, closed generator had under way is yielded as well.
        """
        waiting = deque(jobs)
        died: Counter[Path] = Counter()
        self._assign(waiting)
        while self._busy:
            for future in wait(self._busy, return_when=FIRST_COMPLETED).done:
                done = self._outcome(future, waiting, died)
                self._assign(waiting)
                if done is not None:
                    yield done

    def grow(self, processes: int) -> None:
        """Have at least so many processes."""
        while len(self._idle) + len(self._busy) < processes:
            self._idle.append(self._hire())

    def _assign(self, waiting: deque[Job]) -> None:
        while waiting and self._idle:
            worker, job = self._idle.pop(), waiting.popleft()
            self._busy[worker.submit(_work, job)] = (worker, job)

    def _outcome(self, future: Future[Done], waiting: deque[Job], died: Counter[Path]) -> Done | None:
        """What came of a job; None when its process died and it is to be tried once more."""
        worker, job = self._busy.pop(future)
        try:
            done = future.result()
        except BrokenProcessPool:
            self._idle.append(self._hire())
            died[job.path] += 1
            if died[job.path] == DEATHS:
                from autograder.grading.quarantine import quarantined  # rarely needed

                assignment, options, root = self._arguments
                return Done(job, graded=quarantined(assignment, options, root, job))
            waiting.append(job)
            return None
        self._idle.append(worker)
        return done

    def stop(self) -> None:
        """End all processes at once, also those in the middle of a submission (after an interrupt)."""
        for worker in [*self._idle, *(worker for worker, _ in self._busy.values())]:
            _end(worker)
        self._renewed.close()

    def _hire(self) -> ProcessPoolExecutor:
        """One process each: one that breaks takes nobody else with it."""
        try:
            lease = self._sandbox.lease()
        except OSError:  # its zygote is gone
            assignment, options, root = self._arguments
            with contextlib.suppress(OSError):
                self._sandbox.close()
            self._sandbox = sandbox_for(root / "solutions", options.isolation, options.memory_limit_mb, assignment=assignment)
            self._renewed.callback(self._sandbox.close)
            lease = self._sandbox.lease()
        initial = (*self._arguments, lease)
        return ProcessPoolExecutor(1, mp_context=self._context, initializer=_prepare, initargs=initial)


def _context() -> BaseContext:
    """Forked from a server that has imported everything, which saves time and memory; fresh processes off Linux."""
    not_from_here()
    if sys.platform != "linux":
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["autograder.grading.forkserver"])
    return context


def start_server() -> None:
    """Let the server that graders are forked from begin with its imports, while the zygote is busy with its own."""
    if sys.platform == "linux":
        from multiprocessing import forkserver

        _context()
        _give_folder()
        forkserver.ensure_running()


@functools.cache
def _give_folder() -> None:
    """Let this process's sockets lie in a folder that goes with it: its own would outlive a run that is killed."""
    folder = OwnedFolder()
    multiprocessing.current_process()._config["tempdir"] = str(folder.path)  # type: ignore[attr-defined]
    atexit.register(folder.remove)


def _prepare(assignment: str, options: GradeOptions, root: Path, lease: Lease | None) -> None:
    """Make this process a grader. Interrupts are for the process that writes the results."""
    global _grader
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    warnings.simplefilter("ignore")
    if sys.platform == "linux":
        # The server that this process is forked from ends with the run, however that ends.
        process_limits.die_with_parent(os.getppid())
    import torch

    from autograder.grading.grader import Grader

    torch.set_num_threads(1)
    _grader = Grader(assignment, options, root, lease)
    signal.signal(signal.SIGTERM, _leave)


def _leave(*_: object) -> None:
    """Leave nothing behind: neither workers nor their folder."""
    if _grader is not None:
        _grader.close()
    os._exit(0)


def _work(job: Job) -> Done:
    assert _grader is not None
    done = grade_one(_grader, job)
    if _grader.lost:  # the crew hires another in its place, with a zygote that lives, and the job is tried again
        os._exit(3)
    return done


def _end(pool: ProcessPoolExecutor) -> None:
    children = list((getattr(pool, "_processes", None) or {}).values())
    pool.shutdown(wait=False, cancel_futures=True)
    for child in children:
        with contextlib.suppress(ProcessLookupError, TypeError):
            os.kill(child.pid, signal.SIGTERM)
    for child in children:
        child.join(timeout=5)
