"""What one submission may cost in all, and what counts as its time."""

from __future__ import annotations

import os
import time

import pytest

from autograder.sandbox.clock import Reading, WorkerClock
from autograder.sandbox.sandbox import Sandbox
from autograder.sessions.budget import GENEROUS, LEAST, SECONDS, Budget
from autograder.sessions.remote import RemoteSession
from autograder.sessions.replies import WorkerLost


def test_limits_are_full_as_long_as_little_was_spent() -> None:
    """A right answer never sees a shorter one."""
    budget = Budget()
    assert budget.allowance(10.0) == 10.0
    budget.spend(GENEROUS * SECONDS)
    assert budget.allowance(10.0) == 10.0
    assert not budget.tight


@pytest.mark.parametrize("parts", [40, 60])
def test_work_that_is_always_just_in_time_comes_to_an_end(parts: int) -> None:
    """Every part takes all that it may: together less than a minute."""
    budget = Budget()
    for _ in range(parts):
        budget.spend(budget.allowance(10.0))
    assert budget.spent < 60
    assert budget.allowance(10.0) >= LEAST


def test_what_is_spent_never_comes_back() -> None:
    """Clocks of a process that is gone may read less than before."""
    budget = Budget()
    budget.spend(-5.0)
    assert budget.spent == 0.0


@pytest.mark.parametrize(
    ("later", "had"),
    [
        (Reading(10.0, processor=10.0), 10.0),  # computes
        (Reading(10.0), 10.0),  # sleeps
        (Reading(10.0, processor=1.0, delayed=9.0), 1.0),  # waits for a processor: not its fault
        (Reading(10.0, processor=1.0, delayed=4.0), 6.0),  # waits and sleeps
        (Reading(10.0, processor=20.0, delayed=9.9), 10.0),  # keeps its first thread waiting with others of its own
        (Reading(10.0, processor=8.0, delayed=9.9), 8.0),
    ],
)
def test_time_that_a_worker_had(later: Reading, had: float) -> None:
    """What it computed or slept; not what a busy machine kept it waiting."""
    assert later.since(Reading(0.0)) == pytest.approx(had)


def test_a_real_worker_has_clocks(warm_sandbox: Sandbox) -> None:
    """Its processor time grows while it computes."""
    worker = warm_sandbox.spawn()
    clock = WorkerClock(worker.pidfd)
    session = RemoteSession(worker)
    session.limit(0.4)
    before = clock.read()
    session.request({"op": "load", "files": {"m.py": b"while True: pass"}, "expected": ["m"], "definitions_only": False})
    with pytest.raises(WorkerLost) as caught:
        session.request({"op": "import", "module": "m", "seed": 0})
    assert caught.value.status == "timeout"
    assert before.delayed >= 0
    assert WorkerClock(-1).read().processor == 0


def test_what_workers_took_is_on_the_budget(warm_sandbox: Sandbox) -> None:
    """Of every session that has it."""
    budget = Budget()
    for _ in range(2):
        session = RemoteSession(warm_sandbox.spawn(), budget)
        session.limit(5.0)
        source = b"import time\ntime.sleep(0.2)"
        session.request({"op": "load", "files": {"m.py": source}, "expected": ["m"], "definitions_only": False})
        session.request({"op": "import", "module": "m", "seed": 0})
        session.close()
    assert budget.spent >= 0.4


def test_a_paused_worker_does_nothing(warm_sandbox: Sandbox) -> None:
    """Threads that a submission left running stand still between the two parts of its checks."""
    if warm_sandbox.profile == "S0":
        pytest.skip("workers are paused where there are pidfds")
    source = b"import threading\ndef spin():\n    while True: pass\nthreading.Thread(target=spin, daemon=True).start()"
    worker = warm_sandbox.spawn()
    session = RemoteSession(worker)
    clock = WorkerClock(worker.pidfd)
    session.request({"op": "load", "files": {"m.py": source}, "expected": ["m"], "definitions_only": False})
    session.request({"op": "import", "module": "m", "seed": 0})
    session.pause()
    time.sleep(0.05)
    first = clock.read().processor
    time.sleep(0.3)
    # A tick may still be accounted for; a running thread would have had twenty or more of them.
    assert clock.read().processor - first <= 3 / os.sysconf("SC_CLK_TCK")
    session.resume()
    assert session.request({"op": "import", "module": "m", "seed": 0})[0] == "ok"
    session.close()
