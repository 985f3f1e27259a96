"""A course from release to marks, with nbgrader's own commands and a temporary exchange.

Ann is right, Ben holds a misconception and mends it in a second attempt, Cem deletes and copies cells and is late.
"""

from __future__ import annotations

import contextlib
import copy
import csv
import json
import os
import re
import sqlite3
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from nbgrader.api import Gradebook
from nbgrader_in_process import run_nbgrader
from small_course import CANARIES, RIGHT, RUBRIC, SQUARED, SmallCourse, gradebook_rows, read_json, scores, solved

from autograder.errors import UsageError
from autograder.gradebook import preprocessors
from autograder.gradebook.notebook_run import NotebookRun, alone
from autograder.grading.class_run import ClassRun
from autograder.grading.options import GradeOptions
from autograder.grading.regrade_run import RegradeRun

Nbgrader = Callable[..., None]
STUDENTS = ("ann", "ben", "cem")

STUDENT_CONFIG = """
c = get_config()
c.CourseDirectory.course_id = "dgm"
c.Exchange.root = {exchange!r}
c.Exchange.cache = {cache!r}
"""


def damaged(notebook: dict[str, Any]) -> dict[str, Any]:
    """One solution and all graded cells deleted, one solution copied, the others moved to the end, metadata forged."""
    cells = [cell for cell in notebook["cells"] if not cell["id"].startswith(("points-", "solution-pieces-double"))]
    cells = [*(cell for cell in cells if "solution" not in cell["id"]), *(c for c in reversed(cells) if "solution" in c["id"])]
    twin = copy.deepcopy(next(cell for cell in cells if cell["id"] == "solution-pieces-jitter"))
    forged = copy.deepcopy(twin) | {"id": "forged", "source": "pass"}
    forged["metadata"]["nbgrader"] |= {"grade_id": "points-pieces-double", "points": 999, "schema_version": 99, "x": [1] * 99}
    return notebook | {"cells": [*cells, twin | {"id": "twin"}, forged]}


def hand_in(course: SmallCourse, student: str, work: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Fetch, if that is still to be done, work, and submit, as the student's own nbgrader does it."""
    folder = course.root / "homes" / student
    if not folder.exists():
        folder.mkdir(parents=True)
        config = STUDENT_CONFIG.format(exchange=str(course.exchange), cache=str(folder / "cache"))
        (folder / "nbgrader_config.py").write_text(config)
        run_nbgrader(folder, "fetch_assignment", course.name)
    path = folder / course.name / f"{course.name}.ipynb"
    pristine = course.root / "release" / course.name / path.name
    path.write_text(json.dumps(work(read_json(pristine))))
    run_nbgrader(folder, "submit", course.name, f"--CourseDirectory.student_id={student}")


def by_grade_command(course: SmallCourse, student: str) -> dict[str, float]:
    """Scores of the same folder as `autograder grade` gives them, by plain exercise name."""
    out = course.root / "by-grade" / student
    run = ClassRun(course.name, GradeOptions(isolation="best"), out, frozenset({"json"}), quiet=True)
    run.grade([course.root / "submitted" / student / course.name], 1, resume=False)
    (result,) = run.results
    return {exercise.id.rpartition(".")[2]: exercise.score for exercise in result.exercises if exercise.kind != "written"}


def open_gradebook(course: SmallCourse) -> Gradebook:
    """The gradebook, as formgrader opens it."""
    return Gradebook(f"sqlite:///{course.root / 'gradebook.db'}", "dgm")


def set_by_hand(course: SmallCourse, student: str, score: float, comment: str) -> None:
    """Grade the written answer as formgrader does."""
    with open_gradebook(course) as book:
        grade = book.find_grade("answer-why", course.name, course.name, student)
        grade.manual_score, grade.needs_manual_grade = score, False
        book.find_comment("answer-why", course.name, course.name, student).manual_comment = comment
        book.db.commit()


def hand_graded(course: SmallCourse, student: str) -> tuple[Any, ...]:
    """Automatic score, manual score, and whether somebody has to look, of the written answer."""
    rows = gradebook_rows(course, student)
    return next((row[2], row[3], row[5]) for row in rows if row[1] == "answer-why" and len(row) == 6)


def marks_in_feedback(page: Path) -> dict[str, float]:
    """The score beside every graded cell of a feedback page, by plain exercise name."""
    soup = BeautifulSoup(page.read_text("utf-8"), "html.parser")
    entries = [entry for entry in soup.select("#toc li") if "Score:" in entry.get_text() and entry.a is not None]
    return {entry.a["href"].rpartition("-")[2]: float(entry.get_text().split("Score:")[1].split()[0]) for entry in entries}


def loaded(page: Path) -> list[str]:
    """What a page takes from elsewhere: scripts, styles, pictures, imports of styles."""
    text = page.read_text("utf-8")
    soup = BeautifulSoup(text, "html.parser")
    places = [tag.get(key) for key in ("src", "href", "data") for tag in soup(["script", "link", "img", "iframe", "object"])]
    elsewhere = [place for place in places if place and not place.startswith("data:")]
    return elsewhere + re.findall(r"@import[^;]*|url\(.?//[^)]*", text)


@pytest.fixture(scope="module")
def life(course: SmallCourse) -> SmallCourse:
    """The course after release, first attempts, collection and grading."""
    run_nbgrader(course.root, "release_assignment", course.name)
    hand_in(course, "ann", lambda notebook: solved(notebook, RIGHT, "It is additive: $f(x + y) = f(x) + f(y)$."))
    hand_in(course, "ben", lambda notebook: solved(notebook, SQUARED, "It squares."))
    hand_in(course, "cem", lambda notebook: damaged(solved(notebook, RIGHT)))
    with open_gradebook(course) as book:
        book.update_or_create_assignment(course.name, duedate=datetime.utcnow() - timedelta(hours=1), course_id="dgm")
    run_nbgrader(course.root, "collect", course.name)
    run_nbgrader(course.root, "autograde", course.name)
    with open_gradebook(course) as book:
        for student in ("ann", "ben"):
            book.grant_extension(course.name, student, hours=9)
    run_nbgrader(course.root, "autograde", course.name, "--force")
    return course


def test_scores_are_those_of_the_grade_command(life: SmallCourse, one_sandbox: None) -> None:
    """To the last digit, for whole, partly right and damaged work."""
    for student in STUDENTS:
        assert scores(life, student) == by_grade_command(life, student)
    assert sum(scores(life, "ann").values()) == 17.75  # type: ignore[arg-type]
    assert scores(life, "ben")["double"] == 0
    assert {name: scores(life, "cem")[name] for name in ("double", "jitter", "Scale")} == {"double": 0, "jitter": 2, "Scale": 2}


def test_the_grader_hears_whom_nbgrader_comes_to_next(life: SmallCourse) -> None:
    """Those whose work is new, or everybody with --force."""
    announced = preprocessors.grade_standing_by.announced  # type: ignore[attr-defined]
    assert announced[:6] == 2 * [("ann", ["ben", "cem"]), ("ben", ["cem"]), ("cem", [])]


def test_late_work_follows_the_plugin(life: SmallCourse) -> None:
    """Everything is taken off from Cem, who had no extension."""
    with open_gradebook(life) as book:
        left = {student: book.find_submission(life.name, student) for student in STUDENTS}
        assert left["ann"].late_submission_penalty is None or left["ann"].late_submission_penalty == 0
        assert left["cem"].late_submission_penalty == left["cem"].score > 0


def test_hints_stand_beside_solutions_and_answers_wait(life: SmallCourse) -> None:
    """Untouched answers have no points and say so."""
    comments = {(row[0], row[1]): row[2] for row in gradebook_rows(life, *STUDENTS) if len(row) == 4 and row[1] != "flagged"}
    assert "squared" in comments["ben", "solution-pieces-double"]
    assert comments["cem", "answer-why"] == "No response."
    assert comments["ann", "solution-pieces-double"] is None
    assert hand_graded(life, "ann") == (None, None, 1)
    assert hand_graded(life, "cem") == (0.0, None, 0)


def test_regrading_changes_nothing_and_keeps_what_people_entered(life: SmallCourse, nbgrader: Nbgrader) -> None:
    """Not even whether somebody has to look, unless the answer is another one."""
    set_by_hand(life, "ann", 2.5, "Nearly.")
    before = gradebook_rows(life, *STUDENTS)
    shown = {path: path.read_bytes() for path in (life.root / "autograded").rglob("*.ipynb")}
    nbgrader("autograde", life.name, "--force")
    assert gradebook_rows(life, *STUDENTS) == before
    assert {path: path.read_bytes() for path in shown} == shown
    assert hand_graded(life, "ann") == (None, 2.5, 0)


def test_both_commands_give_the_same_gradebook(life: SmallCourse, one_sandbox: None, tmp_path: Path) -> None:
    """`autograder nbgrade` with this gradebook, and with one that has never seen these students."""
    before = gradebook_rows(life, *STUDENTS)
    path = life.root / "autograded" / "ben" / life.name / f"{life.name}.ipynb"
    shown = path.read_bytes()
    run = NotebookRun(life.name, tmp_path / "out", frozenset({"json"}), {}, STUDENTS, quiet=True, force=True)
    run.grade_collected(1)
    assert (run.recorded, run.exit_code(None)) == (3, 0)
    assert run.waiting == sum(hand_graded(life, student)[2] for student in STUDENTS) == 1  # Ann's has been looked at
    assert gradebook_rows(life, *STUDENTS) == before
    assert path.read_bytes() == shown
    with open_gradebook(life) as book:
        book.remove_submission(life.name, "ben")
    run = NotebookRun(life.name, tmp_path / "out", frozenset({"json"}), {}, ["ben"], quiet=True, force=True)
    run.grade_collected(1)
    expected = [row for row in before if row[0] == "ben"]
    found = gradebook_rows(life, "ben")
    assert found[0][1:2] == expected[0][1:2]
    assert found[1:] == expected[1:]
    assert os.listdir(tmp_path / "out")
    with open_gradebook(life) as book:
        book.grant_extension(life.name, "ben", hours=9)


def test_nothing_unchanged_is_graded_again(life: SmallCourse, one_sandbox: None, tmp_path: Path) -> None:
    """The second run finds everything in place."""
    for expected in ((3, 0), (0, 3)):
        run = NotebookRun(life.name, tmp_path / "out", frozenset({"json"}), {}, STUDENTS, quiet=True, force=False)
        run.grade_collected(1)
        assert (run.recorded, run.unchanged) == expected
    with open_gradebook(life) as book:  # as after a run whose marks the gradebook refused
        submitted = book.find_submission_notebook(life.name, life.name, "ben")
        grade = max((one for one in submitted.grades if one.auto_score), key=lambda one: one.auto_score)
        expected_score, grade.auto_score = grade.auto_score, 0.25
        book.db.commit()
    run = NotebookRun(life.name, tmp_path / "out", frozenset({"json"}), {}, STUDENTS, quiet=True, force=False)
    run.grade_collected(1)
    assert (run.recorded, run.unchanged) == (1, 2)
    with open_gradebook(life) as book:
        grades = book.find_submission_notebook(life.name, life.name, "ben").grades
        assert expected_score in [one.auto_score for one in grades]
        assert 0.25 not in [one.auto_score for one in grades]
    with pytest.raises(UsageError, match=f"autograder nbgrade {life.name}"):
        RegradeRun(tmp_path / "out", {}, quiet=True).regrade([], 1)


def test_a_gradebook_that_another_program_writes_into_is_told(
    life: SmallCourse, one_sandbox: None, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """In one line for each submission, with the remedy; the results are there, and the next run enters them."""

    def run(force: bool) -> NotebookRun:
        return NotebookRun(life.name, tmp_path / "o", frozenset({"json"}), {}, ["ann"], quiet=True, force=force)

    before = gradebook_rows(life, "ann")
    with open_gradebook(life) as book:  # so that there is something to write
        submitted = book.find_submission_notebook(life.name, life.name, "ann")
        max((one for one in submitted.grades if one.auto_score), key=lambda one: one.auto_score).auto_score = 0.25
        book.db.commit()
    with contextlib.closing(sqlite3.connect(life.root / "gradebook.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        locked = run(force=True)
        locked.grade_collected(1)
        other.execute("ROLLBACK")
    (line,) = capfd.readouterr().err.strip().splitlines()
    assert "gradebook.db: ann: the gradebook cannot be used: another program writes into it (wait for it" in line
    assert (locked.recorded, locked.exit_code(None)) == (0, 2)
    again = run(force=False)
    again.grade_collected(1)
    assert (again.recorded, again.exit_code(None)) == (1, 0)
    assert gradebook_rows(life, "ann") == before


def test_two_runs_at_once_do_not_meet(life: SmallCourse, one_sandbox: None, tmp_path: Path) -> None:
    """The second is told of the first, and has touched nothing; of another assignment it would not be."""
    kept = {path: path.stat().st_mtime_ns for path in (life.root / "autograded").rglob("*")}
    run = NotebookRun(life.name, tmp_path / "out", frozenset({"json"}), {}, ["ann"], quiet=True, force=True)
    with alone(life.root / "solutions" / life.name, life.name), pytest.raises(UsageError, match="is at work"):
        run.grade_collected(1)
    assert {path: path.stat().st_mtime_ns for path in (life.root / "autograded").rglob("*")} == kept
    assert not (tmp_path / "out").exists()
    with alone(life.root / "solutions", "another"), alone(life.root / "solutions" / life.name, life.name):
        pass


def test_a_second_attempt_counts_and_has_to_be_looked_at(life: SmallCourse, one_sandbox: None, nbgrader: Nbgrader) -> None:
    """The manual score stays until somebody has looked; the code is graded anew."""
    set_by_hand(life, "ben", 1.0, "Squares are not linear.")
    hand_in(life, "ben", lambda notebook: solved(notebook, RIGHT, "It is additive and scales."))
    nbgrader("collect", life.name, "--update")
    nbgrader("autograde", life.name)
    assert scores(life, "ben") == by_grade_command(life, "ben") == scores(life, "ann")
    assert hand_graded(life, "ben") == (None, 1.0, 1)
    set_by_hand(life, "ben", 3.0, "Yes.")
    nbgrader("autograde", life.name, "--force")
    assert hand_graded(life, "ben") == (None, 3.0, 0)


def test_feedback_and_export_agree_and_hold_no_secret(life: SmallCourse, nbgrader: Nbgrader) -> None:
    """Pages in the student's folder, marks in the CSV file; no canary anywhere that students see."""
    nbgrader("generate_feedback", life.name, "--force")
    nbgrader("release_feedback", life.name)
    with open_gradebook(life) as book:
        for student in STUDENTS:
            run_nbgrader(life.root / "homes" / student, "fetch_feedback", life.name)
            pages = sorted((life.root / "homes" / student).rglob("feedback/*/*.html"))
            assert pages
            marks = marks_in_feedback(pages[-1])
            expected = scores(life, student)
            assert {name: marks[name] for name in expected} == {name: round(value or 0, 2) for name, value in expected.items()}
            assert "Test cell" not in pages[-1].read_text("utf-8")
            assert ">pieces.double</a> (Score:" in pages[-1].read_text("utf-8")
            assert loaded(pages[-1]) == [], "students read it without a network, formulas included"
            assert ("</math>" in pages[-1].read_text("utf-8")) == (student == "ann")
            assert marks["why"] == book.find_grade("answer-why", life.name, life.name, student).score
    nbgrader("export", "--to", str(life.root / "marks.csv"))
    rows = {row["student_id"]: row for row in csv.DictReader((life.root / "marks.csv").open())}
    for student, by_hand in (("ann", 2.5), ("ben", 3.0), ("cem", 0.0)):
        assert float(rows[student]["raw_score"]) == sum(value or 0 for value in scores(life, student).values()) + by_hand
    assert float(rows["cem"]["score"]) == 0
    for place in ("release", "autograded", "feedback", "exchange", "homes"):
        secrets = CANARIES if place == "autograded" else (*CANARIES, *RUBRIC)  # people who grade see the rubric there
        for path in (life.root / place).rglob("*.*"):
            text = path.read_text("utf-8", "replace") if path.is_file() else ""
            assert not [secret for secret in secrets if secret in text], path
