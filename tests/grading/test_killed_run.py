"""A grading run that is killed outright takes everything with it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from process_tree import descendants

ROOT = Path(__file__).resolve().parents[2]


def alive(process: int) -> bool:
    """Whether a process still runs; one that waits to be collected does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


@pytest.mark.skipif(sys.platform != "linux", reason="graders are forked from a server on Linux only")
def test_nothing_survives_a_killed_run(tmp_path: Path) -> None:
    """Neither graders nor zygotes nor workers go on when the process that writes the results is gone."""
    subprocess.run([sys.executable, "tools/build_demo.py", str(tmp_path / "class")], cwd=ROOT, check=True)
    command = [sys.executable, "-m", "autograder", "grade", "warmup", str(tmp_path / "class" / "warmup"), "--jobs", "2"]
    with (tmp_path / "log").open("wb") as log:
        run = subprocess.Popen([*command, "--out", str(tmp_path / "out")], cwd=ROOT, stdout=log, stderr=log)
        started = set()
        for _ in range(3000):
            started |= descendants(run.pid)
            if list((tmp_path / "out").glob("*.json")) or run.poll() is not None:
                break
            time.sleep(0.1)
        started |= descendants(run.pid)
        run.send_signal(signal.SIGKILL)
        run.wait()
    assert started, (tmp_path / "log").read_text()
    for _ in range(1200):
        if not any(map(alive, started)):
            break
        time.sleep(0.1)
    left = [process for process in started if alive(process)]
    for process in left:
        os.kill(process, signal.SIGKILL)
    assert not left
