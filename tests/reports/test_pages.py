"""The pages say what they must, hide what they must, and run nothing."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

import pytest
from reports.page_parser import checked
from sample_results import (
    HINT,
    HOSTILE_NAMES,
    SECRET,
    classroom,
    failed_exercise,
    grader_error,
    leaky_hidden_check,
    result,
    unreadable,
)

from autograder.errors import UsageError
from autograder.reports import feedback
from autograder.reports.build import build_report
from autograder.reports.class_page import render_class_page
from autograder.reports.feedback import embedded_figure, render_feedback, shown_check
from autograder.results.schema import CheckResult, ExerciseResult, Isolation, SubmissionResult
from autograder.results.store import Stored, save_result


@pytest.fixture
def figures(tmp_path: Path) -> Path:
    """A results folder with a figure of a visible and one of a hidden check."""
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures" / "kl.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    (tmp_path / "figures" / "hidden.svg").write_text(f"<svg>{SECRET}</svg>")
    return tmp_path


def test_feedback_says_what_a_student_needs(figures: Path) -> None:
    """Score, isolation, environment, first step, hints, messages, inputs, figures and notes are there."""
    graded = result("Alice Adams", figure="figures/kl.svg", notes=["ignored the link `data`"])
    page = checked(render_feedback(graded, figures))
    for words in (
        "Alice Adams",
        "51.5 of 80 points",
        "15 more points wait",
        "Start here: 2 gaussian_kl",
        "This looks like: logvar read as std",
        "agree with this mistake on every input",
        "An input that shows it",
        "tensor([[1., 0.]",
        "differs from the KL divergence for a batch of one",
        "hidden check",
        "No check of values passed",
        "ignored the link data",
        "full isolation (S3",
        "torch 2.12.1",
        "not implemented",
        "marked by a person",
    ):
        assert words in page.text
    assert page.tags.count("details") == 8
    assert page.tags.count("img") == 1


def test_a_students_page_keeps_the_seed_to_itself(figures: Path) -> None:
    """A course may grade with one seed more than once: who knows it can work out what hidden inputs the next attempt gets."""
    graded = result().model_copy(update={"seed": 918273645})
    assert "918273645" in graded.to_json()
    assert "918273645" not in render_feedback(graded, figures)


def test_hidden_checks_lose_example_and_figure(figures: Path) -> None:
    """Even when a result carries them."""
    shown = shown_check(leaky_hidden_check(), figures)
    assert shown.example == {}
    assert shown.figure is None
    assert shown.is_hidden


@pytest.mark.parametrize("student", HOSTILE_NAMES)
def test_hostile_names_stay_text(tmp_path: Path, student: str) -> None:
    """No markup, no control characters, no template code comes alive."""
    graded = result(student)
    for one in graded.exercises:
        one.title = one.note = student
        for check in one.checks:
            check.title = check.message = student
            check.example = {student: student}
        for diagnosis in one.diagnosis:
            diagnosis.hint = diagnosis.misconception = student
    graded.notes = [student]
    page = checked(render_feedback(graded, tmp_path))
    assert "49" not in page.text.replace("49 of", "")
    checked(render_class_page([Stored("a b#?%", graded)]))


def test_long_messages_are_cut(tmp_path: Path) -> None:
    """A megabyte of output does not become a megabyte of page."""
    graded = result()
    for check in graded.exercises[1].checks:
        check.message = "word " * 200_000
        check.example = {"x" * 5000: "0, " * 300_000}
    assert len(render_feedback(graded, tmp_path)) < 100_000


def test_unreadable_says_why_and_what_to_do(tmp_path: Path) -> None:
    """The reason, the remedy, and 0 points."""
    text = checked(render_feedback(unreadable(), tmp_path)).text
    assert "the archive is damaged" in text
    assert "Hand in one folder" in text
    assert "0 of 80" in text


def test_a_failed_grader_gives_no_mark(tmp_path: Path) -> None:
    """No score, no internals of the grader, a word that it is not the student's fault."""
    text = checked(render_feedback(grader_error(), tmp_path)).text
    assert "no mark" in text
    assert "not your mistake" in text
    assert "of 80" not in text
    assert "/srv/grader" not in text


def test_everything_right_is_said(tmp_path: Path) -> None:
    """No first step is invented."""
    graded = result()
    graded.exercises = [graded.exercises[0]]
    assert "Nothing left to repair" in checked(render_feedback(graded, tmp_path)).text


@pytest.mark.parametrize("path", ["../secret.svg", "/etc/passwd", "figures", "figures/kl.html", "none.svg", "a\0.svg"])
def test_only_figures_of_the_folder_are_embedded(figures: Path, path: str) -> None:
    """Nothing outside the results folder and nothing that is not a picture is read."""
    (figures.parent / "secret.svg").write_text(SECRET)
    (figures / "figures" / "kl.html").write_text(SECRET)
    assert embedded_figure(figures, path) is None


@pytest.mark.parametrize("size", [0, 1, 500])
def test_class_page_works_for_any_size(size: int) -> None:
    """Every student is linked, and the page stays small enough for a phone."""
    source = render_class_page([Stored(r.student, r) for r in classroom(size)])
    page = checked(source)
    links = [value for name, value in page.attributes if name == "href"]
    assert all(f"student{number:03d}.html" in links for number in range(size))
    assert ("Nothing graded yet" in page.text) == (size == 0)
    assert len(source) < 400_000


def test_class_page_puts_problems_first() -> None:
    """Failures of the grader, unreadable files, weak isolation and foreign files stand above the scores."""
    weak = result("dora", isolation=Isolation(profile="S0", layers=[]))
    results: list[SubmissionResult] = [result("alice"), weak, unreadable(), grader_error()]
    text = checked(render_class_page([Stored(r.student, r) for r in results], ["ignored junk.json: empty"])).text
    for words in ("failed on 1", "1 could not be read", "without isolation (S0)", "ignored junk.json"):
        assert 0 < text.index(words) < text.index("Scores")
    assert "S0 for 1, S3 for 3" in text


def test_class_page_names_misconceptions_and_their_holders() -> None:
    """How many, whom, and the hint."""
    stored = [Stored(name, result(name)) for name in ("alice", "bea")]
    text = checked(render_class_page(stored)).text
    assert "2 logvar read as std in gaussian_kl" in text
    assert "exp(logvar)" in text
    assert HINT.split("?")[0].replace("`", "")[:9] in text


def test_report_writes_every_page(tmp_path: Path) -> None:
    """One page per result, the index, and the two class files."""
    for graded in (result("alice"), unreadable("bob")):
        save_result(graded, tmp_path, graded.student)
    (tmp_path / "junk.json").write_text("{")
    report = build_report(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} >= {
        "alice.html",
        "bob.html",
        "index.html",
        "class.json",
        "summary.csv",
    }
    assert len(report.pages) == 2
    assert len(report.warnings) == 1
    build_report(tmp_path)


def test_a_folder_without_results_stays_as_it_is(tmp_path: Path) -> None:
    """A submission's folder, named by mistake, would get a class page."""
    (tmp_path / "losses.py").write_text("x = 1\n")
    with pytest.raises(UsageError, match="holds no results"):
        build_report(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["losses.py"]


def test_a_misconception_of_a_passed_exercise_is_not_shown(tmp_path: Path) -> None:
    """A student who got it right is not told what it looks like."""
    graded = result()
    graded.exercises = [failed_exercise().model_copy(update={"status": "passed", "score": 4.0})]
    assert "This looks like" not in render_feedback(graded, tmp_path)


def test_checkpoints_are_shown_beside_the_marks(tmp_path: Path) -> None:
    """On the student's page without points, on the class's as a table of their values."""
    score = CheckResult(
        name="bound", title="reaches the bound", visibility="visible", score=0, max_score=0, status="passed",
        value=31.25, zero=40.0, full=34.0, share=1.0,
    )  # fmt: skip
    graded = result()
    graded.exercises.append(
        ExerciseResult(id="vae.training.line", kind="training", score=1, max_score=2, status="partial", checkpoint=[score])
    )
    page = render_feedback(graded, tmp_path)
    assert "Your checkpoint of the full budget" in page
    assert "31.25" in page
    table = render_class_page([Stored("ada", graded)])
    assert "Checkpoints of" in table
    assert "31.25" in table
    assert "Checkpoints of" not in render_class_page([Stored("ada", result())])


def test_points_have_room_in_the_margin_of_a_printed_page() -> None:
    """Ten figures and a stroke, as in 12.75/12.75: what does not fit is cut off, and a wrong number stands there."""
    style = (Path(feedback.__file__).parent / "templates" / "feedback.css").read_text("utf-8")
    printed = style.split("@media print {")[1]
    padding = re.search(r"\.sheet \{[^}]*padding: 0 0 0 ([\d.]+)rem", printed)
    gap = re.search(r"right: calc\(100% \+ ([\d.]+)rem\)", printed)
    assert padding is not None
    assert gap is not None
    assert float(padding[1]) - float(gap[1]) >= 7


@pytest.mark.parametrize(
    ("kind", "value", "said"),
    [
        ("training", None, "Not measured: the training took too long."),
        ("training", 3.5, "The first check that does not hold: reaches the bound."),
        ("function", None, "The first check that does not hold: reaches the bound."),
    ],
)
def test_what_was_not_measured_is_not_said_not_to_hold(
    tmp_path: Path, kind: Literal["training", "function"], value: float | None, said: str
) -> None:
    """Where a training ended early, the first step says so: whether the score would have been full nobody knows."""
    score = CheckResult(
        name="bound", title="reaches the bound", visibility="visible", score=0, max_score=2, status="timeout",
        message="Not measured: the training took too long.", value=value, zero=40.0, full=34.0, share=1.0,
    )  # fmt: skip
    graded = result()
    graded.exercises = [ExerciseResult(id="vae.x.line", kind=kind, score=0, max_score=2, status="timeout", checks=[score])]
    page = checked(render_feedback(graded, tmp_path)).text
    assert said in page[page.index("Start here") : page.index("to win here")]
