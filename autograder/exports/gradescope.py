"""A result as Gradescope's ``results.json``.

Prose is Markdown; whatever a student can have written stands in code blocks, where nothing acts. Of a hidden check the title
alone is told. Questions that people mark have no entry: in Gradescope they are questions of their own. All other points have
one, so that the entries' ``max_score`` add up to what the machine grades, and their ``score`` to the mark, less what lateness
costs by the course's policy: Gradescope itself takes nothing off. Who graded how goes to standard output, which only staff
sees.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Literal

from autograder.atomic import write_atomically
from autograder.plaintext import cut, one_line, points, printable, spoken
from autograder.results.schema import CheckResult, Diagnosis, ExerciseResult, SubmissionResult
from autograder.results.wording import CONFIDENCE_WORDS, STATUS_WORDS, lateness_words, short_id

Visibility = Literal["visible", "after_due_date", "after_published"]
"""When students see entries of hidden checks; visible ones are always shown."""


def write_gradescope_results(result: SubmissionResult, path: Path) -> Path:
    """Write the ``results.json`` of one submission and return its path."""
    return write_document(gradescope_results(result), path)


def write_document(document: dict[str, Any], path: Path) -> Path:
    """Write a ``results.json``, whole or not at all, and return its path."""
    write_atomically(path, json.dumps(document, indent=1, allow_nan=False) + "\n")
    return path


def gradescope_results(result: SubmissionResult, hidden: Visibility = "visible") -> dict[str, Any]:
    """A submission as Gradescope's ``results.json``.

    A failure of the grader has no ``score``, so Gradescope reports the run as failed and records no mark. How long it took is
    left out: a submission that sleeps as long as a hidden input is large would tell it to its author.
    """
    told: dict[str, Any] = {"output_format": "md", "stdout_visibility": "hidden"}
    if result.status == "grader_error":
        return {**told, "output": "The grader failed on this submission; it has to be graded again.", "tests": []}
    told |= {"score": _rounded(_final(result)), "output": _summary(result)}
    tests = [test for one in result.exercises if not _is_by_hand(one) for test in _tests(one, hidden)]
    boards = [entry for one in result.exercises for entry in _leaderboard(one)]
    return {**told, "tests": tests, **({"leaderboard": boards} if boards else {})}


def machine_points(result: SubmissionResult) -> float:
    """What the entries' ``max_score`` add up to: all points but those that people give."""
    return sum(one.max_score for one in result.exercises if not _is_by_hand(one))


def _machine_score(result: SubmissionResult) -> float:
    """The mark without what a person has entered beside the results: in Gradescope it is entered there."""
    return result.score - sum(one.score for one in result.exercises if _is_by_hand(one))


def _final(result: SubmissionResult) -> float:
    return max(0.0, _machine_score(result) - (result.late.penalty if result.late is not None else 0.0))


def _is_by_hand(exercise: ExerciseResult) -> bool:
    return exercise.kind == "written" or exercise.status == "needs_manual_grading"


def _summary(result: SubmissionResult) -> str:
    lines = [_code(result.message)] if result.message else []
    if result.exercises:
        lines.append(
            f"**{points(_machine_score(result))} of {points(machine_points(result))} points** by the checks of this run."
        )
    if result.late is not None:
        lines.append(lateness_words(result))
    by_hand = sum(one.max_score for one in result.exercises if _is_by_hand(one))
    if by_hand:
        lines.append(f"{points(by_hand)} points are given by a person.")
    if result.notes:
        lines.append("What was noticed while reading it:\n\n" + _code("\n".join(result.notes)))
    return cut("\n\n".join(lines))


def _tests(exercise: ExerciseResult, hidden: Visibility) -> list[dict[str, Any]]:
    if not exercise.checks:
        entry = _entry(exercise, STATUS_WORDS[exercise.status], exercise.note)
        return [{**entry, "score": _rounded(exercise.score), "max_score": _rounded(exercise.max_score)}]
    hints = [] if exercise.status == "passed" else [_hint(exercise, one) for one in exercise.diagnosis]
    note = [_entry(exercise, "note", exercise.note)] if exercise.note and exercise.status != "passed" else []
    earned = sum(check.score for check in exercise.checks)
    share = exercise.score / earned if earned else 1.0  # what passes beside nothing but wrong values earns nothing
    return [*hints, *note, *(_check(exercise, check, share, hidden) for check in exercise.checks)]


def _hint(exercise: ExerciseResult, diagnosis: Diagnosis) -> dict[str, Any]:
    """An entry without points, which Gradescope shows as text."""
    name = f"this looks like {spoken(diagnosis.misconception)}"
    return _entry(exercise, name, f"{_escaped(diagnosis.hint)}\n\n{CONFIDENCE_WORDS[diagnosis.confidence]}", prose=True)


def _check(exercise: ExerciseResult, check: CheckResult, share: float, hidden: Visibility) -> dict[str, Any]:
    shows_details = check.visibility == "visible" and check.status != "passed"
    entry = _entry(exercise, check.title or spoken(check.name), _details(check) if shows_details else "")
    status = "passed" if check.status == "passed" else "failed"
    marks = {"score": _rounded(check.score * share), "max_score": _rounded(check.max_score), "status": status}
    return {**entry, **marks, "visibility": "visible" if check.visibility == "visible" else hidden}


def _entry(exercise: ExerciseResult, name: str, text: str, *, prose: bool = False) -> dict[str, Any]:
    title = f"{short_id(exercise.id)}: {one_line(name)}"
    output = cut(printable(text)) if prose else _code(text)
    return {"name": title, "output": output, "output_format": "md", "visibility": "visible"}


def _details(check: CheckResult) -> str:
    lines = [check.message, *(f"{name} = {value}" for name, value in check.example.items())]
    if check.value is not None:
        lines.append(f"measured: {check.value:g}")
    return "\n".join(filter(None, lines))


def _leaderboard(exercise: ExerciseResult) -> list[dict[str, Any]]:
    """The score of a training task that decides most of it: of the checkpoint, where one was scored."""
    scores = [one for one in exercise.checkpoint or exercise.checks if one.value is not None and not one.too_good]
    directed = [one for one in scores if isinstance(one.zero, float) and isinstance(one.full, float)]
    if exercise.kind != "training" or not directed:
        return []
    best = max(directed, key=lambda one: one.share or 0.0)
    falling = best.full < best.zero  # type: ignore[operator]
    return [
        {"name": f"{short_id(exercise.id)}: {spoken(best.name)}", "value": best.value, "order": "asc" if falling else "desc"}
    ]


def _code(text: str) -> str:
    """Text as a code block that nothing in it can end."""
    text = cut(printable(text)).strip("\n")
    if not text:
        return ""
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall(r"`+", text)), default=0))
    return f"{fence}\n{text}\n{fence}"


def _escaped(text: str) -> str:
    """Prose of the course's own, in which only code marks act."""
    return re.sub(r"([\\*_\[\]#|])", r"\\\1", text).replace("<", "&lt;") if "`" not in text else text.replace("<", "&lt;")


def _rounded(value: float) -> float:
    return round(value, 4)
