"""Limits of a student's own run: endless loops and signals end what they must, and nothing else."""

from __future__ import annotations

import functools
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from student.printed import said
from tiny_course import pieces

from autograder.assessment.runner import RunOptions
from autograder.student.check_work import check_folder
from autograder.student.limits import limited, time_left

LOOPS = {
    "plain": "while True: pass",
    "catches everything": "\n    while True:\n        try:\n            while True: pass\n        except: pass",
    "catches everything within what catches everything": """
    while True:
        try:
            while True:
                try:
                    for n in range(9): by += 1
                except:
                    continue
        except BaseException as error:
            by = 0""",
    "sleeps": "__import__('time').sleep(1000)",
}


@pytest.mark.parametrize("loop", LOOPS)
def test_an_endless_loop_is_stopped(
    work: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, loop: str
) -> None:
    """Each once, with the line; the other exercises are checked all the same."""
    monkeypatch.setattr(RunOptions, "__init__", functools.partialmethod(RunOptions.__init__, time_limit=0.3))
    (work / "pieces.py").write_text(pieces().replace("return double(x) + by", LOOPS[loop]))
    assert not check_folder(work)
    text = said(capsys)
    assert "stopped after 0.3 s in pieces.py, line" in text
    assert "✓ pieces.double" in text


def test_loading_that_does_not_end_costs_the_statement_only(
    work: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when it is graded."""
    monkeypatch.setattr("autograder.student.own_files.LOAD_SECONDS", 0.3)
    (work / "pieces.py").write_text(pieces() + "\nwhile True: pass\n")
    assert check_folder(work)
    assert "Only its functions and classes are used" in said(capsys)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_end_the_program_at_once(work: Path, number: int) -> None:
    """Whatever the student's code makes of exceptions; nothing is blamed on it."""
    ready = work / "ready"
    (work / "pieces.py").write_text(
        pieces().replace("return double(x) + by", f"open({str(ready)!r}, 'w').close()\n    {LOOPS['catches everything']}")
    )
    program = "from autograder.cli import main; main(['check', '.'])"
    with subprocess.Popen([sys.executable, "-c", program], cwd=work, stdout=-1, stderr=-1, text=True) as process:
        while not ready.exists() and process.poll() is None:
            time.sleep(0.05)
        process.send_signal(number)
        out, err = process.communicate(timeout=300)
    assert process.returncode == 128 + number
    assert "KeyboardInterrupt" not in out
    assert err == "autograder: interrupted\n"


@pytest.mark.parametrize(
    ("seconds", "computed", "passed", "left"),
    [
        (10.0, 2.0, 2.0, 8.0),  # computes
        (10.0, 0.1, 50.0, 9.9),  # waits for a processor, or for its threads
        (10.0, 0.1, 59.0, 1.0),  # waits for ever
        (10.0, 10.0, 10.0, 0.0),
        (10.0, 0.0, 60.0, 0.0),
    ],
)
def test_what_counts_is_what_is_computed(seconds: float, computed: float, passed: float, left: float) -> None:
    """With a wide limit on the clock."""
    assert time_left(seconds, computed, passed) == pytest.approx(left)


def test_work_outside_the_main_thread_is_not_limited() -> None:
    """Nothing breaks where signals cannot be had."""
    answers: list[int] = []
    thread = threading.Thread(target=lambda: answers.append(limited(lambda: 5, 0.1)))
    thread.start()
    thread.join()
    assert answers == [5]
