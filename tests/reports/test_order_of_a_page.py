"""What a page shows first, what it folds, and the student's own lines."""

from __future__ import annotations

from pathlib import Path

from reports.page_parser import Page
from sample_results import exercise, failed_exercise, result

from autograder.reports.feedback import render_feedback
from autograder.results.schema import ExerciseResult, OwnLines, SubmissionResult


def of(*exercises: ExerciseResult) -> SubmissionResult:
    """A submission of these exercises."""
    return result().model_copy(update={"exercises": list(exercises)})


def test_what_the_named_mistake_explains_is_folded() -> None:
    """One failing check stays open, a visible one; with no mistake named all do, each sentence once."""
    page = Page(render_feedback(of(failed_exercise()), Path()))
    assert "1 more check does not hold, as the mistake above explains" in page.text
    plain = failed_exercise().model_copy(update={"diagnosis": []})
    assert "as the mistake above explains" not in Page(render_feedback(of(plain), Path())).text


def test_points_that_do_not_count_are_struck_out() -> None:
    """The sum of what is shown is what was earned."""
    text = render_feedback(of(failed_exercise()), Path())
    assert text.count('class="margin forfeit"') == 1


def test_the_students_own_lines_stand_beside_the_finding() -> None:
    """As text, whatever they hold."""
    lines = OwnLines(place="losses.py, line 3", text="def f():\n    return '<script>'")
    page = Page(render_feedback(of(failed_exercise().model_copy(update={"own_lines": lines})), Path()))
    assert "Your lines, losses.py, line 3" in page.text
    assert "return '<script>'" in page.text
    assert page.scripts == []


def test_a_page_begins_with_the_mistake_that_has_a_hint() -> None:
    """Rather than with the dearest exercise, which is not begun."""
    unbegun = exercise(0, "missing", 0.0).model_copy(update={"max_score": 50.0})
    page = Page(render_feedback(of(unbegun, failed_exercise()), Path()))
    assert "Nothing is implemented here yet" not in page.text
