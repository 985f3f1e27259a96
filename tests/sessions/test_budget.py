"""What one submission may cost in all, and what counts as its time."""

from __future__ import annotations

import os
import time

import pytest

from autograder.sandbox.clock import SLEEP, Reading, WorkerClock
from autograder.sandbox.zygote_host import ZygoteHost
from autograder.sessions import remote
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


@pytest.mark.parametrize(("limit", "afterwards"), [(0.5, 0.5), (3.0, 3.0), (10.0, 3.0), (30.0, 9.0)])
def test_after_a_hang_only_long_limits_are_shorter(limit: float, afterwards: float) -> None:
    """What a right answer needs is left to it: it takes less than a second."""
    budget = Budget()
    assert budget.allowance(limit) == limit
    budget.hung = True
    assert budget.allowance(limit) == pytest.approx(afterwards)


def test_what_is_spent_never_comes_back() -> None:
    """Clocks of a process that is gone may read less than before."""
    budget = Budget()
    budget.spend(-5.0)
    assert budget.spent == 0.0


@pytest.mark.parametrize(
    ("later", "had"),
    [
        (Reading(10.0, processor=10.0), 10.0),  # computes
        (Reading(10.0), 10.0 * SLEEP),  # sleeps
        (Reading(10.0, processor=1.0, delayed=9.0), 1.0),  # waits for a processor: not its fault
        (Reading(10.0, processor=1.0, delayed=4.0), 6.0 * SLEEP),  # waits and sleeps
        (Reading(10.0, processor=20.0, delayed=9.9), 10.0),  # keeps its first thread waiting with others of its own
        (Reading(10.0, processor=8.0, delayed=9.9), 8.0),
    ],
)
def test_time_that_a_worker_had(later: Reading, had: float) -> None:
    """What it computed, and a share of what it slept; not what a busy machine kept it waiting."""
    assert later.since(Reading(0.0)) == pytest.approx(had)


def test_what_the_grader_takes_is_not_the_workers() -> None:
    """A worker that has nothing to do waits for the next request."""
    assert Reading(100.0, processor=1.0).since(Reading(0.0), asked=2.0) == pytest.approx(1.0)


class Machine:
    """A fake clock of a worker that gets one part in ``load`` of a processor, as long as it is its turn."""

    def __init__(self, load: float, busy: float = 1.0) -> None:
        self.load = load
        self.busy = busy
        self.now = Reading(0.0)

    def read(self) -> Reading:
        """The clocks now."""
        return self.now

    def run(self, seconds: float) -> None:
        """Let time pass on the wall."""
        had = seconds * self.busy / self.load
        self.now = Reading(
            self.now.wall + seconds, self.now.processor + had, self.now.delayed + seconds * self.busy * (1 - 1 / self.load)
        )


@pytest.mark.parametrize("load", [1.0, 4.0, 20.0])
@pytest.mark.parametrize(("limit", "needed", "over"), [(10.0, 9.0, False), (10.0, 11.0, True), (3.0, 2.9, False)])
def test_a_limit_is_the_same_whatever_the_load(
    monkeypatch: pytest.MonkeyPatch, load: float, limit: float, needed: float, over: bool
) -> None:
    """By the worker's own clock, in steps; the budget, too."""
    machine = Machine(load)
    monkeypatch.setattr(remote.time, "monotonic", lambda: machine.now.wall)
    deadline = remote._Deadline(machine, limit)  # type: ignore[arg-type]
    left = [1.0]
    with deadline.waiting():
        while machine.now.processor < needed and left[-1] > 0:
            machine.run(0.1 * load)
            left.append(deadline.left())
    assert (left[-1] <= 0) == over
    assert deadline.had() == pytest.approx(min(needed, machine.now.processor), abs=0.2)


def test_what_hangs_is_ended_by_the_wide_limit_and_is_not_certain(monkeypatch: pytest.MonkeyPatch) -> None:
    """It may be the machine that hangs."""
    machine = Machine(1.0, busy=0.0)
    monkeypatch.setattr(remote.time, "monotonic", lambda: machine.now.wall)
    deadline = remote._Deadline(machine, 10.0)  # type: ignore[arg-type]
    with deadline.waiting():
        machine.run(15.0)
        assert deadline.left() > 0
        machine.run(6.0)
        assert deadline.left() <= 0
    assert not deadline.computed()


class Starved(Machine):
    """A worker that computes without a pause, in slices: it runs for a moment, and waits long for the next one."""

    def __init__(self, slice_s: float, wait_s: float) -> None:
        super().__init__(1.0)
        self.slice, self.wait = slice_s, wait_s

    def read(self) -> Reading:
        """The kernel adds a wait when it is over."""
        rounds, rest = divmod(self.now.wall, self.wait + self.slice)
        computed = rounds * self.slice + max(0.0, rest - self.wait)
        return Reading(self.now.wall, computed, (rounds + (rest > self.wait)) * self.wait, ready=True)


@pytest.mark.parametrize("wait", [0.5, 8.0, 25.0])
def test_a_wait_that_is_not_over_is_no_sleep(monkeypatch: pytest.MonkeyPatch, wait: float) -> None:
    """A container with a small share of a busy machine waits for many seconds at once, and has computed next to nothing."""
    machine = Starved(0.5, wait)
    monkeypatch.setattr(remote.time, "monotonic", lambda: machine.now.wall)
    deadline = remote._Deadline(machine, 3.0)  # type: ignore[arg-type]
    with deadline.waiting():
        while machine.read().processor < 1.0:
            machine.now = Reading(machine.now.wall + 0.1)
            assert deadline.left() > 0
        while deadline.left() > 0:
            machine.now = Reading(machine.now.wall + 0.1)
    assert machine.now.wall == pytest.approx(min(6 * (wait + 0.5), remote.PATIENCE * 3.0), abs=0.3)
    assert deadline.computed() == (wait < 10)


def test_a_worker_that_sleeps_between_glances_gains_a_glance(monkeypatch: pytest.MonkeyPatch) -> None:
    """Being ready at the right moment helps it as long as it is."""
    machine = Machine(1.0, busy=0.0)
    monkeypatch.setattr(remote.time, "monotonic", lambda: machine.now.wall)
    deadline = remote._Deadline(machine, 3.0)  # type: ignore[arg-type]
    with deadline.waiting():
        machine.now = Reading(7.0, processor=0.1, ready=True)
        assert deadline.left() == remote._LOOK_AGAIN
        machine.now = Reading(7.1, processor=0.1)
        assert deadline.left() <= 0


def test_a_real_worker_has_clocks(warm_sandbox: ZygoteHost) -> None:
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


def test_what_workers_took_is_on_the_budget(warm_sandbox: ZygoteHost) -> None:
    """Of every session that has it; a clock tick of each may count for a neighbour."""
    budget = Budget()
    for _ in range(2):
        session = RemoteSession(warm_sandbox.spawn(), budget)
        session.limit(5.0)
        source = b"import time\ntime.sleep(0.2)"
        session.request({"op": "load", "files": {"m.py": source}, "expected": ["m"], "definitions_only": False})
        session.request({"op": "import", "module": "m", "seed": 0})
        session.close()
    assert budget.spent >= (0.4 - 2 / os.sysconf("SC_CLK_TCK")) * SLEEP


def test_a_paused_worker_does_nothing(warm_sandbox: ZygoteHost) -> None:
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
