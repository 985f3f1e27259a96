"""The command line: exit codes, one line for every mistake, and files in their places."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from tiny_course import hand_in, pieces, right_answers, write_course

from autograder import __version__
from autograder.cli import app, run_command
from autograder.course.course import open_course

Run = Callable[..., tuple[int, str, str]]

VERBS = sorted(command.name or "" for command in app.registered_commands)


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A tiny course in the working folder, with submissions of all kinds in `work`."""
    name = write_course(tmp_path)
    monkeypatch.setenv("AUTOGRADER_COURSE", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    open_course.cache_clear()
    hand_in(tmp_path / "work" / "right")
    hand_in(tmp_path / "work" / "wrong", right_answers(pieces=pieces(double="3 * x")))
    (tmp_path / "work" / "broken.zip").write_bytes(b"no zip at all")
    (tmp_path / "work" / "broken.ipynb").write_text('{"cells": [')
    (tmp_path / "work" / "empty.py").write_text("")
    (tmp_path / "work" / "bin.ipynb").write_bytes(bytes(range(256)))
    (tmp_path / "nothing").mkdir()
    yield name
    open_course.cache_clear()


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Run:
    """Return a function that runs a command line in this process: exit code, standard output, standard error."""

    def command(*arguments: object) -> tuple[int, str, str]:
        code = run_command([str(argument) for argument in arguments])
        told = capfd.readouterr()
        return code, told.out, told.err

    return command


def test_help_and_version_on_every_level(run: Run) -> None:
    """Short and long; no arguments show the help too."""
    assert run("--version")[:2] == (0, f"autograder {__version__}\n")
    for arguments in ([], ["--help"], ["-h"], *([verb, "--help"] for verb in VERBS)):
        code, out, err = run(*arguments)
        assert (code, err) == (0, "")
        assert "Usage" in out


def _leaves(command: Any, name: str = "") -> Iterator[list[str]]:
    """Every command and group, as it is typed."""
    yield name.split()
    for verb, below in getattr(command, "commands", {}).items():
        yield from _leaves(below, f"{name} {verb}")


@pytest.mark.parametrize("words", list(_leaves(typer.main.get_command(app))), ids=" ".join)
def test_a_help_shows_no_types_of_python(words: list[str], run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Words for what is typed, and nothing for a switch, which takes nothing."""
    monkeypatch.setenv("COLUMNS", "200")
    code, out, _ = run(*words, "--help")
    assert code == 0
    assert re.findall(r"<(?:list|str|bool|int|float|path|file)\b[^>]*>", out) == []


BEST = ["--isolation", "best"]

MISTAKES: dict[str, tuple[list[str], str]] = {
    "unknown verb": (["gradee"], "gradee"),
    "unknown option": (["list", "--nonsense"], "--nonsense"),
    "unknown assignment": (["grade", "NAME_", "work"], "did you mean"),
    "unknown assignment to list": (["list", "NAME_"], "did you mean"),
    "unknown assignment to audit": (["audit", "NAME_"], "did you mean"),
    "unknown assignment to release": (["release", "NAME_"], "did you mean"),
    "missing path": (["grade", "NAME", "work/absent"], "work/absent"),
    "no path": (["grade", "NAME"], "PATHS"),
    "empty folder": (["grade", "NAME", "nothing"], "no submission"),
    "unknown exercise": (["grade", "NAME", "work/right", "--only", "nothing"], "nothing"),
    "unknown format": (["grade", "NAME", "work/right", "--format", "json,pdf"], "pdf"),
    "no format": (["grade", "NAME", "work/right", "--format", ","], "format"),
    "bar above 100": (["grade", "NAME", "work/right", "--fail-under", "101"], "--fail-under"),
    "bar that is no number": (["grade", "NAME", "work/right", "--fail-under", "half"], "--fail-under"),
    "no jobs": (["grade", "NAME", "work/right", "--jobs", "0"], "jobs"),
    "unknown isolation": (["grade", "NAME", "work/right", "--isolation", "maximal"], "maximal"),
    "results folder is a file": (["grade", "NAME", "work/right", "--out", "work/empty.py"], "--out"),
    "results folder below a file": (["grade", "NAME", "work/right", "--out", "work/empty.py/x"], "--out"),
    "results folder that takes no files": (["grade", "NAME", "work/right", "-q", "--out", "/proc", *BEST], "/proc"),
    "report of nothing": (["report", "absent"], "absent"),
    "export of nothing": (["export", "csv", "nothing"], "no results"),
    "export to nobody": (["export", "pdf", "nothing"], "pdf"),
    "check of nothing": (["check", "absent"], "absent"),
    "check without checks": (["check", "nothing"], "visible checks"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_in_one_line(course: str, run: Run, mistake: str) -> None:
    """Exit code 2, what and where, no traceback, nothing on standard output."""
    arguments, word = MISTAKES[mistake]
    code, out, err = run(*(argument.replace("NAME", course) for argument in arguments))
    assert code == 2, err
    lines = err.strip().splitlines()
    assert len(lines) == 1, err
    assert lines[0].startswith("autograder: ")
    assert word in lines[0]
    assert "Traceback" not in out + err


def test_no_course(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the remedy, for every verb that needs one."""
    monkeypatch.setenv("AUTOGRADER_COURSE", str(tmp_path))
    open_course.cache_clear()
    for arguments in (["list"], ["release"], ["audit"], ["grade", "vae", str(tmp_path)]):
        code, _, err = run(*arguments)
        assert (code, len(err.strip().splitlines())) == (2, 1)
        assert "AUTOGRADER_COURSE" in err


def test_failures_of_the_grader_have_a_code_of_their_own(
    course: str, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """3 and one line; the traceback on request only."""
    (tmp_path / "solutions" / course / "pieces.py").write_text("### BEGIN SOLUTIN\n")
    code, _, err = run("release")
    assert (code, len(err.strip().splitlines())) == (3, 1)

    def stumble(*arguments: object, **options: object) -> None:
        raise ZeroDivisionError("an internal mistake")

    monkeypatch.setattr("autograder.release.release.release", stumble)
    code, _, err = run("release")
    assert (code, len(err.strip().splitlines())) == (3, 1)
    assert "ZeroDivisionError" in err
    monkeypatch.setenv("AUTOGRADER_DEBUG", "1")
    assert "Traceback" in run("release")[2]


def test_lists(course: str, run: Run) -> None:
    """Assignments with points, and the exercises of one with sources."""
    code, out, _ = run("list")
    assert code == 0
    assert course in out
    code, out, _ = run("list", course)
    assert code == 0
    for word in ("pieces.shift", "S2", "17"):
        assert word in out


def test_releases(course: str, run: Run, tmp_path: Path) -> None:
    """Looking fails until something is written, and after a change again."""
    assert run("release", "--check")[0] == 1
    code, out, _ = run("release")
    assert code == 0
    assert f"wrote assignments/{course}/README.md" in out
    assert run("release", "--check")[0] == 0
    (tmp_path / "assignments" / course / "pieces.py").write_text("changed")
    code, out, _ = run("release", "--check")
    assert code == 1
    assert f"out of date assignments/{course}/pieces.py" in out


def test_grades_reports_and_exports(course: str, run: Run, tmp_path: Path) -> None:
    """Results where they belong, exit code by the bar, the pages again from the results, marks for other tools."""
    grade = ["grade", course, "work/right", "work/wrong", "--jobs", "1", "--isolation", "best", "--quiet"]
    code, _, err = run(*grade, "--fail-under", "90")
    assert (code, err.strip()) == (1, "autograder: wrong: 13 of 17 (76 %) is below 90 %")
    out = tmp_path / "results" / course
    scores = {stem: json.loads((out / f"{stem}.json").read_text())["score"] for stem in ("right", "wrong")}
    assert scores == {"right": 17.0, "wrong": 13.0}
    kept = {path.name: path.read_bytes() for path in out.glob("*.json")}
    (out / "index.html").unlink()
    assert run("report", out)[0] == 0
    assert (out / "index.html").is_file()
    sheets = [(sheet, f"{sheet}-marks.csv") for sheet in ("csv", "canvas", "moodle")]
    for format, name in (*sheets, ("junit", "junit.xml"), ("gradescope", "gradescope/right.json")):
        code, told, _ = run("export", format, out)
        assert code == 0
        assert str(out / name) in told.replace("\n", "") or (out / name).is_file()
        assert (out / name).is_file()
    assert {path.name: path.read_bytes() for path in out.glob("*.json")} == kept
    assert run("export", "gradescope", out, "--out", out)[0] == 2
    assert {path.name: path.read_bytes() for path in out.glob("*.json")} == kept
    code, told, err = run(*grade, "--resume", "--fail-under", "50")
    assert (code, told, err) == (0, "", "")


def test_unreadable_submissions_are_results_not_errors(course: str, run: Run, tmp_path: Path) -> None:
    """A zip, notebooks and a file that hold nothing: score 0 with the reason, and exit code 2, or CI would stay green."""
    names = ["broken.zip", "broken.ipynb", "bin.ipynb"]
    arguments = ["grade", course, *(f"work/{name}" for name in names), "--jobs", "1", "--isolation", "best", "--quiet"]
    code, _, err = run(*arguments, "--out", tmp_path / "out", "--format", "json")
    assert code == 2, err
    results = [json.loads(path.read_text()) for path in (tmp_path / "out").glob("b*.json")]
    assert len(results) == 3
    assert {(result["status"], result["score"]) for result in results} == {("unreadable", 0.0)}
    assert all(result["message"] for result in results)
    assert run(*arguments, "--out", tmp_path / "out", "--resume", "--fail-under", "1")[0] == 2


def test_checks_for_students(course: str, run: Run, tmp_path: Path) -> None:
    """Visible checks only, with sentences; exit code 1 while something fails."""
    run("release")
    work = tmp_path / "assignments" / course
    code, out, _ = run("check", work)
    assert code == 1
    assert "0 of 5 visible checks passed" in re.sub(r"\s+", " ", out)
    for name, content in right_answers().items():
        (work / name).write_bytes(content)
    code, out, _ = run("check", work)
    assert code == 0, out
    assert "5 of 5 visible checks passed" in re.sub(r"\s+", " ", out)
    code, out, _ = run("check", tmp_path / "work" / "wrong", "--assignment", course)
    assert code == 1
    assert "double([1, -2]) is not [2, -4]" in out


def test_the_audit(course: str, run: Run) -> None:
    """Exit code 0 when all is well, 1 with a line for what is not."""
    code, out, _ = run("audit", course, "--jobs", "1")
    assert code == 0, out
    assert "misconception" in out


def test_the_doctor(run: Run) -> None:
    """Says what this machine offers."""
    code, out, _ = run("doctor")
    assert code == 0
    assert "isolation" in out
    assert "torch" in out


def test_the_doctor_prints_remedies_as_they_are_typed(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Brackets of an extra are no markup."""
    found = importlib.util.find_spec
    monkeypatch.setattr("importlib.util.find_spec", lambda name, *more: None if name == "nbgrader" else found(name, *more))
    code, out, _ = run("doctor")
    assert code == 0
    assert "dgm-autograder[nbgrader]" in "".join(out.split())


def test_tables_of_a_log_are_whole(course: str, run: Run) -> None:
    """A name that is broken over two lines cannot be searched for."""
    for arguments in (("list", course), ("coverage",)):
        code, out, _ = run(*arguments)
        assert code == 0
        assert f"{course}.pieces.double" in out
    _, out, _ = run("list", course)
    assert all(line.split()[0].count(".") == 2 for line in out.splitlines()[1:] if line.split()[0] != "total")


def test_the_doctor_looks_for_data(run: Run, tmp_path: Path) -> None:
    """What a folder holds, what is missing with its remedy, and a folder that is not there."""
    (tmp_path / "data" / "cifar-10-batches-py").mkdir(parents=True)
    code, out, _ = run("doctor", "--data", tmp_path / "data")
    rows = dict(line.split(None, 1) for line in out.splitlines() if line.startswith(("MNIST", "CIFAR-10")))
    assert code == 0
    assert rows["MNIST"].startswith("not found")
    assert not rows["CIFAR-10"].startswith("not found")
    code, out, _ = run("doctor", "--data", tmp_path / "typo")
    assert code == 0
    assert "there is no folder" in out


def test_without_permission(course: str, run: Run, tmp_path: Path) -> None:
    """A submission and a results folder that this user may not touch: one line, exit code 2."""
    if os.geteuid() == 0:
        pytest.skip("root has every permission")
    (tmp_path / "work" / "right").chmod(0o000)
    (tmp_path / "nothing").chmod(0o555)
    try:
        for path, out in (("work/right", "never"), ("work/wrong", "nothing")):
            code, _, err = run("grade", course, path, "--out", out, "--isolation", "none", "--quiet", "--jobs", "1")
            assert (code, len(err.strip().splitlines())) == (2, 1), err
            assert "ermission" in err
    finally:
        (tmp_path / "work" / "right").chmod(0o755)
        (tmp_path / "nothing").chmod(0o755)


def test_a_closed_pipe_is_no_error(course: str) -> None:
    """`autograder list | head -0`."""
    command = f"{sys.executable} -m autograder list | true; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True)
    assert done.returncode == 0
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("verb", "told"),
    [
        ("grade", "interrupted; everything finished so far is saved, --resume continues"),
        ("nbgrade", "interrupted; everything finished so far is saved, the same command continues"),
        ("regrade", "interrupted; everything finished so far is saved, the same command continues"),
        ("train", "interrupted; nothing was written, and your work is as it was"),
        ("export", "interrupted"),
        ("", "interrupted"),
    ],
)
def test_an_interruption_promises_what_the_command_has(
    verb: str, told: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Only some commands have --resume."""

    def interrupted(given: object) -> object:
        raise KeyboardInterrupt

    monkeypatch.setattr("autograder.cli.app_for", interrupted)
    assert run_command([verb] if verb else []) == 130
    assert capsys.readouterr().err == f"autograder: {told}\n"
    if "--resume" in told:
        monkeypatch.undo()
        assert run_command([verb, "--help"]) == 0
        assert "--resume" in capsys.readouterr().out
