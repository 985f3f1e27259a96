"""A class on a cluster: the same results, workers that die, schedulers that go."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from cluster_process import RunningCluster, cluster
from grading_process import finish, results
from tiny_course import hand_in, pieces, right_answers, write_course

pytest.importorskip("distributed")
pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif(sys.platform != "linux", reason="graders are told apart in /proc"),
]

LETHAL = """
import multiprocessing, os, sys
if "autograder.cluster.grader_process" in getattr(sys.modules["__main__"], "__spec__", None).name:
    @check("double", points=1, title="kills its grader", kind="law")
    def test_double_lethal(candidate):
        '''Never fails.'''
        if (candidate.double(torch.ones(1)) == 13).all():
            os._exit(9)
"""


def grade(name: str, root: Path, out: str, *options: str) -> subprocess.Popen[str]:
    """Grade the class at ``root/class``."""
    command = [sys.executable, "-m", "autograder", "grade", name, str(root / "class"), "--out", str(root / out)]
    command += ["--seed", "3", "--isolation", "best", "--format", "json", *options]
    variables = {**os.environ, "AUTOGRADER_COURSE": str(root), "TMPDIR": str(root / "tmp")}
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=variables)


@pytest.fixture
def course(tmp_path: Path) -> str:
    """A tiny course with a class of right, wrong and unreadable work."""
    (tmp_path / "tmp").mkdir()
    name = write_course(tmp_path)
    hand_in(tmp_path / "class" / "ann")
    hand_in(tmp_path / "class" / "ben", right_answers(pieces=pieces(double="3 * x")))
    (tmp_path / "class" / "cem.zip").write_bytes(b"no zip")
    hand_in(tmp_path / "class" / "dee", right_answers(pieces=pieces(jitter="x")))
    return name


def test_results_are_those_of_a_local_run(course: str, tmp_path: Path) -> None:
    """Encrypted, byte for byte but for durations, with the walls of the worker's machine; nothing is left behind."""
    code, told = finish(grade(course, tmp_path, "here", "--jobs", "1"))
    assert code == 2, told
    folder = tmp_path / "tls"
    with cluster(tmp_path, "--workers", "2", "--tls", str(folder)) as running:
        assert running.address.startswith("tls://")
        code, told = finish(grade(course, tmp_path, "there", "--scheduler", running.address, "--tls", str(folder)))
        assert code == 2, told
        code, told = finish(grade(course, tmp_path, "stranger", "--scheduler", running.address.replace("tls", "tcp")))
        assert code == 2
        assert "no scheduler answers" in told
        assert told.count("\n") == 1, told
        assert not list((tmp_path / "stranger").glob("*.html")), "pages of nothing"
    assert results(tmp_path / "there") == results(tmp_path / "here")
    assert results(tmp_path / "there")["ann"]["isolation"]["layers"]
    assert (tmp_path / "there" / "summary.csv").read_text() == (tmp_path / "here" / "summary.csv").read_text()
    assert list((tmp_path / "tmp").iterdir()) == []


def test_a_submission_that_kills_its_graders_is_left_alone(course: str, tmp_path: Path) -> None:
    """The second death is its quarantine: a result for staff, without a mark. Everybody else is graded."""
    path = tmp_path / "solutions" / course / "hidden" / "test_pieces.py"
    path.write_text(path.read_text() + LETHAL)
    lethal = right_answers()["pieces.py"].replace(b"2 * x", b"2 * x + 11")
    hand_in(tmp_path / "class" / "aaa", {**right_answers(), "pieces.py": lethal})
    with cluster(tmp_path, "--workers", "1") as running:
        code, told = finish(grade(course, tmp_path, "out", "--scheduler", running.address))
    assert code == 3, told
    assert "aaa: the grader's process died 2 times over this submission" in told
    found = results(tmp_path / "out")
    assert found["aaa"]["status"] == "grader_error"
    assert [found[name]["status"] for name in ("ann", "ben", "dee")] == ["graded"] * 3


def test_workers_that_are_killed_cost_nothing(course: str, tmp_path: Path) -> None:
    """Neither a submission nor a mark, though every few seconds one dies without warning; and `--resume` has nothing to do."""
    for number in range(6):
        hand_in(tmp_path / "class" / f"e{number}", right_answers(pieces=pieces(double=f"2 * x + 0 * {number}")))
    finish(grade(course, tmp_path, "here"))
    with cluster(tmp_path, "--workers", "2") as running:
        process = grade(course, tmp_path, "there", "--scheduler", running.address)
        for _ in range(3):
            wait_for_result(tmp_path / "there", process)
            kill_one(running.workers())
            time.sleep(2)
        code, told = finish(process)
        assert code == 2, told
    assert results(tmp_path / "there") == results(tmp_path / "here")
    assert [str(path.relative_to(tmp_path)) for path in (tmp_path / "tmp").rglob("*")] == [], "nothing is left"


def test_a_scheduler_that_goes_is_said_in_one_line(course: str, tmp_path: Path) -> None:
    """What is finished is there, and a run without a scheduler finishes the rest."""
    for number in range(12):
        hand_in(tmp_path / "class" / f"e{number}", right_answers(pieces=pieces(double=f"2 * x + 0 * {number}")))
    with cluster(tmp_path, "--workers", "1") as running:
        process = grade(course, tmp_path, "out", "--scheduler", running.address)
        wait_for_result(tmp_path / "out", process)
        os.kill(running.process.pid, signal.SIGKILL)
        code, told = finish(process)
    assert code == 3
    assert told.splitlines()[-1] == (
        "autograder: --scheduler: the scheduler is gone (start it again and add --resume: what is finished is saved)"
    )
    assert "Traceback" not in told
    before = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "out").glob("*.json")}
    assert before
    code, told = finish(grade(course, tmp_path, "out", "--resume", "--jobs", "1"))
    assert code == 2, told
    assert len(results(tmp_path / "out")) == 16
    kept = {name for name, time_ in before.items() if (tmp_path / "out" / name).stat().st_mtime_ns == time_}
    assert kept >= set(before) - {"class.json"}


def kill_one(pids: list[int]) -> None:
    """Without warning."""
    if pids:
        os.kill(pids[0], signal.SIGKILL)


def wait_for_result(folder: Path, process: subprocess.Popen[str]) -> None:
    """Until there is one, or nothing more to come."""
    for _ in range(1200):
        if list(folder.glob("[a-z]*.json")) or process.poll() is not None:
            return
        time.sleep(0.1)
    raise AssertionError("no result appeared")


def test_graders_are_started_by_exec(course: str, tmp_path: Path) -> None:
    """A grader is a program of its own: it maps nothing of Dask, as a fork of the worker would."""
    with cluster(tmp_path, "--workers", "1") as running:
        process = grade(course, tmp_path, "out", "--scheduler", running.address)
        wait_for_result(tmp_path / "out", process)
        assert _modules(running)
        finish(process)


def _modules(running: RunningCluster) -> bool:
    (grader,) = running.graders()
    parent = Path(f"/proc/{grader}/stat").read_text().rpartition(")")[2].split()[1]
    assert int(parent) in running.workers()
    return True
