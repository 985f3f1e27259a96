"""Several graders at once: processes that die, interruptions, and nothing left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tiny_course import hand_in, right_answers, write_course

from autograder.grading import grader as grading
from autograder.grading import quarantine
from autograder.grading.crew import Crew, grade_all, start_server
from autograder.grading.jobs import Done, Job
from autograder.grading.options import GradeOptions
from autograder.grading.sandboxes import sandbox_for

LETHAL = """
import multiprocessing, os
if multiprocessing.parent_process() is not None:
    @check("double", points=1, title="kills its grader", kind="law")
    def test_double_lethal(candidate):
        '''Never fails.'''
        if (candidate.double(torch.ones(1)) == 13).all():
            os._exit(9)
"""


@pytest.fixture
def course(tmp_path: Path) -> str:
    """A tiny course with a check that kills its grader when a function returns 13."""
    name = write_course(tmp_path)
    path = tmp_path / "solutions" / name / "hidden" / "test_pieces.py"
    path.write_text(path.read_text() + LETHAL)
    return name


def test_a_grader_that_dies_takes_no_other_result_with_it(course: str, tmp_path: Path) -> None:
    """Everybody else is graded; the submission over which two died gets no mark, and a word to staff."""
    paths = [hand_in(tmp_path / "class" / f"s{number}") for number in range(3)]
    lethal = right_answers()["pieces.py"].replace(b"2 * x", b"2 * x + 11")
    paths.insert(1, hand_in(tmp_path / "class" / "lethal", {**right_answers(), "pieces.py": lethal}))
    jobs = [Job(path) for path in paths]
    done: list[Done] = list(grade_all(course, GradeOptions(isolation="best"), tmp_path, jobs, 2))
    results = {one.job.path.name: one.graded.result for one in done if one.graded}
    lost = results.pop("lethal")
    assert {name: result.score for name, result in results.items()} == {"s0": 18.0, "s1": 18.0, "s2": 18.0}
    assert (lost.status, lost.score, lost.max_score, lost.exercises) == ("grader_error", 0.0, 17.0, [])  # as the files say
    assert "died 2 times over this submission" in lost.message
    assert (lost.student, lost.grader_version) == ("lethal", results["s0"].grader_version)


SLOW = """import time


def double(x):
    time.sleep(0.7)
    return 2 * x
"""


@pytest.fixture
def slow_class(tmp_path: Path) -> tuple[str, Path]:
    """A course and a class that takes a while: quick submissions first, slow ones after them."""
    name = write_course(tmp_path)
    for number in range(2):
        hand_in(tmp_path / "class" / f"a{number}")
    for number in range(6):
        hand_in(tmp_path / "class" / f"b{number}", {**right_answers(), "pieces.py": SLOW.encode()})
    return name, tmp_path


def start(name: str, root: Path) -> subprocess.Popen[str]:
    """Grade the class in two processes, with temporary files in a folder of its own."""
    (root / "tmp").mkdir()
    command = [sys.executable, "-m", "autograder", "grade", name, str(root / "class"), "--out", str(root / "out")]
    command += ["--jobs", "2", "--isolation", "best", "--format", "json", "--time-limit", "60"]
    variables = {**os.environ, "AUTOGRADER_COURSE": str(root), "TMPDIR": str(root / "tmp"), "TEST_OF_POOL": str(root)}
    return subprocess.Popen(
        command, stderr=subprocess.PIPE, text=True, env=variables, start_new_session=True, preexec_fn=_as_from_a_terminal
    )


def _as_from_a_terminal() -> None:
    """A test run that was started in the background ignores Ctrl-C, and its children would inherit that."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def wait_for(condition: str, root: Path) -> None:
    """Wait until a file is there; bounded, and generously."""
    for _ in range(1200):
        if (root / condition).exists():
            return
        time.sleep(0.1)
    raise AssertionError(f"{condition} did not appear")


def strays(root: Path) -> list[str]:
    """Living processes that this grading started: those that carry its variable or its folder."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            text = (path / "environ").read_bytes() + (path / "cmdline").read_bytes()
            state = (path / "stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            continue
        if str(root).encode() in text and state != "Z" and int(path.name) != os.getpid():
            found.append(path.name)
    return found


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks for processes in /proc")
@pytest.mark.parametrize("how", ["Ctrl-C", "terminate"])
def test_an_interruption_keeps_results_and_leaves_nothing_behind(slow_class: tuple[str, Path], how: str) -> None:
    """Neither processes nor temporary folders; what is finished is there, summaries included."""
    name, root = slow_class
    process = start(name, root)
    try:
        wait_for("out/a0.json", root)
        if how == "Ctrl-C":  # a terminal tells the whole group
            os.killpg(process.pid, signal.SIGINT)
        else:
            process.terminate()
        _, told = process.communicate(timeout=300)
    finally:
        process.kill()
    assert process.returncode == 130
    assert told.count("autograder: interrupted") == 1
    assert "Traceback" not in told
    assert (root / "out" / "summary.csv").read_text().count("\n") >= 2
    assert len(list((root / "out").glob("b*.json"))) < 6
    for _ in range(1200):
        if not strays(root):
            break
        time.sleep(0.1)
    assert strays(root) == []
    assert list((root / "tmp").iterdir()) == []


def test_a_leased_grader_starts_no_zygote_of_its_own(course: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither after a failure nor when the lease has ended; what it cannot do, it says."""
    started: list[object] = []
    monkeypatch.setattr(grading, "sandbox_for", lambda *details: started.append(details))
    with sandbox_for(tmp_path / "solutions", "best", 1024) as sandbox:
        lease = sandbox.lease()
        if lease is None:
            pytest.skip("nothing is shared here")
        grader = grading.Grader(course, GradeOptions(isolation="best"), tmp_path, lease)
        submission = grader.read(hand_in(tmp_path / "class" / "one"))
        assert grader.grade(submission).result.status == "graded"
        sandbox.close()
        failed = grader.grade(submission).result
        assert (failed.status, grader.lost, started) == ("grader_error", True, [])
        assert failed.isolation.profile == sandbox.profile
        grader.close()
        assert grader.grade(submission).result.status == "grader_error"
        assert started == []


def test_a_class_goes_on_when_its_zygote_dies(course: str, tmp_path: Path) -> None:
    """The graders that lost it are replaced by others, which share a new one."""
    jobs = [Job(hand_in(tmp_path / "class" / f"s{number}")) for number in range(4)]
    start_server()
    with sandbox_for(tmp_path / "solutions", "best", 1024) as sandbox:
        if not sandbox.lease():
            pytest.skip("nothing is shared here")
        crew = Crew(course, GradeOptions(isolation="best"), tmp_path, sandbox, 2)
        try:
            sandbox.close()
            done = list(crew.work(jobs))
        finally:
            crew.stop()
    assert {one.job.path.name: one.graded.result.score for one in done if one.graded} == {f"s{n}": 18.0 for n in range(4)}


def test_a_fault_of_the_reader_concerns_one_submission(course: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No mark and a word to staff; the others are graded."""
    read = grading.read_submission

    def fails(path: Path, *more: object, **named: object) -> object:
        if path.name == "odd":
            raise RecursionError("a text of the student's")
        return read(path, *more, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(grading, "read_submission", fails)
    monkeypatch.setattr("autograder.grading.quarantine.read_submission", fails)
    jobs = [Job(hand_in(tmp_path / "class" / name)) for name in ("ann", "odd", "zoe")]
    done = list(grade_all(course, GradeOptions(isolation="best"), tmp_path, jobs, 1))
    results = {one.job.path.name: one.graded.result for one in done if one.graded}
    assert [results[name].score for name in ("ann", "odd", "zoe")] == [17.0, 0.0, 17.0]
    assert (results["odd"].status, results["odd"].student) == ("grader_error", "odd")
    assert "RecursionError" in results["odd"].message
    assert "text" not in results["odd"].message


def test_what_graders_died_of_is_not_read_where_results_are_written(
    course: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A submission that ends its readers would end the run with its quarantine; the result says all the same whose it is."""
    path = hand_in(tmp_path / "class" / "odd")
    expected = grading.read_submission(path, {"pieces.py", "concepts.py"}).sha256

    def ends_its_reader(*_: object, **__: object) -> None:
        raise KeyboardInterrupt("as a crash does, this ends whoever reads")

    monkeypatch.setattr(quarantine, "read_submission", ends_its_reader)
    result = quarantine.quarantined(course, GradeOptions(), tmp_path, Job(path)).result
    assert (result.status, result.student, result.submission_sha256) == ("grader_error", "odd", expected)
    monkeypatch.setattr(quarantine, "_SECONDS", 1e-3)
    result = quarantine.quarantined(course, GradeOptions(), tmp_path, Job(path)).result
    assert (result.status, result.student, result.submission_sha256) == ("grader_error", "odd", "")
