"""Runs that are killed, disks that are full: nothing finished is lost, nothing is left behind, `--resume` finishes."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from grading_process import finish, results
from tiny_course import hand_in, pieces, right_answers, write_course

from autograder.results.run_log import read_run_log

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="walls and file systems of Linux")
CLASS = 6


@pytest.fixture
def course(tmp_path: Path) -> str:
    """A tiny course and a class of six."""
    (tmp_path / "tmp").mkdir()
    for number in range(CLASS):
        slow = pieces(double=f"2 * x + 0 * {number}") + "\n\nimport time\n\ntime.sleep(1)\n"  # or all are done too soon
        hand_in(tmp_path / "class" / f"s{number}", right_answers(pieces=slow))
    return write_course(tmp_path)


def start(name: str, root: Path, out: Path, *options: str) -> subprocess.Popen[str]:
    """Grade the class."""
    command = [sys.executable, "-m", "autograder", "grade", name, str(root / "class"), "--out", str(out), "--quiet"]
    command += ["--seed", "3", "--isolation", "best", "--format", "json", *options]
    variables = {**os.environ, "AUTOGRADER_COURSE": str(root), "TMPDIR": str(root / "tmp")}
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=variables)


def empty_soon(folder: Path) -> bool:
    """Whether a folder becomes empty while what was killed comes to its end."""
    for _ in range(2400):
        if not list(folder.iterdir()):
            return True
        time.sleep(0.05)
    return False


def test_a_run_that_is_killed_again_and_again(course: str, tmp_path: Path) -> None:
    """Before its first result, then after one or two more each time; the last run finishes what an undisturbed one has.

    With graders of their own (two jobs) and in the process itself (one job) by turns.
    """
    dice = random.Random(2)
    out = tmp_path / "out"
    process = start(course, tmp_path, out, "--jobs", "2", "--resume")
    while not (out / "run.jsonl").exists() and process.poll() is None:
        time.sleep(0.05)
    time.sleep(dice.uniform(0.0, 1.0))
    kill(process, tmp_path)
    for jobs in ("1", "2"):
        before = len(results(out))
        process = start(course, tmp_path, out, "--jobs", jobs, "--resume")
        while len(list(out.glob("s*.json"))) <= before and process.poll() is None:
            time.sleep(0.01)
        time.sleep(dice.uniform(0.0, 0.3))
        kill(process, tmp_path)
        assert len(results(out)) > before  # and every file is whole: it was read
    code, told = finish(start(course, tmp_path, out, "--jobs", "2", "--resume"))
    assert code == 0, told
    code, told = finish(start(course, tmp_path, tmp_path / "calm", "--jobs", "1"))
    assert code == 0, told
    assert results(out) == results(tmp_path / "calm")
    assert (out / "summary.csv").read_text() == (tmp_path / "calm" / "summary.csv").read_text()
    events = [line["event"] for line in read_run_log(out)]
    assert (events.count("started"), events.count("finished")) == (4, 1)
    assert events.count("graded") >= CLASS
    assert empty_soon(tmp_path / "tmp")


def kill(process: subprocess.Popen[str], root: Path) -> None:
    """Without warning; what it started ends by itself and leaves nothing."""
    process.send_signal(signal.SIGKILL)
    _, told = process.communicate()
    assert "autograder: " not in told
    left = list((root / "tmp").iterdir())
    if not any((folder / "zygote.log").exists() for folder in left):
        return  # it had started nothing yet that could remove its folder: the next run does
    assert empty_soon(root / "tmp"), left


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 KiB."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(place)], capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("only root may mount")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_disk_that_fills_up_loses_nothing(course: str, tmp_path: Path, small_disk: Path) -> None:
    """One clear line, results that are whole, and `--resume` goes on when there is room again."""
    (small_disk / "ballast").write_bytes(bytes(32 * 1024))
    out = small_disk / "out"
    code, told = finish(start(course, tmp_path, out, "--jobs", "1"))
    assert code == 2, told
    assert len(told.splitlines()) <= 2, told
    assert "No space left on device (free some space on that disk and run the command again with --resume)" in told
    kept = results(out)
    assert len(kept) < CLASS
    assert not list(out.glob(".writing-*"))
    (small_disk / "ballast").unlink()
    subprocess.run(["mount", "-o", "remount,size=8m", str(small_disk)], check=True)
    code, told = finish(start(course, tmp_path, out, "--jobs", "1", "--resume"))
    assert code == 0, told
    found = results(out)
    assert len(found) == CLASS
    assert {name: found[name] for name in kept} == kept


def test_a_read_only_disk_is_said_before_anything_is_graded(course: str, tmp_path: Path, small_disk: Path) -> None:
    """One clear line with the remedy."""
    (small_disk / "out").mkdir()
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    code, told = finish(start(course, tmp_path, small_disk / "out"))
    assert code == 2
    assert told.count("\n") == 1
    assert "Read-only file system (that file system is read-only: choose another folder with --out)" in told
