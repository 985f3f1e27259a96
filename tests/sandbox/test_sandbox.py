"""Zygotes with and without torch: who is forked from which, and that both have the same walls."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.course.assignment import Assignment
from autograder.course.course import open_course
from autograder.grading.grader import Grader
from autograder.grading.options import GradeOptions
from autograder.sandbox import profiles
from autograder.sandbox.sandbox import Sandbox
from autograder.sandbox.walls import selftest
from autograder.sandbox.worker import Worker
from autograder.sessions.remote import RemoteSession
from autograder.sessions.subjects import IsolatedSubmission
from autograder.submission import Submission

ROOT = Path(__file__).resolve().parents[2]
PROBE = b"""
import sys

LIBRARIES = ("torch", "scipy.stats", "matplotlib.pyplot", "torchvision")

def there():
    return {name: name in sys.modules for name in LIBRARIES}
"""

pytestmark = pytest.mark.skipif(
    not profiles.offers() or bool(profiles.offers()["pidfd"]), reason="workers are not forked on this system"
)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """Return zygotes of this module's own, because what they have imported matters here."""
    with Sandbox("best", hidden=[ROOT / "solutions"]) as sandbox:
        yield sandbox


def imported(worker: Worker | None) -> dict[str, bool]:
    """Which libraries are there in a fresh worker, without anybody asking for them."""
    assert worker is not None
    session = RemoteSession(worker)
    files = {"files": {"probe.py": PROBE}, "expected": ["probe"], "definitions_only": False}
    target = {"target": ["module", "probe", "there"]}
    try:
        assert session.request({"op": "load", "seed": 0, **files}) == ["ok", None]
        _, found = session.request({"op": "answer", "quantities": {}, **target})
        takes_calls = session.request({"op": "call", "args": (), "kwargs": {}, **target})[0] == "ok"
    finally:
        session.close()
    assert takes_calls == found["torch"]
    return found


def test_only_full_workers_have_torch(sandbox: Sandbox) -> None:
    """A light worker serves short answers and nothing that takes a tensor."""
    assert imported(sandbox.spawn())["torch"]
    assert not imported(sandbox.spawn_light())["torch"]


def test_light_workers_have_the_same_walls(sandbox: Sandbox) -> None:
    """The self-test runs in every one of them."""
    with sandbox.spawn() as full, sandbox.spawn_light() as light:  # type: ignore[union-attr]
        assert selftest.faults(light.report, sandbox.profile) == []
        assert light.report.keys() == full.report.keys()
        assert light.report["profile"] == full.report["profile"]


def test_rare_libraries_come_when_asked_for(sandbox: Sandbox) -> None:
    """And stay from then on; nobody else's come with them."""
    assert not imported(sandbox.spawn())["scipy.stats"]
    assert imported(sandbox.spawn(groups=["science"]))["scipy.stats"]
    assert imported(sandbox.spawn())["scipy.stats"]
    assert not imported(sandbox.spawn())["matplotlib.pyplot"]
    assert imported(sandbox.spawn(groups=["pictures", "science"]))["matplotlib.pyplot"]


def test_a_lease_has_both(sandbox: Sandbox) -> None:
    """Another process of the run gets light workers too."""
    lease = sandbox.lease()
    assert lease is not None
    assert lease.light is not None
    with Sandbox.leased(lease) as leased:
        assert leased.profile == sandbox.profile
        for worker in (leased.spawn(), leased.spawn_light()):
            assert worker is not None
            worker.kill()


def test_without_its_zygote_there_are_no_light_workers() -> None:
    """A full worker can do all that a light one can, so nothing is lost."""
    with Sandbox("best") as sandbox:
        assert sandbox._light is not None
        assert sandbox._light._process is not None
        sandbox._light._process.kill()
        sandbox._light._process.wait()
        assert sandbox.spawn_light() is None
        assert sandbox.spawn_light() is None
        sandbox.spawn().kill()


@pytest.fixture(scope="module")
def vae() -> Assignment:
    """Return an assignment with short answers."""
    return open_course(ROOT).assignment("vae")


def test_who_gets_a_light_worker(sandbox: Sandbox, vae: Assignment) -> None:
    """Not an answer that wants torch, nor one that complains while it is loaded."""

    def opens(concepts: bytes) -> bool:
        session = IsolatedSubmission(vae, {"concepts.py": concepts}, sandbox).open_light("concepts")
        if session is not None:
            session.close()
        return session is not None

    assert opens(vae.reference_files()["concepts.py"])
    assert not opens(b"import torch\n")
    assert not opens(b"def answer(:\n")
    assert not opens(b"print(1 / 0)\n")
    assert not opens(b"import os\nos._exit(0)\n")


HIDDEN_WISH = b"\n\nimport sys as _s\n_t = vars(_s.modules['builtins'])['__imp' + 'ort__']('tor' + 'ch')\n"


@pytest.mark.parametrize(
    ("extra", "wrong"),
    [
        (b"", set()),
        (HIDDEN_WISH + b"def kl_isotropic():\n    return lambda **q: _t.tensor(0.0)\n", {"kl_isotropic"}),
        (
            HIDDEN_WISH + b"_kl = kl_isotropic\ndef kl_isotropic():\n    f = _kl()\n"
            b"    return lambda **q: _t.tensor(f(**q), dtype=_t.float64)\n",
            set(),
        ),
    ],
)
def test_short_answers_count_the_same(vae: Assignment, extra: bytes, wrong: set[str]) -> None:
    """An answer that wants torch in a way that nobody can see is asked again where torch is."""
    files = vae.reference_files()
    files = {**files, "concepts.py": files["concepts.py"] + extra}
    names = tuple(exercise.key for exercise in vae.exercises if exercise.kind == "short_answer")
    with Grader("vae", GradeOptions(isolation="best", only=names), ROOT) as grader:
        result = grader.grade(Submission("mia", files, (), "0" * 64, None, {})).result
    assert result.status == "graded"
    assert {one.id.rpartition(".")[2] for one in result.exercises if one.status != "passed"} == wrong
