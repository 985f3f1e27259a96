"""One student's feedback page: a single HTML file that needs nothing but itself.

What a student may not see is taken out here, whatever the result contains: of a hidden check only its title,
status and message reach the page, never an example or a figure.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from autograder.atomic import write_atomically
from autograder.plaintext import cut, one_line, printable
from autograder.reports import pages
from autograder.reports.raster import data_uri
from autograder.reports.score_bars import ScoreBar, score_bar
from autograder.results import wording
from autograder.results.schema import CheckResult, ExerciseResult, SubmissionResult

EXAMPLE_LIMIT = 1200
_LARGEST_FIGURE = 2**20
_FIGURE_TYPES = {".svg": "image/svg+xml", ".png": "image/png"}


@dataclass(frozen=True)
class ShownCheck:
    """A check reduced to what its student may see."""

    title: str
    is_hidden: bool
    status: str
    score: float
    max_score: float
    message: str
    example: dict[str, str]
    figure: str | None
    """A ``data:`` address."""
    bar: ScoreBar | None = None
    """Of a score of a training task: where the value lies between no credit and all of it."""


@dataclass(frozen=True)
class ShownExercise:
    """An exercise of the page, numbered and with its checks reduced."""

    numbered: wording.Numbered
    checks: list[ShownCheck]
    figures: list[tuple[str, str]]
    """Of a training task: captions and ``data:`` addresses."""
    folded: list[ShownCheck]
    """Checks that say nothing new: what the named mistake explains, or all of an exercise that is not begun."""
    forfeited: bool
    """Whether what passed earns nothing."""
    checkpoint: list[ShownCheck]
    """Of a training task: scores of the checkpoint that was handed in."""

    @property
    def exercise(self) -> ExerciseResult:
        """The exercise itself; templates take no checks from it."""
        return self.numbered.exercise


def write_feedback(result: SubmissionResult, folder: Path, stem: str) -> Path:
    """Write ``<folder>/<stem>.html`` and return its path.

    Raises:
        UsageError: the file cannot be written.
    """
    path = folder / f"{stem}.html"
    write_atomically(path, render_feedback(result, folder))
    return path


def render_feedback(result: SubmissionResult, folder: Path) -> str:
    """The page as text; ``folder`` is the results folder, to which the figures' paths are relative."""
    exercises = wording.numbered(result)
    return pages.render(
        "feedback.html",
        result=result,
        exercises=exercises,
        groups=[(heading, [_shown(n, result, folder) for n in members]) for heading, members in wording.grouped(exercises)],
        first=wording.first_step(exercises),
        awaiting=result.awaiting,
        attempt=wording.attempt_words(result),
        lateness=wording.lateness_words(result),
        isolation=wording.isolation_words(result),
        environment=wording.environment_words(result),
        reason=_reason_and_remedy(result),
    )


def shown_check(check: CheckResult, folder: Path) -> ShownCheck:
    """Reduce a check to what its student may see; the only way from a result to a page."""
    is_hidden = check.visibility == "hidden"
    passed = check.status == "passed"
    return ShownCheck(
        title=check.title or check.name.replace("_", " "),
        is_hidden=is_hidden,
        status=check.status,
        score=check.score,
        max_score=check.max_score,
        message="" if passed else check.message,
        example={} if is_hidden or passed else _readable(check.example),
        figure=None if is_hidden or passed or not check.figure else embedded_figure(folder, check.figure),
        bar=score_bar(check),
    )


def embedded_figure(folder: Path, relative: str) -> str | None:
    """A picture of the results folder as a ``data:`` address; None for anything that is not one."""
    try:
        home, path = folder.resolve(), (folder / relative).resolve()
        media_type = _FIGURE_TYPES.get(path.suffix.lower())
        if media_type is None or not path.is_relative_to(home) or not path.is_file():
            return None
        return data_uri(path.read_bytes(), media_type) if path.stat().st_size <= _LARGEST_FIGURE else None
    except (OSError, ValueError):  # ValueError: a null byte in the path
        return None


def _shown(numbered: wording.Numbered, result: SubmissionResult, folder: Path) -> ShownExercise:
    exercise = numbered.exercise
    pictures = []
    if exercise.kind == "training":
        for path in result.artifacts.figures:
            _, begins, name = path.rpartition(f"{exercise.id}.")
            address = embedded_figure(folder, path) if begins else None
            if address is not None:
                pictures.append((one_line(name.removesuffix(".svg").replace("_", " "), 80), address))
    checks = [shown_check(check, folder) for check in exercise.checks]
    shown = _telling(exercise, checks)
    folded = [check for check in checks if check not in shown]
    forfeited = exercise.score < sum(check.score for check in exercise.checks) - 1e-9
    checkpoint = [shown_check(check, folder) for check in exercise.checkpoint or []]
    return ShownExercise(numbered, shown, pictures, folded, forfeited, checkpoint)


def _telling(exercise: ExerciseResult, checks: list[ShownCheck]) -> list[ShownCheck]:
    """The checks that say something of their own: where one mistake explains all, the first that fails and those that pass."""
    if exercise.status == "missing" or exercise.kind == "training":
        return [] if exercise.status == "missing" else checks
    failing = [check for check in checks if check.status != "passed"]
    if wording.is_explained(exercise):
        first = sorted(failing, key=lambda check: check.is_hidden)[:1]  # a visible one has an input to look at
        return [check for check in checks if check.status == "passed" or check in first]
    if (lead := wording.leading_failure(exercise)) is not None:
        place = exercise.checks.index(lead)
        return [check for n, check in enumerate(checks) if check.status == "passed" or n == place]
    return [check for n, check in enumerate(checks) if check.status == "passed" or not _says_again(check, checks[:n])]


def _says_again(check: ShownCheck, earlier: list[ShownCheck]) -> bool:
    return bool(check.message) and not check.example and check.message in [one.message for one in earlier]


def _readable(example: dict[str, str]) -> dict[str, str]:
    return {cut(printable(key, keep=""), 60): cut(printable(text), EXAMPLE_LIMIT) for key, text in example.items()}


def _reason_and_remedy(result: SubmissionResult) -> tuple[str, str] | None:
    if result.status == "unreadable":
        return result.message or "No reason was recorded.", wording.UNREADABLE_REMEDY
    if result.status == "grader_error":
        return "The grader failed while it worked on your submission.", wording.GRADER_ERROR_REMEDY
    return None
