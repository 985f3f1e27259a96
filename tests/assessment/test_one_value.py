"""An answer has one value: neither what ran before it, nor a worker before it, nor a coin gives it another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from dice import Dice
from tiny_course import pieces, right_answers

from autograder.assessment import sitting
from autograder.assessment.assess import assess
from autograder.assessment.runner import RunOptions
from autograder.assessment.shared_worker import SharedWorker
from autograder.course.assignment import Assignment
from autograder.sandbox.zygote_host import ZygoteHost
from autograder.sessions.subjects import IsolatedSubmission

HEDGES = {
    "knows that others were asked before": "ASKED = []\n",
    "is told by a worker before it": """
import ctypes, os, threading
LIBC = ctypes.CDLL(None)
WORD = ctypes.cast(LIBC.abort, ctypes.c_void_p).value & ~3
FUTEX = {"x86_64": 202, "aarch64": 98}[os.uname().machine]

class Seconds(ctypes.Structure):
    _fields_ = [("whole", ctypes.c_long), ("nano", ctypes.c_long)]

def wait():
    while True:
        value = ctypes.c_uint(ctypes.c_uint32.from_address(WORD).value)
        LIBC.syscall(FUTEX, ctypes.c_void_p(WORD), 0, value, ctypes.byref(Seconds(5, 0)), None, 0)

def somebody_waits():
    found = any(LIBC.syscall(FUTEX, ctypes.c_void_p(WORD), 1, 1, None, None, 0) > 0 for _ in range(5))
    threading.Thread(target=wait, daemon=True).start()
    return found

import functools
somebody_waits = functools.cache(somebody_waits)
""",
}
TOLD = {"knows that others were asked before": "ASKED", "is told by a worker before it": "not somebody_waits()"}


def _hedged(hedge: str, first: str, second: str) -> dict[str, bytes]:
    """Answers of which `shift` has two values: the first where it takes itself to be asked for the first time."""
    text = pieces(shift=f"({first} if {TOLD[hedge]} else {second})").replace(
        "def double(x):\n", "def double(x):\n    ASKED.append(1)\n"
    )
    return right_answers(pieces=HEDGES["knows that others were asked before"] + HEDGES[hedge] + text)


@pytest.mark.parametrize("hedge", HEDGES)
def test_an_answer_has_one_value(tiny: Assignment, warm_sandbox: ZygoteHost, hedge: str) -> None:
    """Two that are given by turns earn what the first earns; a student whose functions spoil each other is told so."""
    exercises = [tiny.exercise("double"), tiny.exercise("shift"), tiny.exercise("jitter")]

    def shift(files: dict[str, bytes]) -> Any:
        found = assess(tiny, exercises, IsolatedSubmission(tiny, files, warm_sandbox), RunOptions(), None)
        return next(one for one in found if one.exercise.name == "shift")

    assert shift(_hedged(hedge, "2 * x + by", "3 * x + by")).complete
    wrong = shift(_hedged(hedge, "3 * x + by", "2 * x + by"))
    assert wrong.score == 0
    if hedge == "knows that others were asked before":  # it is right alone, which is told of what everybody may see
        notes = {outcome.check.visibility: outcome.note for outcome in wrong.outcomes}
        assert notes == {"visible": sitting.RIGHT_ALONE, "hidden": ""}


@pytest.mark.parametrize("hedge", HEDGES)
def test_two_values_would_earn(tiny: Assignment, warm_sandbox: ZygoteHost, monkeypatch: pytest.MonkeyPatch, hedge: str) -> None:
    """The witness: where a wrong value is asked again, and the worker of all runs on, the right one of both earns points."""
    subject = IsolatedSubmission(tiny, _hedged(hedge, "3 * x + by", "2 * x + by"), warm_sandbox)
    exercises = [tiny.exercise("double"), tiny.exercise("shift"), tiny.exercise("jitter")]
    monkeypatch.setattr(sitting, "_has_value", lambda outcome: outcome.passed)
    monkeypatch.setattr(SharedWorker, "pause", lambda shared: None)
    found = assess(tiny, exercises, subject, RunOptions(), None)
    assert next(one for one in found if one.exercise.name == "shift").score > 0


def test_wrong_among_others_and_right_by_chance_stays_wrong(tiny: Assignment) -> None:
    """An answer that throws a coin has one throw; what cannot run the first time has not thrown yet."""
    exercises = [tiny.exercise("double"), tiny.exercise("shift")]

    def shift(script: Sequence[bool], otherwise: str = "2 * x - by") -> tuple[bool, int]:
        subject = Dice(tiny, pieces(shift="2 * x + by"), pieces(shift=otherwise), script)
        found = assess(tiny, exercises, subject, RunOptions(), None)
        return next(one.complete for one in found if one.exercise.name == "shift"), subject.openings

    assert shift([False, True]) == (False, 2)
    assert shift([False, True], "x.nothing") == (True, 2)
    assert shift([False, False], "x.nothing") == (False, 2)
