"""One submission in, one result out: hostile and broken files, reproducibility, failures of the grader itself."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tiny_course import hand_in, load_course, pieces, right_answers, whole, write_course

from autograder.course.assignment import Assignment
from autograder.course.course import open_course
from autograder.errors import GraderError, SpawnFailed, UsageError
from autograder.grading import grader as grading
from autograder.grading.grader import Grader
from autograder.grading.options import GradeOptions
from autograder.results.graded import Graded
from autograder.results.schema import ExerciseResult
from autograder.sandbox.zygote_host import ZygoteHost


@pytest.fixture(scope="module")
def grader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Grader]:
    """Return a grader of a tiny course."""
    root = tmp_path_factory.mktemp("grading")
    name = write_course(root)
    with Grader(name, GradeOptions(isolation="best", time_limit=2.0), root) as started:
        yield started


def graded(grader: Grader, folder: Path, files: dict[str, bytes]) -> Graded:
    """Write a submission and grade it."""
    return grader.grade(grader.read(hand_in(folder, files)))


def exercise(result: Graded, name: str) -> ExerciseResult:
    """One exercise of a result."""
    return next(one for one in result.result.exercises if one.id.endswith("." + name))


def test_right_answers(grader: Grader, tmp_path: Path) -> None:
    """Full marks, and everything that the schema promises."""
    result = graded(grader, tmp_path / "alice", right_answers()).result
    assert (result.status, result.student, result.score, result.max_score) == ("graded", "alice", 17.0, 17.0)
    assert result.isolation.layers
    assert result.grader_version == grader.version
    assert len(result.submission_sha256) == 64
    assert {check.status for one in result.exercises for check in one.checks} == {"passed"}


def comparable(result: Graded) -> dict[str, Any]:
    """A result without what may differ between runs."""
    return {**json.loads(result.result.to_json()), "duration_s": 0}


def test_the_same_seed_gives_the_same_result(grader: Grader, tmp_path: Path) -> None:
    """To the letter, whatever was graded in between."""
    files = right_answers(pieces=pieces(double="x ** 2 + torch.rand(1)", jitter="0 * x"), whole=whole(scale="x"))
    first = graded(grader, tmp_path / "bob", files)
    graded(grader, tmp_path / "eve", right_answers(pieces="import torch\ntorch.manual_seed(3)\n"))
    assert comparable(graded(grader, tmp_path / "bob", files)) == comparable(first)


PROGRAM = """
import json, sys
from pathlib import Path
from autograder.grading.grader import Grader
from autograder.grading.options import GradeOptions
import {extra}

with Grader(sys.argv[1], GradeOptions(isolation="best"), Path(sys.argv[2])) as grader:
    print(grader.grade(grader.read(Path(sys.argv[3]))).result.to_json())
"""


def test_another_process_gives_the_same_result(tmp_path: Path) -> None:
    """With other modules imported, another hash seed and another number of threads."""
    name = write_course(tmp_path / "course")
    files = right_answers(pieces=pieces(double="x ** 2 + 0.1 * torch.rand(1)", shift="x + by"))
    work = hand_in(tmp_path / "carol", files)
    results = []
    for extra, threads in (("decimal", "1"), ("sympy", "2")):
        command = [sys.executable, "-c", PROGRAM.format(extra=extra), name, str(tmp_path / "course"), str(work)]
        variables = {**os.environ, "OMP_NUM_THREADS": threads, "PYTHONHASHSEED": threads}
        done = subprocess.run(command, capture_output=True, text=True, check=True, env=variables)
        results.append({**json.loads(done.stdout), "duration_s": 0, "grader_version": ""})
    assert results[0] == results[1]


TOP_LEVEL = {
    "fails": "1 / 0",
    "exits": "raise SystemExit",
    "asks": "name = input()",
    "prints": "print('x' * 10**6)",
    "plots": "import matplotlib.pyplot as plt\nplt.plot([1]); plt.show()",
    "disturbs": "torch.set_default_dtype(torch.float64); torch.manual_seed(0); torch.set_grad_enabled(False)",
    "warns": "import warnings, logging\nwarnings.warn('x'); logging.error('x')",
    "missing library": "import wandb_not_installed",
}


@pytest.mark.parametrize("form", ["file", "notebook"])
@pytest.mark.parametrize("statement", TOP_LEVEL)
def test_leftover_statements_cost_nothing(grader: Grader, tmp_path: Path, statement: str, form: str) -> None:
    """At the end of a file, or in a cell of a notebook."""
    texts = {"pieces": pieces() + TOP_LEVEL[statement] + "\n", "whole": whole() + TOP_LEVEL[statement] + "\n"}
    if form == "file":
        files = {f"{name}.py": text.encode() for name, text in texts.items()}
    else:
        cells = [pieces(), TOP_LEVEL[statement], whole().replace("from pieces import jitter, shift", "")]
        listed = [{"cell_type": "code", "source": cell, "metadata": {}, "outputs": []} for cell in cells]
        notebook = {"cells": listed, "nbformat": 4, "nbformat_minor": 5, "metadata": {}}
        files = {"work.ipynb": json.dumps(notebook).encode()}
    result = graded(grader, tmp_path / "dan", files)
    assert result.result.score == 17.0
    skipped = any("skipped" in one.note for one in result.result.exercises)
    assert skipped == (statement in ("fails", "exits", "asks", "missing library"))


@pytest.mark.parametrize("statement", ["while True: pass", "import os; os._exit(1)"])
def test_a_file_that_does_not_end_or_ends_the_process_is_used_for_its_definitions(
    grader: Grader, tmp_path: Path, statement: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The note says so."""
    monkeypatch.setattr("autograder.sessions.subjects.LOAD_LIMIT", 2.0)
    result = graded(grader, tmp_path / "finn", right_answers(pieces=pieces() + statement + "\n"))
    assert result.result.score == 17.0
    assert "only its functions and classes were used" in exercise(result, "double").note


@pytest.mark.parametrize(
    ("double", "status"),
    [
        ("[None for _ in iter(int, 1)]", "timeout"),
        ("__import__('os')._exit(0)", "crashed"),
        ("__import__('os').abort()", "crashed"),
        ("__import__('time').sleep(60)", "timeout"),
    ],
)
def test_a_function_that_hangs_or_dies_costs_its_own_points(grader: Grader, tmp_path: Path, double: str, status: str) -> None:
    """The others go on in fresh workers, with a correct version of it where they need one."""
    files = right_answers(pieces=pieces(double=f"2 * x if x is None else {double}", shift="2 * x + by"))
    result = graded(grader, tmp_path / "gina", files)
    assert exercise(result, "double").status == status
    assert result.result.score == 13.0
    checks = exercise(result, "double").checks
    assert {(check.visibility, check.status) for check in checks} == {("visible", status), ("hidden", "error")}


def test_a_syntax_error_is_named_with_its_line(grader: Grader, tmp_path: Path) -> None:
    """Beside every exercise of that file, and no points are lost elsewhere."""
    result = graded(grader, tmp_path / "hugo", right_answers(pieces="def double(x):\n    return 2 * (x\n"))
    assert "syntax error: line 2" in exercise(result, "double").note
    assert exercise(result, "jitter").status == "error"
    assert exercise(result, "total").score == 5.0


def test_unreadable_submissions_get_a_result(grader: Grader, tmp_path: Path) -> None:
    """Score 0, the reason, and no exercises."""
    (tmp_path / "ida.zip").write_bytes(b"no zip")
    (tmp_path / "jon").mkdir()
    for path in (tmp_path / "ida.zip", tmp_path / "jon"):
        result = grader.grade(grader.read(path)).result
        assert (result.status, result.score, result.max_score, result.exercises) == ("unreadable", 0.0, 17.0, [])
        assert result.message


def test_hidden_inputs_and_values_stay_hidden(grader: Grader, tmp_path: Path) -> None:
    """A function that puts its arguments into messages, names and warnings shows them in visible checks at most."""
    spill = """
def double(x):
    raise type(f"E{abs(hash(str(x)))}", (Exception,), {})(f"arguments: {x.tolist()}")
"""
    text = pieces().replace("def double(x):\n    return 2 * x\n", spill)
    result = graded(grader, tmp_path / "kim", right_answers(pieces=text))
    for check in exercise(result, "double").checks:
        assert check.status == "error"
        assert ("arguments" in check.message) == (check.visibility == "visible")
        assert check.example == {}


def test_only_some_exercises(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, warm_sandbox: ZygoteHost) -> None:
    """Those asked for; unknown ones are a usage error."""
    monkeypatch.setattr(grading, "sandbox_for", lambda *args, **kwargs: Unlucky(warm_sandbox, 0))
    name = write_course(tmp_path)
    with Grader(name, GradeOptions(only=("shift", "whole.Scale")), tmp_path) as grader:
        result = graded(grader, tmp_path / "lea", right_answers()).result
    assert [one.id.split(".")[-1] for one in result.exercises] == ["shift", "Scale"]
    assert (result.score, result.max_score) == (6.0, 6.0)
    with pytest.raises(UsageError):
        Grader(name, GradeOptions(only=("nothing",)), tmp_path)


class Unlucky:
    """A zygote whose workers do not come up a few times."""

    profile, layers = "S0", ["none"]

    def __init__(self, inner: ZygoteHost, failures: int) -> None:
        self.inner = inner
        self.failures = failures
        self.closed = 0

    def __enter__(self) -> Unlucky:
        """Nothing to start."""
        return self

    def wait_until_ready(self) -> None:
        """Ready."""

    def spawn(self, **options: Any) -> Any:
        """Fail, or hand on."""
        self.failures -= 1
        if self.failures >= 0:
            raise SpawnFailed("no worker", "zygote")
        return self.inner.spawn(**options)

    def close(self) -> None:
        """Count."""
        self.closed += 1


@pytest.mark.parametrize(("failures", "status", "score"), [(1, "graded", 17.0), (99, "grader_error", 0.0)])
def test_failures_of_the_grader_are_tried_again_and_never_marked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, warm_sandbox: ZygoteHost, failures: int, status: str, score: float
) -> None:
    """One that passes costs nothing; one that stays is said to cost no points."""
    unlucky = Unlucky(warm_sandbox, failures)
    monkeypatch.setattr(grading, "sandbox_for", lambda *args, **kwargs: unlucky)
    grader = Grader(write_course(tmp_path), GradeOptions(), tmp_path)
    result = graded(grader, tmp_path / "mia", right_answers()).result
    assert (result.status, result.score) == (status, score)
    assert ("costs no points" in result.message) == (status == "grader_error")
    assert unlucky.closed >= 1


def test_a_mistake_in_a_check_is_the_graders_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, warm_sandbox: ZygoteHost
) -> None:
    """No student pays for it."""
    monkeypatch.setattr(grading, "sandbox_for", lambda *args, **kwargs: Unlucky(warm_sandbox, 0))
    name = write_course(tmp_path)
    path = tmp_path / "solutions" / name / "hidden" / "test_pieces.py"
    call = "    seen = candidate.double"
    path.write_text(path.read_text().replace(call, "    nothing = [][1]\n" + call))
    grader = Grader(name, GradeOptions(), tmp_path)
    result = graded(grader, tmp_path / "noa", right_answers()).result
    assert result.status == "grader_error"
    assert "check itself failed" in result.message


def test_figures_belong_to_failed_visible_checks(tmp_path: Path, grader: Grader) -> None:
    """Their paths are noted in the check and hold the student's place."""
    result = graded(grader, tmp_path / "ole", right_answers(pieces=pieces(double="3 * x")))
    noted = {check.figure for one in result.result.exercises for check in one.checks if check.figure}
    assert len(noted) == 1
    assert noted == set(result.figures)
    assert all("/" not in path and path.endswith(".svg") for path in noted)


def test_unknown_assignments(tmp_path: Path) -> None:
    """A usage error with a suggestion."""
    write_course(tmp_path, "tinyunknown")
    with pytest.raises(UsageError, match="tinyunknown"):
        Grader("tinyunknwn", GradeOptions(), tmp_path)
    with pytest.raises(GraderError):
        load_course_without_reference(tmp_path / "other")


def load_course_without_reference(root: Path) -> Assignment:
    """A course whose outline names a file that is not there."""
    assignment = load_course(root)
    (assignment.folder / "whole.py").unlink()
    open_course.cache_clear()
    return open_course(root).assignment(assignment.name)
