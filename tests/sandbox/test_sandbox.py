"""What workers have imported when they start, and what they answer with it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.course.assignment import Assignment
from autograder.course.course import open_course
from autograder.grading.grader import Grader
from autograder.grading.options import GradeOptions
from autograder.sandbox import profiles
from autograder.sandbox.worker import Worker
from autograder.sandbox.zygote_host import ZygoteHost
from autograder.sessions.remote import RemoteSession
from autograder.submission import Submission

ROOT = Path(__file__).resolve().parents[2]
PROBE = b"""
import sys

LIBRARIES = ("torch", "torch._dynamo", "scipy.stats", "matplotlib.pyplot", "torchvision")

def there():
    return {name: name in sys.modules for name in LIBRARIES}
"""

pytestmark = pytest.mark.skipif(
    not profiles.offers() or bool(profiles.offers()["pidfd"]), reason="workers are not forked on this system"
)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[ZygoteHost]:
    """Return a zygote of this module's own, because what they have imported matters here."""
    with ZygoteHost("best", hidden=[ROOT / "solutions"], groups=()) as sandbox:
        yield sandbox


def imported(worker: Worker) -> dict[str, bool]:
    """Which libraries are there in a fresh worker, without anybody asking for them."""
    session = RemoteSession(worker)
    files = {"files": {"probe.py": PROBE}, "expected": ["probe"], "definitions_only": False}
    target = {"target": ["module", "probe", "there"]}
    try:
        assert session.request({"op": "load", "seed": 0, **files}) == ["ok", None]
        _, found = session.request({"op": "answer", "quantities": {}, **target})
    finally:
        session.close()
    return found


def test_workers_have_torch_from_the_start(sandbox: ZygoteHost) -> None:
    """Nothing is imported that takes seconds."""
    assert imported(sandbox.spawn())["torch"]


def test_rare_libraries_come_when_asked_for(sandbox: ZygoteHost) -> None:
    """And stay from then on; nobody else's come with them."""
    assert not imported(sandbox.spawn())["scipy.stats"]
    assert imported(sandbox.spawn(groups=["science"]))["scipy.stats"]
    assert imported(sandbox.spawn())["scipy.stats"]
    assert not imported(sandbox.spawn())["torch._dynamo"]
    assert imported(sandbox.spawn(groups=["training"]))["torch._dynamo"]
    assert not imported(sandbox.spawn())["matplotlib.pyplot"]
    assert imported(sandbox.spawn(groups=["pictures", "science"]))["matplotlib.pyplot"]


def test_a_lease_hands_out_the_same_workers(sandbox: ZygoteHost) -> None:
    """Another process of the run shares the zygote."""
    lease = sandbox.lease()
    assert lease is not None
    with ZygoteHost.leased(lease) as leased:
        assert leased.profile == sandbox.profile
        assert imported(leased.spawn())["torch"]


@pytest.fixture(scope="module")
def vae() -> Assignment:
    """Return an assignment with short answers."""
    return open_course(ROOT).assignment("vae")


TORCH = b"\n\nimport torch as _t\n"


@pytest.mark.parametrize(
    ("extra", "wrong"),
    [
        (b"", set()),
        (TORCH + b"def kl_isotropic():\n    return lambda **q: _t.tensor(0.0)\n", {"kl_isotropic"}),
        (
            TORCH + b"_kl = kl_isotropic\ndef kl_isotropic():\n    f = _kl()\n"
            b"    return lambda **q: _t.tensor(f(**q), dtype=_t.float64)\n",
            set(),
        ),
    ],
)
def test_short_answers_may_be_tensors(vae: Assignment, extra: bytes, wrong: set[str]) -> None:
    """They count as numbers do; a wrong one counts as wrong."""
    files = vae.reference_files()
    files = {**files, "concepts.py": files["concepts.py"] + extra}
    names = tuple(exercise.key for exercise in vae.exercises if exercise.kind == "short_answer")
    with Grader("vae", GradeOptions(isolation="best", only=names), ROOT) as grader:
        result = grader.grade(Submission("mia", files, (), "0" * 64, None, {})).result
    assert result.status == "graded"
    assert {one.id.rpartition(".")[2] for one in result.exercises if one.status != "passed"} == wrong
