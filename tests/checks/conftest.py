"""The candidate of a module, from this process and from a locked worker."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import pytest

from autograder.checks.calls import Remote
from autograder.checks.candidate import Candidate
from autograder.runtime.module_space import ModuleSpace
from autograder.sandbox.zygote_host import ZygoteHost
from autograder.sessions.local import LocalSession
from autograder.sessions.remote import RemoteSession

Make = Callable[..., Candidate]

_numbers = itertools.count()


@pytest.fixture(params=["local", "isolated"])
def make(request: pytest.FixtureRequest) -> Iterator[Make]:
    """Return a function from source text to the candidate of module `main`, here and behind walls."""
    sessions: list[RemoteSession] = []

    def create(source: str, **siblings: str) -> Candidate:
        sources = {"main": source, **siblings}
        files = {f"{name}.py": ("import torch, numpy as np\n" + text).encode() for name, text in sources.items()}
        if request.param == "local":
            return Candidate(Remote(LocalSession(ModuleSpace(files, (), f"candidate_test_{next(_numbers)}."))), "main")
        sandbox: ZygoteHost = request.getfixturevalue("warm_sandbox")
        session = RemoteSession(sandbox.spawn())
        sessions.append(session)
        session.limit(20)
        session.request({"op": "load", "files": files, "expected": [], "definitions_only": False, "seed": 0})
        session.request({"op": "import", "module": "main", "seed": 0})
        return Candidate(Remote(session), "main")

    yield create
    for session in sessions:
        session.close()
