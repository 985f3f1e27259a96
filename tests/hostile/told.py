"""Every text that a student can read of a graded submission."""

from __future__ import annotations

import io
import json
from pathlib import Path

from rich.console import Console

from autograder.exports.formats import junit_document
from autograder.exports.gradescope import gradescope_results
from autograder.gradebook.cell_outputs import graded_outputs, hint_comment
from autograder.reports.feedback import render_feedback
from autograder.reports.terminal import print_result
from autograder.results.graded import Graded
from autograder.results.schema import ExerciseResult
from autograder.results.store import Stored, write_class, write_summary

_OF_THE_RUN = {"seed": 0, "duration_s": 0.0, "grader_version": "", "submission_sha256": ""}


def page_of(graded: Graded, folder: Path) -> str:
    """The student's page, with the figures where it looks for them."""
    for name, content in graded.figures.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return render_feedback(graded.result, folder)


def everything_told(graded: Graded, folder: Path) -> dict[str, str]:
    """All that leaves the grader and may come before a student's eyes, by where it stands.

    What says which run it was (seed, duration, version, digest of the files) is left out.
    """
    result = graded.result.model_copy(update=_OF_THE_RUN)
    of_the_run = Graded(result, graded.figures)
    # How long it took is a submission's choice, to a tenth of a second; on what students get it would be read.
    timed = result.model_copy(update={"duration_s": graded.result.duration_s})
    folder.mkdir(parents=True, exist_ok=True)
    told = {
        "result": result.to_json(),
        "page": page_of(Graded(timed, graded.figures), folder),
        "junit": junit_document([result]).decode(),
        "gradescope": json.dumps(gradescope_results(timed)),
        "names of figures": " ".join(sorted(graded.figures)),
        "terminal": _terminal(of_the_run),
    }
    told.update({f"figure {name}": picture.decode("utf-8", "replace") for name, picture in graded.figures.items()})
    for exercise in result.exercises:
        told[f"notebook {exercise.id}"] = json.dumps(graded_outputs(exercise, graded.figures))
        told[f"comment {exercise.id}"] = hint_comment(exercise) or ""
    stored = [Stored("student", result)]
    write_summary(stored, folder / "summary.csv")
    write_class(stored, folder / "class.json")
    told["marks"] = (folder / "summary.csv").read_text()
    told["class"] = (folder / "class.json").read_text()
    return told


def _terminal(graded: Graded) -> str:
    stream = io.StringIO()
    print_result(graded.result, Console(file=stream, width=120), details=True)
    return stream.getvalue()


def without_outcomes(graded: Graded) -> Graded:
    """The same with every hidden check as if it had failed: what is left says nothing about them.

    A student sees of a hidden check whether it is right, wrong, or does not run. A submission that knows the answer may
    choose; see `chooses` in :mod:`hostile.attacks.attack`.
    """
    exercises = [_masked(exercise) for exercise in graded.result.exercises]
    return Graded(graded.result.model_copy(update={"exercises": exercises, "score": 0.0}), graded.figures)


def _masked(exercise: ExerciseResult) -> ExerciseResult:
    checks = [
        check.model_copy(update={"status": "failed", "score": 0.0, "message": ""})
        if check.visibility == "hidden" else check
        for check in exercise.checks
    ]  # fmt: skip
    return exercise.model_copy(update={"checks": checks, "status": "failed", "score": 0.0, "note": "", "diagnosis": []})
