"""Workers that are lost: by hanging, dying, flooding, or answering in another form than agreed."""

from __future__ import annotations

from typing import Any

import pytest

from autograder.checks.calls import Remote
from autograder.checks.candidate import Candidate
from autograder.sandbox.zygote_host import ZygoteHost
from autograder.sessions.remote import RemoteSession
from autograder.sessions.replies import MalformedReply, WorkerLost, checked_replies

LOSSES = {
    "hangs": ("while True: pass", "timeout"),
    "sleeps": ("__import__('time').sleep(100)", "timeout"),
    "exits": ("__import__('os')._exit(3)", "crashed"),
    "aborts": ("__import__('os').abort()", "crashed"),
    "recurses in C": ("__import__('ctypes').string_at(0)", "crashed"),
    "floods": ("[print('x' * 10**6) for _ in range(40)]", "crashed"),
    "asks too often": ("[g() for _ in range(30_000)]", "crashed"),
}


@pytest.mark.parametrize("case", LOSSES)
def test_a_worker_is_lost(warm_sandbox: ZygoteHost, case: str) -> None:
    """By hanging, dying, flooding; every later request says so at once."""
    statement, status = LOSSES[case]
    session = RemoteSession(warm_sandbox.spawn())
    files = {"main.py": f"def f(g):\n    {statement}\n".encode()}
    session.request({"op": "load", "files": files, "expected": [], "definitions_only": False})
    candidate = Candidate(Remote(session), "main")
    session.limit(1.0 if status == "timeout" else 30.0)
    for _ in range(2):
        with pytest.raises(WorkerLost) as caught:
            candidate.f(lambda: 1)
        assert caught.value.status == status
    session.close()


@pytest.mark.parametrize(
    "reply",
    [None, [], [1], [["ok"]], [["ok", 1, 2]], [["error", "E"]], [["error", 1, 2, 3, 4]], [["no", 1]], {}],
)
def test_malformed_replies_end_the_worker(reply: Any) -> None:
    """A worker that answers in another form than agreed is of no further use."""
    with pytest.raises(MalformedReply):
        checked_replies(reply, [{"op": "call"}])


@pytest.mark.parametrize("said", [None, 5, ["x"] * 21, ["x" * 2001], [5], {}])
def test_malformed_complaints_end_the_worker(said: Any) -> None:
    """What loading complained about stands in the result: a short list of short texts, or nothing is believed."""
    assert checked_replies([["ok", ["cell 3: no"]]], [{"op": "import"}]) == [["ok", ["cell 3: no"]]]
    with pytest.raises(MalformedReply):
        checked_replies([["ok", said]], [{"op": "import"}])
