"""Nothing is forked while a second thread runs; one that is about to end is waited for."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROGRAM = """
import threading
from autograder.sandbox.zygote.preloading import lingering_threads
done = threading.Event()
timer = threading.Timer(600, print)
timer.name = "called off"
staying = threading.Thread(target=done.wait, name="stays")
timer.start()
{}
done.set()
timer.cancel()
"""


@pytest.mark.parametrize(
    ("steps", "told"),
    [
        ("print(lingering_threads(0.05))", "['called off']"),
        ("staying.start(); timer.cancel(); timer.join(); print(lingering_threads(0.5))", "['stays']"),
        ("threading.Timer(0.3, timer.cancel).start(); print(lingering_threads(60))", "[]"),
    ],
    ids=["one that runs", "one that stays", "one that ends a moment later"],
)
def test_threads_that_stay_are_named(steps: str, told: str) -> None:
    """In a process that has no others."""
    command = [sys.executable, "-c", PROGRAM.format(steps)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert (done.stdout.strip(), done.stderr) == (told, "")
