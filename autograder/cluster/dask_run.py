"""A class on a Dask cluster: one task per submission, results as they come.

A thin client: what runs in a worker is the function that runs everywhere else. Only a few tasks per worker are with the
scheduler at a time, so that a class of any size costs it no memory, and what is lost when this process is killed is
what was in flight.
"""

from __future__ import annotations

import contextlib
import itertools
import logging
from collections import Counter, deque
from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.cluster.addresses import Scheduler
from autograder.cluster.tasks import grade_in_worker
from autograder.errors import AutograderError, GraderError, UsageError
from autograder.grading.class_run import ClassRun
from autograder.grading.jobs import DEATHS, Done, Job
from autograder.grading.options import GradeOptions
from autograder.grading.quarantine import quarantined, version_here
from autograder.grading.regrade_run import RegradeRun
from autograder.imports import require_cluster
from autograder.plaintext import one_line

if TYPE_CHECKING:
    from distributed import Client, Future

_CONNECT_SECONDS = 30
_WORKERS_SECONDS = 60
_FEWEST_IN_FLIGHT, _IN_FLIGHT_PER_WORKER = 8, 3
_COMPUTED_AGAIN = ("pending", "lost")
"""What a result is, that has come, if the worker that has it dies before it is fetched."""
_PROFILES = {"full": "S3", "strict": "S2"}
"""What a kept result must have been graded in; the walls of this machine say nothing about those of the workers."""


class _OnWorkers(ClassRun):
    """A run whose submissions are graded on the workers of a scheduler."""

    def __init__(self, scheduler: Scheduler, *details: Any, **options: Any) -> None:
        """As the run that it is a kind of, with the address of the scheduler first."""
        require_cluster("--scheduler")
        super().__init__(*details, **options)
        self.scheduler = scheduler

    def _choose_profile(self) -> str:
        return _PROFILES.get(self.options.isolation, "S0")

    def _run(self, jobs: Sequence[Job], processes: int) -> Generator[Done]:
        yield from grade_on_cluster(self.outline.name, self.options, self.root, jobs, self.scheduler)


class ClusterRun(_OnWorkers):
    """One run of ``autograder grade --scheduler``."""


class ClusterRegradeRun(_OnWorkers, RegradeRun):
    """One run of ``autograder regrade --scheduler``."""


def grade_on_cluster(
    assignment: str, options: GradeOptions, root: Path, jobs: Sequence[Job], scheduler: Scheduler
) -> Iterator[Done]:
    """Yield finished jobs as they come, in any order.

    Raises:
        UsageError: nobody answers at that address, or no worker is there.
        GraderError: the scheduler is gone, or a worker cannot grade at all.
    """
    if jobs:
        with _connected(scheduler) as client:
            yield from _Flight(client, assignment, options, root).work(jobs)


class _Flight:
    """The tasks that are with the scheduler."""

    def __init__(self, client: Client, assignment: str, options: GradeOptions, root: Path) -> None:
        from distributed import as_completed

        self._client = client
        self._arguments = (assignment, options, root)
        self._version = version_here(assignment, root)
        self._run = client.id.rpartition("-")[2]
        self._numbers = itertools.count()
        self._threads = 0
        self._jobs: dict[Future, Job] = {}
        self._completed = as_completed(loop=client.loop)
        self._given_up: Counter[Path] = Counter()
        self._suspects: deque[Job] = deque()

    def work(self, jobs: Sequence[Job]) -> Generator[Done]:
        waiting = deque(jobs)
        try:
            while waiting or self._jobs or self._suspects:
                self._send(waiting)
                future = next(self._completed)
                if future.status in _COMPUTED_AGAIN:
                    self._completed.add(future)
                    continue
                job = self._jobs.pop(future)
                done = self._outcome(future, job)
                future.release()
                if done is not None:
                    yield done
        finally:
            for future in self._jobs:
                with contextlib.suppress(Exception):  # the scheduler may be gone
                    future.cancel()

    def _send(self, waiting: deque[Job]) -> None:
        """Keep every worker busy; suspects come last and one by one, so that none dies for another."""
        try:
            self._threads = sum(self._client.nthreads().values())
        except (OSError, TimeoutError):  # asked at the moment at which it went, or it has no time to answer
            if self._client.status != "running":
                raise _gone() from None
        room = max(_FEWEST_IN_FLIGHT, _IN_FLIGHT_PER_WORKER * self._threads)
        while waiting and len(self._jobs) < room:
            self._submit(waiting.popleft())
        if self._suspects and not self._jobs:
            self._submit(self._suspects.popleft())

    def _submit(self, job: Job) -> None:
        assignment, options, root = self._arguments
        on_gpu = options.device == "cuda" and options.training != "without"
        future = self._client.submit(
            grade_in_worker, assignment, options, root, self._version, job,
            key=f"grade-{self._run}-{next(self._numbers)}", pure=False, resources={"GPU": 1} if on_gpu else None,
        )  # fmt: skip
        self._jobs[future] = job
        self._completed.add(future)

    def _outcome(self, future: Future, job: Job) -> Done | None:
        """What came of a job; None when too many workers died beside it, and it is to be tried once more, alone."""
        from distributed import KilledWorker

        if future.status == "finished":
            return replace(future.result(), job=job)
        error = future.exception() if future.status == "error" else None
        if isinstance(error, KilledWorker):
            self._given_up[job.path] += 1
            if self._given_up[job.path] == DEATHS:
                return Done(job, graded=quarantined(*self._arguments, job))
            self._suspects.append(job)
            return None
        if isinstance(error, AutograderError):
            raise error
        if error is None:
            raise _gone()
        told = one_line(f"a worker cannot run the grader: {type(error).__name__}: {error}", 300)
        raise GraderError(told, str(job.path), "install the same package, Python and Dask on all machines")


def _gone() -> GraderError:
    return GraderError("the scheduler is gone", "--scheduler", "start it again and add --resume: what is finished is saved")


@contextlib.contextmanager
def _connected(scheduler: Scheduler) -> Iterator[Client]:
    """A client of the scheduler, which has a worker."""
    from distributed import Client

    for name in list(logging.root.manager.loggerDict):
        if name.split(".")[0] in ("distributed", "asyncio", "tornado"):
            logging.getLogger(name).disabled = True  # what matters is said in one line of our own
    security = scheduler.security()
    try:
        client = Client(scheduler.address, security=security, timeout=_CONNECT_SECONDS, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        told = one_line(f"no scheduler answers: {error}", 200)
        raise UsageError(told, scheduler.address, "start one with `autograder cluster`; of tls:// mind the --tls") from None
    try:
        try:
            client.wait_for_workers(1, timeout=_WORKERS_SECONDS)
        except TimeoutError:
            told = f"no worker has come within {_WORKERS_SECONDS} s"
            raise UsageError(told, scheduler.address, "start some with `autograder cluster --join`") from None
        yield client
    finally:
        with contextlib.suppress(Exception):
            client.close(timeout=2)
