"""After a change of checks: only what it touches is graded again, and the marks are those of a whole grading."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
import typer
from shared_sandbox import Shared
from tiny_course import hand_in, pieces, right_answers, whole, write_course

from autograder.assessment import runner
from autograder.cluster import dask_run
from autograder.commands.results import regrade as command
from autograder.course.basis import Bases
from autograder.course.course import Course, open_course
from autograder.diagnosis import catalogue
from autograder.errors import UsageError
from autograder.grading import crew
from autograder.grading import grader as grading
from autograder.grading.class_run import ClassRun
from autograder.grading.options import GradeOptions
from autograder.grading.regrade_run import RegradeRun
from autograder.results.results_folder import earlier_results
from autograder.results.store import load_results
from autograder.sandbox.zygote_host import ZygoteHost

LAW = "assert_close(candidate.double(case.x), 2 * case.x)"


def forget() -> None:
    """What a new process would not know."""
    open_course.cache_clear()
    catalogue._CATALOGUES.clear()
    runner._STORE._drawn.clear()


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, warm_sandbox: ZygoteHost) -> Iterator[Path]:
    """A fresh tiny course around the working folder, and a class of four."""
    name = write_course(tmp_path)
    (tmp_path / "solutions" / name).rename(tmp_path / "solutions" / "tiny")
    monkeypatch.setenv("AUTOGRADER_COURSE", str(tmp_path))
    for place in (grading, crew):
        monkeypatch.setattr(place, "sandbox_for", lambda *args, **kwargs: Shared(warm_sandbox))
    hand_in(tmp_path / "class" / "ann")
    hand_in(tmp_path / "class" / "ben", right_answers(pieces=pieces(double="3 * x")))
    hand_in(tmp_path / "class" / "dee", right_answers(pieces=pieces(shift="2 * x"), whole=whole(scale="x")))
    (tmp_path / "class" / "eve.zip").write_bytes(b"no zip")
    forget()
    yield tmp_path
    forget()


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What was assessed, call by call."""
    calls: list[list[str]] = []
    original = grading.assess

    def spy(assignment: Any, exercises: Any, *rest: Any) -> Any:
        calls.append([one.key for one in exercises])
        return original(assignment, exercises, *rest)

    monkeypatch.setattr(grading, "assess", spy)
    return calls


def grade(root: Path, out: str, seed: int = 7) -> Path:
    """Grade the class in this process."""
    options = GradeOptions(seed=seed, isolation="best")
    ClassRun("tiny", options, root / out, frozenset({"json"}), quiet=True).grade([root / "class"], 1, resume=False)
    return root / out


def regrade(out: Path, *paths: Path) -> Any:
    """Grade again in this process."""
    forget()
    return RegradeRun(out, {}, quiet=True).regrade(paths, 1)


def change(root: Path, place: str, old: str, new: str) -> None:
    """Edit a file of the assignment."""
    path = root / "solutions" / "tiny" / place
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def told(folder: Path) -> dict[str, Any]:
    """Everything that results say but for how long they took."""
    found = {one.stem: json.loads(one.result.to_json()) for one in load_results(folder)[0]}
    return {stem: {key: value for key, value in one.items() if key != "duration_s"} for stem, one in found.items()}


def test_what_a_change_touches(root: Path, asked: list[list[str]]) -> None:
    """A changed check, and what builds on its exercise: a consequence that was forgiven may be one no longer."""
    out = grade(root, "results")
    before = told(out)
    change(root, "hidden/test_pieces.py", LAW, LAW.replace("2 * case.x", "3 * case.x"))
    asked.clear()
    moves = regrade(out)
    assert asked == [["pieces.double", "pieces.shift", "whole.total"]] * 3
    assert told(out) == told(grade(root, "whole"))
    assert {move.student for move in moves.moves} >= {"ann", "ben"}
    assert {move.student: move.points > 0 for move in moves.moves if move.points} == {"ann": False, "ben": True, "dee": False}
    assert {one.stem: one.result.score for one in earlier_results(out)} == {
        name: before[name]["score"] for name in before if before[name]["score"] != told(out)[name]["score"]
    }


def test_a_comment_touches_nothing(root: Path, asked: list[list[str]]) -> None:
    """The results are of the new version then, so that grading goes on from them, and there is no history."""
    out = grade(root, "results")
    before = told(out)
    change(root, "hidden/test_pieces.py", LAW, f"# twice\n    {LAW}")
    asked.clear()
    assert not regrade(out).moves
    after = told(out)
    assert asked == []
    assert {name: one["exercises"] for name, one in after.items()} == {name: one["exercises"] for name, one in before.items()}
    assert after["ann"]["grader_version"] != before["ann"]["grader_version"]
    assert not earlier_results(out)
    assert not regrade(out).moves


def test_changed_work_is_graded_whole(root: Path, asked: list[list[str]]) -> None:
    """And the attempt before it stays in the history."""
    out = grade(root, "results")
    hand_in(root / "class" / "ben")
    asked.clear()
    regrade(out)
    assert [len(one) for one in asked] == [5]
    assert [one.stem for one in earlier_results(out)] == ["ben"]
    assert told(out)["ben"]["score"] == told(out)["ann"]["score"]


def test_every_result_keeps_its_seed(root: Path) -> None:
    """Of a folder graded in parts."""
    out = grade(root, "results", seed=7)
    ben = json.loads((grade(root, "other", seed=8) / "ben.json").read_text())
    (out / "ben.json").write_text(json.dumps(ben))
    change(root, "visible/test_whole.py", "[3.0, 6.0]", "[3.0, 6.5]")
    regrade(out)
    assert {name: one["seed"] for name, one in told(out).items()} == {"ann": 7, "ben": 8, "dee": 7, "eve": 7}


@pytest.mark.parametrize("scheduler", ["tcp://127.0.0.1:8786", None])
def test_a_cluster_regrades_as_it_grades(root: Path, monkeypatch: pytest.MonkeyPatch, scheduler: str | None) -> None:
    """With ``--scheduler`` all work goes where `grade --scheduler` sends it, with what may be kept; marks are the same."""
    pytest.importorskip("distributed")
    sent: list[tuple[str, int]] = []

    def here(assignment: str, options: GradeOptions, course: Path, jobs: Any, where: Any) -> Iterator[Any]:
        sent.extend((where.address, len(job.earlier)) for job in jobs)
        yield from crew.grade_all(assignment, options, course, jobs, 1)

    monkeypatch.setattr(dask_run, "grade_on_cluster", here)
    out = grade(root, "results")
    change(root, "hidden/test_pieces.py", LAW, LAW.replace("2 * case.x", "3 * case.x"))
    forget()
    with pytest.raises(typer.Exit) as ended:
        command.run(out, jobs=1, scheduler=scheduler, quiet=True)
    assert ended.value.exit_code == 2  # one of the class cannot be read
    assert sent == ([(scheduler, 1)] * 4 if scheduler else [])
    assert told(out) == told(grade(root, "whole"))
    forget()
    with pytest.raises(UsageError, match="plain TCP to"):
        command.run(out, jobs=1, scheduler="tcp://192.0.2.1:8786", quiet=True)


def test_where_the_submissions_are(root: Path) -> None:
    """They may have moved; without them there is one line."""
    out = grade(root, "results")
    (root / "class").rename(root / "moved")
    with pytest.raises(UsageError, match="no longer there"):
        regrade(out)
    assert not regrade(out, root / "moved").moves
    (out / "run.jsonl").unlink()
    with pytest.raises(UsageError, match="does not say where"):
        regrade(out)
    with pytest.raises(UsageError, match="holds no results"):
        regrade(root / "moved")


@pytest.mark.parametrize(
    ("place", "old", "new", "touched"),
    [
        ("visible/test_whole.py", '"Scale", points=1', '"Scale", points=2', {"Scale"}),
        ("pieces.py", "return x + torch", "return 1 * x + torch", {"jitter", "total"}),
        ("misconceptions/pieces.py", "x = 0?", "x = 0 and 1?", {"double", "shift", "total"}),
        ("outline.md", "the input plus noise", "noise added", {"jitter", "total"}),
        ("hidden/test_pieces.py", "import torch\n", "import torch\n\nMORE = 1\n", {"double", "shift", "jitter", "total"}),
        ("outline.md", "Two files.", "Two files, then.", set()),
    ],
)
def test_whom_a_change_concerns(tmp_path: Path, place: str, old: str, new: str, touched: set[str]) -> None:
    """By exercise: statements of other exercises count only where they are used."""
    name = write_course(tmp_path)

    def bases() -> dict[str, str]:
        assignment = Course(tmp_path).described(name)
        made = Bases(Course(tmp_path), assignment)
        return {one.name: made.of(one) for one in assignment.exercises}

    before = bases()
    path = tmp_path / "solutions" / name / place
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))
    after = bases()
    assert {key for key in before if before[key] != after[key]} == touched


@pytest.mark.parametrize("told_of_its_end", [True, False], ids=["interrupted", "killed"])
def test_a_regrade_that_goes_on_lists_the_moves_of_both_runs(
    root: Path, monkeypatch: pytest.MonkeyPatch, told_of_its_end: bool
) -> None:
    """Whose marks move is asked of the change, not of the run that came to its end."""
    out = grade(root, "out")
    change(root, "hidden/test_pieces.py", LAW, LAW.replace("2 * case.x", "3 * case.x"))
    whole = regrade(grade_copy(root, out))
    original = crew.grade_one

    def interrupted(grader: Any, job: Any) -> Any:
        if job.path.name == "dee":
            raise KeyboardInterrupt
        return original(grader, job)

    with monkeypatch.context() as patched:
        patched.setattr(crew, "grade_one", interrupted)
        with pytest.raises(KeyboardInterrupt):
            regrade(out)
    if not told_of_its_end:
        log = out / "run.jsonl"
        log.write_text("".join(line for line in log.read_text().splitlines(keepends=True) if '"stopped"' not in line))
    again = regrade(out)
    assert [one.student for one in whole.moves] == [one.student for one in again.moves]
    assert [one.points for one in whole.moves] == [one.points for one in again.moves]
    assert {"ann", "dee"} <= {one.student for one in again.moves}
    assert not regrade(out).moves, "what has been listed at the end of a run is not listed again"


def grade_copy(root: Path, out: Path) -> Path:
    """The same results in a folder of their own."""
    copytree(out, root / "copy")
    return root / "copy"
