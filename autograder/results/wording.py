"""What the reports say: statuses, confidence and isolation in words, and where a student should begin."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby

from autograder.plaintext import one_line, points
from autograder.results.schema import CheckResult, Diagnosis, ExerciseResult, SubmissionResult

STATUS_WORDS = {
    "passed": "passed",
    "partial": "partly right",
    "failed": "not right yet",
    "error": "raised an error",
    "timeout": "ran out of time",
    "crashed": "the process died",
    "missing": "not implemented",
    "skipped": "not run",
    "needs_manual_grading": "marked by a person",
    "graded": "graded",
    "unreadable": "could not be read",
    "grader_error": "the grader failed",
}
"""Every status of a check, an exercise or a submission, as a student reads it."""

STATUS_MARKS = {"passed": "✓", "partial": "◐", "missing": "–", "skipped": "–", "needs_manual_grading": "?"}
"""One character per status for narrow places; :func:`status_mark` answers ``✗`` for all others."""

CONFIDENCE_WORDS = {
    "exact": "Your results agree with this mistake on every input we tried.",
    "likely": "Your results mostly agree with this mistake, so it is worth checking first.",
    "possible": "This is one possible explanation; others fit as well.",
}

UNREADABLE_REMEDY = (
    "Hand in one folder with the assignment's .py files, the notebook (.ipynb), or a .zip of that folder. "
    "Before you do, run `autograder check` on it: it reads files exactly as the grader does."
)
GRADER_ERROR_REMEDY = (
    "This is not your mistake and no mark was recorded. Your instructor sees this on the class report and will "
    "grade the submission again; you need not do anything."
)

_OF_FORM = re.compile(r"\bis None\b|\bhas shape\b|\bhas dtype\b|; expected (a|an) |\bis not a (torch )?tensor\b")
_ISOLATION_WORDS = {
    "S3": "in full isolation",
    "S2": "in strict isolation",
    "S1": "in a restricted process",
    "S0": "without isolation",
}
_KIND_GROUPS = {"training": "Training", "short_answer": "Short answers", "written": "Written questions"}


@dataclass(frozen=True)
class Numbered:
    """An exercise with its number in the report and an anchor that no student text can influence."""

    number: int
    exercise: ExerciseResult

    @property
    def anchor(self) -> str:
        """The fragment that links to this exercise."""
        return f"exercise-{self.number}"


@dataclass(frozen=True)
class FirstStep:
    """The failing exercise to repair first, and what is known about it."""

    numbered: Numbered
    points_lost: float
    diagnosis: Diagnosis | None
    check: CheckResult | None


def status_mark(status: str) -> str:
    """The one-character mark of a status; always shown next to, or instead of, its words, never colour alone."""
    return STATUS_MARKS.get(status, "✗")


def hint_of(exercise: ExerciseResult) -> str:
    """The best hint known for an exercise, on one line; empty when there is none."""
    if exercise.status == "passed" or not exercise.diagnosis:
        return ""
    return one_line(best_diagnosis(exercise.diagnosis).hint)


def best_diagnosis(diagnoses: list[Diagnosis]) -> Diagnosis:
    """The most certain diagnosis; the first of equals."""
    return min(diagnoses, key=lambda diagnosis: list(CONFIDENCE_WORDS).index(diagnosis.confidence))


def is_explained(exercise: ExerciseResult) -> bool:
    """Whether a named mistake accounts for all that is wrong; one that fits beside other differences does not."""
    return any(diagnosis.confidence == "exact" for diagnosis in exercise.diagnosis)


def leading_failure(exercise: ExerciseResult) -> CheckResult | None:
    """A visible check that fails because nothing of the right form comes back, or that does not run.

    What the other checks say then follows from it, whatever they look at. Only what is visible decides, so that nothing
    is learnt of a hidden check.
    """
    failing = [check for check in exercise.checks if check.status not in ("passed", "skipped")]
    first = next((check for check in failing if check.visibility == "visible"), None)
    if exercise.kind == "training" or first is None:
        return None
    return first if first.status in ("error", "timeout", "crashed") or _OF_FORM.search(first.message) else None


def short_id(exercise_id: str) -> str:
    """The last part of an exercise id: ``gaussian_kl`` of ``vae.losses.gaussian_kl``."""
    return one_line(exercise_id.rsplit(".", 1)[-1], 80)


def numbered(result: SubmissionResult) -> list[Numbered]:
    """The exercises in order, counted from 1."""
    return [Numbered(number, exercise) for number, exercise in enumerate(result.exercises, start=1)]


def grouped(exercises: list[Numbered]) -> list[tuple[str, list[Numbered]]]:
    """Neighbouring exercises of one file or kind under one heading."""
    return [(heading, list(members)) for heading, members in groupby(exercises, key=lambda n: _group(n.exercise))]


def first_step(exercises: list[Numbered]) -> FirstStep | None:
    """The exercise to repair first: a mistake that has a hint, then one that has none, then what is not begun.

    Among those the one where most points are lost, then the earliest.
    """
    open_exercises = [n for n in exercises if _points_lost(n.exercise) > 0]
    if not open_exercises:
        return None
    best = max(open_exercises, key=lambda n: (*_ripeness(n.exercise), _points_lost(n.exercise), -n.number))
    failing = [c for c in best.exercise.checks if c.status != "passed"]
    diagnosis = best_diagnosis(best.exercise.diagnosis) if best.exercise.diagnosis else None
    return FirstStep(best, _points_lost(best.exercise), diagnosis, failing[0] if failing else None)


def _ripeness(exercise: ExerciseResult) -> tuple[bool, bool]:
    return bool(exercise.diagnosis), exercise.status not in ("missing", "skipped")


def score_words(score: float, max_score: float) -> str:
    """``37.5 of 40``."""
    return f"{points(score)} of {points(max_score)}"


def lateness_words(result: SubmissionResult) -> str:
    """When the work was due and handed in, and what that costs, in a sentence or two; empty where nothing is known."""
    late = result.late
    if result.submitted is None:
        return ""
    handed_in = _clock(result.submitted)
    if late is None:
        return f"Handed in {handed_in}."
    due = _clock(late.due)
    if not late.days:
        return f"Handed in {handed_in}, in time (due {due})."
    days = f"{late.days} {'day' if late.days == 1 else 'days'} late (handed in {handed_in}, due {due})"
    slack = f", {late.slack_days} of them covered by your slack days" if late.slack_days else ""
    cost = (
        f"{points(late.penalty)} points are taken off: {points(result.final)} count."
        if late.penalty
        else "Nothing is taken off."
    )
    return one_line(f"{days}{slack}. {cost}", 300)


def attempt_words(result: SubmissionResult) -> str:
    """Which of several attempts this is, and which one counts; empty where it is the only one."""
    attempt = result.attempt
    if attempt is None:
        return ""
    told = f"This is attempt {attempt.number}."
    if attempt.counting_number != attempt.number and attempt.counting is not None:
        better = "was better and counts" if attempt.policy == "best" else "counts"
        return f"{told} Attempt {attempt.counting_number} {better}: {points(attempt.counting)} points."
    choice = {"best": " It is the best so far and counts.", "latest": " The latest one counts."}
    return told + (choice.get(attempt.policy, "") if attempt.counting is not None else "")


def _clock(time: str) -> str:
    return time[:16].replace("T", " ")


def isolation_words(result: SubmissionResult) -> str:
    """How the submission was kept apart from the grader, for example ``in full isolation (S3: …)``."""
    profile, layers = result.isolation.profile, ", ".join(result.isolation.layers)
    detail = f"{profile}: {layers}" if layers else profile
    return one_line(f"{_ISOLATION_WORDS[profile]} ({detail})")


def environment_words(result: SubmissionResult) -> str:
    """What the submission ran on, on one line."""
    environment = result.environment
    parts = [f"Python {environment.python}", f"torch {environment.torch}", environment.device]
    return one_line(", ".join([*parts, environment.dataset] if environment.dataset else parts))


def _points_lost(exercise: ExerciseResult) -> float:
    if exercise.status in ("passed", "needs_manual_grading"):
        return 0.0
    return max(0.0, exercise.max_score - exercise.score)


def _group(exercise: ExerciseResult) -> str:
    if exercise.kind in _KIND_GROUPS:
        return _KIND_GROUPS[exercise.kind]
    parts = exercise.id.split(".")
    return one_line(f"{parts[-2]}.py") if len(parts) > 1 else "Exercises"
