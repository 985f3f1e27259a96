"""What stands below a graded cell and beside a solution: the same words as on the feedback page, as cell outputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from autograder.plaintext import one_line, points, spoken
from autograder.reports import pages
from autograder.reports.feedback import shown_check
from autograder.results.schema import ExerciseResult
from autograder.results.wording import CONFIDENCE_WORDS, STATUS_WORDS, best_diagnosis

_NO_FIGURES = Path()
_DARK = b"prefers-color-scheme:dark"
_LARGEST_FIGURE = 2**20


def graded_outputs(
    exercise: ExerciseResult, figures: Mapping[str, bytes], *, reason: str = "", notes: Sequence[str] = ()
) -> list[dict[str, Any]]:
    """The outputs of one graded cell: score and checks as HTML and text, then the figures of visible checks.

    Args:
        exercise: the result; of its hidden checks only title, status and message are shown.
        figures: pictures by the path that checks name.
        reason: why nothing was graded, if so.
        notes: what the reader remarked about the submission.
    """
    checks = [shown_check(check.model_copy(update={"figure": None}), _NO_FIGURES) for check in exercise.checks]
    html = pages.render("notebook_cell.html", exercise=exercise, checks=checks, reason=reason, notes=notes)
    outputs = [_display({"text/html": html, "text/plain": _plain(exercise, reason)})]
    for check in exercise.checks:
        picture = figures.get(check.figure or "")
        if picture and check.visibility == "visible" and check.status != "passed" and len(picture) <= _LARGEST_FIGURE:
            outputs.append(_display({"image/svg+xml": _for_white_paper(picture), "text/plain": _alt(check.title)}))
    return outputs


def hint_comment(exercise: ExerciseResult) -> str | None:
    """The comment beside a solution, in markdown: the misconception that the code shows; None without one."""
    if exercise.status == "passed" or not exercise.diagnosis:
        return None
    found = best_diagnosis(exercise.diagnosis)
    opening = "This might be" if found.confidence == "possible" else "This looks like"
    name = spoken(found.misconception)
    return f"**{opening}: {name}.** {one_line(found.hint, 1000)}\n\n{CONFIDENCE_WORDS[found.confidence]}"


def _display(data: dict[str, str]) -> dict[str, Any]:
    return {"output_type": "display_data", "data": data, "metadata": {}}


def _plain(exercise: ExerciseResult, reason: str) -> str:
    earned = f"{points(exercise.score)} of {points(exercise.max_score)} points: {STATUS_WORDS[exercise.status]}"
    return one_line(f"{earned}. {reason}" if reason else earned, 400)


def _alt(title: str) -> str:
    return one_line(f"Expected values compared with yours: {title}")


def _for_white_paper(picture: bytes) -> str:
    """The picture without its dark variant: notebooks are shown on white in either scheme."""
    return picture.replace(_DARK, b"max-width:0").decode("utf-8", "replace")
