"""A class: results as they come, files that never collide, resuming, summaries, exit codes."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from shared_sandbox import Shared
from tiny_course import hand_in, pieces, right_answers, write_course

from autograder.course.course import open_course
from autograder.errors import GraderError, UsageError
from autograder.grading import crew
from autograder.grading import grader as grading
from autograder.grading.class_run import ClassRun
from autograder.grading.jobs import Done, Job
from autograder.grading.options import GradeOptions
from autograder.sandbox import profiles
from autograder.sandbox.zygote_host import ZygoteHost


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, warm_sandbox: ZygoteHost) -> Iterator[str]:
    """A fresh tiny course around the working folder, graded with the shared zygote."""
    name = write_course(tmp_path)
    monkeypatch.setenv("AUTOGRADER_COURSE", str(tmp_path))
    for place in (grading, crew):
        monkeypatch.setattr(place, "sandbox_for", lambda *args, **kwargs: Shared(warm_sandbox))
    open_course.cache_clear()
    yield name
    open_course.cache_clear()


WRONG = right_answers(pieces=pieces(double="3 * x"))


def run(course: str, paths: list[Path], out: Path, *, resume: bool = False, formats: str = "json", **options: Any) -> ClassRun:
    """Grade in this process."""
    chosen = GradeOptions(isolation="best", **options)
    running = ClassRun(course, chosen, out, frozenset(formats.split(",")), quiet=True)
    running.grade(paths, 1, resume=resume)
    return running


def results(out: Path) -> dict[str, dict[str, Any]]:
    """The stored results by file stem."""
    return {path.stem: json.loads(path.read_text()) for path in sorted(out.glob("*.json")) if path.stem != "class"}


@pytest.fixture
def a_class(tmp_path: Path) -> Path:
    """Three submissions: right, wrong, unreadable."""
    hand_in(tmp_path / "class" / "ann")
    hand_in(tmp_path / "class" / "ben", WRONG)
    (tmp_path / "class" / "cem.zip").write_bytes(b"no zip")
    return tmp_path / "class"


def test_a_class_is_graded(course: str, a_class: Path, tmp_path: Path) -> None:
    """One result each, and the class's files."""
    out = tmp_path / "out"
    running = run(course, [a_class], out, formats="json,html,junit,gradescope")
    assert {stem: (one["status"], one["score"]) for stem, one in results(out).items()} == {
        "ann": ("graded", 17.0), "ben": ("graded", 13.0), "cem": ("unreadable", 0.0),
    }  # fmt: skip
    rows = list(csv.DictReader((out / "summary.csv").open()))
    assert [row["student"] for row in rows] == ["ann", "ben", "cem"]
    assert json.loads((out / "class.json").read_text())
    for name in ("index.html", "ann.html", "ben.html", "cem.html", "junit.xml", "gradescope/ann.json"):
        assert (out / name).is_file()
    assert len(running.results) == 3
    figures = results(out)["ben"]["artifacts"]["figures"]
    assert figures
    assert all((out / path).is_file() for path in figures)


def test_exit_codes(course: str, a_class: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """0 done, 1 below the bar, 2 unreadable arguments, 3 failures of the grader, the worst of all counting."""
    running = run(course, [a_class / "ann", a_class / "ben"], tmp_path / "out")
    assert running.exit_code(None) == 0
    assert (running.exit_code(70.0), running.exit_code(80.0)) == (0, 1)
    capsys.readouterr()
    with_unreadable = run(course, [a_class], tmp_path / "all")
    assert capsys.readouterr().err.startswith("autograder: cem: "), "--quiet does not hide why the exit code is 2"
    assert (with_unreadable.exit_code(None), with_unreadable.exit_code(None, all_readable=False)) == (2, 0)
    running.failures.append(UsageError("gone"))
    assert running.exit_code(80.0) == 2
    running.failures.append(GraderError("broken"))
    assert running.exit_code(80.0) == 3


def test_resuming_grades_only_what_is_new_or_changed(course: str, a_class: Path, tmp_path: Path) -> None:
    """Unchanged submissions keep their results, in the summaries and for the exit code too."""
    out = tmp_path / "out"
    run(course, [a_class], out)
    before = {stem: (out / f"{stem}.json").stat().st_mtime_ns for stem in results(out)}
    hand_in(a_class / "ben")
    hand_in(a_class / "dee", WRONG)
    running = run(course, [a_class], out, resume=True)
    after = {stem: (out / f"{stem}.json").stat().st_mtime_ns for stem in results(out)}
    assert [stem for stem in before if before[stem] == after[stem]] == ["ann", "cem"]
    assert [one["score"] for one in results(out).values()] == [17.0, 17.0, 0.0, 13.0]
    assert len(running.results) == 4
    assert running.exit_code(50.0, all_readable=False) == 1


def test_what_is_known_of_others_does_not_go_with_a_job(
    course: str, a_class: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each job is sent to another process: with all that is known of a class, a resumed one would send its square."""
    run(course, [a_class], tmp_path / "out")
    sent: list[Job] = []
    monkeypatch.setattr(ClassRun, "_run", lambda _, jobs, __: (one for one in sent.extend(jobs) or ()))
    resumed = ClassRun(course, GradeOptions(isolation="best"), tmp_path / "out", frozenset({"json"}), quiet=True, any_seed=True)
    resumed.grade([a_class], 1, resume=True)
    known = {job.path.name: {key.student for key in job.known} for job in sent}
    assert known == {"ann": {"ann"}, "ben": {"ben"}, "cem.zip": {"cem"}}


def test_results_of_several_seeds_are_kept_where_none_was_asked_for(
    course: str, a_class: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The parts of a class have secret seeds of their own: merged and resumed, nobody is graded again."""
    for number, name in enumerate(["ann", "cem.zip"]):
        run(course, [a_class / name], tmp_path / "out", seed=number)
    sent: list[Job] = []
    monkeypatch.setattr(ClassRun, "_run", lambda _, jobs, __: (one for one in sent.extend(jobs) or ()))
    resumed = ClassRun(course, GradeOptions(isolation="best"), tmp_path / "out", frozenset({"json"}), quiet=True, any_seed=True)
    resumed.grade([a_class], 1, resume=True)
    assert [job.path.name for job in sent if job.known] == ["ann", "cem.zip"]


@pytest.mark.parametrize("options", [{"seed": 1}, {"only": ("double",)}, {"time_limit": 7.0}, {"memory_limit_mb": 2000}])
def test_other_options_are_no_reason_to_keep_a_result(
    course: str, a_class: Path, tmp_path: Path, options: dict[str, Any]
) -> None:
    """Another seed, other limits, or only some exercises."""
    out = tmp_path / "out"
    run(course, [a_class / "ann"], out)
    before = (out / "ann.json").stat().st_mtime_ns
    run(course, [a_class / "ann"], out, resume=True, **options)
    assert (out / "ann.json").stat().st_mtime_ns != before


def test_a_new_version_of_the_course_is_graded_again(course: str, a_class: Path, tmp_path: Path) -> None:
    """A changed check changes the grader's version."""
    out = tmp_path / "out"
    run(course, [a_class / "ann"], out)
    before = results(out)["ann"]["grader_version"]
    path = tmp_path / "solutions" / course / "hidden" / "test_pieces.py"
    path.write_text(path.read_text() + "\n")
    open_course.cache_clear()
    run(course, [a_class / "ann"], out, resume=True)
    assert results(out)["ann"]["grader_version"] != before


def test_grading_again_replaces_the_result(course: str, a_class: Path, tmp_path: Path) -> None:
    """Under the same name, however often."""
    out = tmp_path / "out"
    for _ in range(3):
        run(course, [a_class], out)
        assert list(results(out)) == ["ann", "ben", "cem"]


def test_namesakes_get_a_file_each(course: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two submissions of one name, in one run and again in the next."""
    first, second = hand_in(tmp_path / "monday" / "ann"), hand_in(tmp_path / "tuesday" / "ann", WRONG)
    out = tmp_path / "out"
    for _ in range(2):
        running = run(course, [first, second], out)
        assert {stem: one["score"] for stem, one in results(out).items()} == {"ann": 17.0, "ann~2": 13.0}
        assert len(running.results) == 2
        assert "more than one submission is named ann" in capsys.readouterr().err
    running = run(course, [second, first], out, resume=True)
    assert sorted(result.score for result in running.results) == [13.0, 17.0]


STRANGE = ["class", "INDEX", "summary", "Ann", "ann", "x" * 200, "a b", "ä", "=cmd", "con"]


def test_names_of_files_never_collide(course: str, tmp_path: Path) -> None:
    """Reserved, long and strange names, also when some of them have been graded before."""
    small = right_answers(pieces="", whole="")
    paths = [hand_in(tmp_path / "class" / name, small) for name in STRANGE]
    out = tmp_path / "out"
    run(course, paths[:4], out, only=("double",))
    run(course, paths, out, only=("double",))
    stored = results(out)
    assert sorted(one["student"] for one in stored.values()) == sorted(STRANGE)
    assert len({stem.casefold() for stem in stored}) == len(STRANGE)
    assert not {"class", "index", "summary"} & {stem.casefold() for stem in stored}
    assert all(len(f"{stem}.json".encode()) <= 200 for stem in stored)


def test_one_unreadable_argument_does_not_stop_the_others(
    course: str, a_class: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder without permission in the middle of a class: exit code 2, the rest is graded."""
    original = crew.grade_one

    def refuse(grader: Any, job: Job) -> Done:
        if job.path.name == "ben":
            return Done(job, error=UsageError("the submission cannot be opened: Permission denied", "ben"))
        return original(grader, job)

    monkeypatch.setattr(crew, "grade_one", refuse)
    running = run(course, [a_class], tmp_path / "out")
    assert list(results(tmp_path / "out")) == ["ann", "cem"]
    assert running.exit_code(None) == 2
    assert "Permission denied" in capsys.readouterr().err


def test_an_interruption_keeps_what_is_finished(
    course: str, a_class: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Results and summaries of the submissions before it."""
    original = crew.grade_one

    def interrupted(grader: Any, job: Job) -> Done:
        if job.path.name == "ben":
            raise KeyboardInterrupt
        return original(grader, job)

    monkeypatch.setattr(crew, "grade_one", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run(course, [a_class], tmp_path / "out")
    assert list(results(tmp_path / "out")) == ["ann"]
    assert len(list(csv.DictReader((tmp_path / "out" / "summary.csv").open()))) == 1


@pytest.mark.parametrize(
    ("paths", "options", "message"),
    [
        (["missing"], {}, "missing"),
        (["empty"], {}, "no submission"),
        (["class"], {"only": ("nothing",)}, "no exercise"),
    ],
)
def test_mistakes_are_told_before_anything_is_graded(
    course: str, a_class: Path, tmp_path: Path, paths: list[str], options: dict[str, Any], message: str
) -> None:
    """Nothing is written."""
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match=message):
        run(course, [tmp_path / path for path in paths], tmp_path / "out", **options)
    assert not (tmp_path / "out").exists()


def test_a_results_folder_that_cannot_be_made(course: str, a_class: Path, tmp_path: Path) -> None:
    """A file stands in its place."""
    (tmp_path / "out").write_text("a file")
    with pytest.raises(UsageError, match="--out"):
        run(course, [a_class], tmp_path / "out")


def test_strangers_in_the_results_folder_are_left_alone(
    course: str, a_class: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With a warning each."""
    out = tmp_path / "out"
    out.mkdir()
    (out / "notes.json").write_text("[1]")
    run(course, [a_class / "ann"], out)
    assert (out / "notes.json").read_text() == "[1]"
    assert "notes.json" in capsys.readouterr().err


def test_a_weaker_isolation_is_no_reason_to_keep_a_result(course: str, a_class: Path, tmp_path: Path) -> None:
    """Nor is a result that does not say under which limits it was made."""
    out = tmp_path / "out"
    path = out / "ann.json"
    for change in ({"isolation": {"profile": "S0", "layers": []}}, {"limits": None}):
        run(course, [a_class / "ann"], out)
        path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
        before = path.stat().st_mtime_ns
        run(course, [a_class / "ann"], out, resume=True)
        assert path.stat().st_mtime_ns != before or profiles.available_profile() == "S0"


def test_results_of_others_are_pointed_out(
    course: str, a_class: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder that holds two classes has one page for both; a class graded one by one is nothing to speak of."""
    out = tmp_path / "out"
    run(course, [a_class], out)
    assert "are of others" not in capsys.readouterr().err
    (out / "x.json").write_text((out / "ann.json").read_text().replace('"student": "ann"', '"student": "old"'))
    run(course, [a_class], out)
    assert "1 results in" in (told := capsys.readouterr().err)
    assert "old" in told
    run(course, [a_class / "ann"], out)
    assert "are of others" not in capsys.readouterr().err


def test_a_time_that_students_can_write_counts_where_the_policy_says_so(
    course: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """nbgrader's timestamp.txt: anybody can lay one beside their work."""
    hand_in(tmp_path / "class" / "ann")
    (tmp_path / "class" / "ann" / "timestamp.txt").write_text("2026-11-20 23:30:00 UTC")
    policy = f'assignments = ["{course}"]\n[policy]\nper_day = 10\n{{}}\n[policy.due]\n{course} = 2026-11-20T23:00:00Z\n'
    (tmp_path / "solutions" / "course.toml").write_text(policy.format(""))
    run(course, [tmp_path / "class"], tmp_path / "out")
    assert results(tmp_path / "out")["ann"]["late"] is None
    assert "it is not known when 1 of 1 were handed in" in capsys.readouterr().err
    (tmp_path / "solutions" / "course.toml").write_text(policy.format('times = "nbgrader"'))
    run(course, [tmp_path / "class"], tmp_path / "out", resume=True)
    told = results(tmp_path / "out")["ann"]
    assert (told["late"]["days"], told["late"]["penalty"]) == (1, pytest.approx(told["score"] / 10))
