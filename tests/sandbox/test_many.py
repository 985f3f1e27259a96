"""Many workers alive at once, as when all of one submission's wait for their checks; and users without privileges."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable
from typing import Any

import pytest
from obedient_worker import OBEDIENT, ask, run_program

from autograder.sandbox.walls import process_limits
from autograder.sandbox.zygote_host import ZygoteHost

_MANY = 100

_THREADS = """
import threading, time
held = threading.Event()
started = 0
try:
    for _ in range(60):
        threading.Thread(target=held.wait, daemon=True).start(); started += 1
except RuntimeError: pass
result = started
"""


def test_a_hundred_workers_live_together(zygote_of: Callable[[str], ZygoteHost]) -> None:
    """Each answers, each has a uid of its own, and what the grader holds for them is given back."""
    zygote = zygote_of("S3")
    with contextlib.ExitStack() as stack:
        workers = [stack.enter_context(zygote.spawn()) for _ in range(_MANY)]
        assert [ask(worker, f"result = {n}") for n, worker in enumerate(workers)] == list(range(_MANY))
        if os.getuid() == 0:
            assert len({worker.report["uid"] for worker in workers}) == _MANY
        assert ask(workers[-1], _THREADS) == 60
    with zygote.spawn() as worker:
        assert ask(worker, "result = 1") == 1


def test_the_uid_of_a_living_worker_is_not_given_again(zygote_of: Callable[[str], ZygoteHost]) -> None:
    """However many have come and gone meanwhile."""
    if os.getuid() != 0:
        pytest.skip("needs root")
    with ZygoteHost("full", entry=OBEDIENT, spare=False) as zygote, zygote.spawn() as first:
        seen = set()
        for _ in range(process_limits.UIDS_PER_ZYGOTE + 2):
            with zygote.spawn() as other:
                seen.add(other.report["uid"])
    assert len(seen) > 100
    assert first.report["uid"] not in seen


_PROGRAM = """
import contextlib, json, sys
sys.path[:0] = {paths!r}
sys.path.insert(0, {tests!r})
from obedient_worker import ask
from autograder.sandbox import profiles
from autograder.sandbox.zygote_host import ZygoteHost
found = {{"best": profiles.available_profile()}}
with ZygoteHost("best", entry={entry!r}) as zygote, contextlib.ExitStack() as stack:
    workers = [stack.enter_context(zygote.spawn()) for _ in range(6)]
    found["profile"] = zygote.profile
    found["threads"] = [ask(worker, {threads!r}) for worker in workers]
print(json.dumps(found))
"""


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="needs root to become a plain user")
@pytest.mark.parametrize("refuse", [(), ("unshare",)])
def test_workers_of_a_plain_user_leave_room_for_each_other(refuse: tuple[str, ...], plain_user: dict[str, Any]) -> None:
    """One that starts all the threads it may does not keep the next from starting its own."""
    python = plain_user.pop("python")
    found = run_program(_PROGRAM, python, refuse, threads=_THREADS, **plain_user)
    if found["best"] < "S2":
        pytest.skip(f"a plain user gets {found['best']} here")
    assert found["profile"] == ("S2" if refuse else found["best"])
    assert found["threads"] == [60] * 6
