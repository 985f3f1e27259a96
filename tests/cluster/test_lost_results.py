"""What is with the scheduler when a worker dies whose result has come and has not been fetched, and when nobody has time."""

from __future__ import annotations

from collections import deque
from pathlib import Path
from typing import Any

import pytest

from autograder.cluster import dask_run
from autograder.errors import GraderError
from autograder.grading.jobs import Done, Job
from autograder.grading.options import GradeOptions

pytest.importorskip("distributed")


class Future:
    """Its result is lost at first, and computed again."""

    def __init__(self, *statuses: str) -> None:
        self._statuses = deque(statuses)

    @property
    def status(self) -> str:
        """The next one; the last one stays."""
        return self._statuses.popleft() if len(self._statuses) > 1 else self._statuses[0]

    def result(self) -> Done:
        """What came at last."""
        return Done(Job(Path("somebody else's")))

    def exception(self) -> None:
        """None."""

    def release(self) -> None:
        """Nothing is held."""

    cancel = release


class Completed:
    """Futures as they come; each again where it is added."""

    def __init__(self, **_: Any) -> None:
        self._waiting: deque[Future] = deque()
        self.added = 0

    def add(self, future: Future) -> None:
        """Wait for it."""
        self.added += 1
        self._waiting.append(future)

    def __next__(self) -> Future:
        return self._waiting.popleft()


class Client:
    """A scheduler with one job, which answers or has no time to."""

    id = "client-1"
    loop = None

    def __init__(self, future: Future, status: str, answers: bool) -> None:
        self._future = future
        self.status = status
        self._answers = answers

    def nthreads(self) -> dict[str, int]:
        """Of one worker."""
        if not self._answers:
            raise TimeoutError
        return {"tcp://worker": 1}

    def submit(self, *_: Any, **__: Any) -> Future:
        """The job."""
        return self._future


@pytest.fixture
def completed(monkeypatch: pytest.MonkeyPatch) -> Completed:
    """What stands in the place of Dask's own."""
    import distributed

    found = Completed()
    monkeypatch.setattr(distributed, "as_completed", lambda **_: found)
    monkeypatch.setattr(dask_run, "version_here", lambda *_: "1")
    return found


def work(future: Future, status: str = "running", *, answers: bool = True) -> list[Done]:
    """What comes of one job."""
    flight = dask_run._Flight(Client(future, status, answers), "vae", GradeOptions(), Path())  # type: ignore[arg-type]
    return list(flight.work([Job(Path("ann"))]))


@pytest.mark.parametrize("status", ["lost", "pending"])
def test_a_result_whose_worker_died_is_waited_for_again(completed: Completed, status: str) -> None:
    """It was taken for a scheduler that is gone, which ended the run."""
    assert [done.job.path for done in work(Future(status, "finished"))] == [Path("ann")]
    assert completed.added == 2


def test_what_is_cancelled_has_lost_its_scheduler(completed: Completed) -> None:
    """Nobody else cancels."""
    with pytest.raises(GraderError, match="the scheduler is gone"):
        work(Future("cancelled"))


def test_a_scheduler_without_time_is_there(completed: Completed) -> None:
    """A busy machine ends no run; one that is not connected any more does."""
    assert len(work(Future("finished"), answers=False)) == 1
    with pytest.raises(GraderError, match="the scheduler is gone"):
        work(Future("finished"), "closed", answers=False)
