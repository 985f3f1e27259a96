"""Results on a terminal: a table for one submission, a line per student while a class is graded.

Everything goes through :class:`rich.text.Text`, so that student text is never read as markup, and without
control characters, so that it cannot move the cursor. Colours appear on a terminal only (rich sees to that).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from autograder.plaintext import one_line, points, printable, short_name
from autograder.results import wording
from autograder.results.schema import CheckResult, ExerciseResult, SubmissionResult

_STYLES = {"passed": "green", "graded": "green", "partial": "yellow", "needs_manual_grading": "cyan"}
_QUIET = frozenset({"missing", "skipped"})
_NAME_WIDTH = 28


def print_result(result: SubmissionResult, console: Console, details: bool = False) -> None:
    """Print one submission: a table of exercises, the score and where to begin.

    Args:
        result: what was graded.
        console: where to print.
        details: also print the messages of failing checks (those of visible checks with their input).
    """
    if result.status != "graded":
        _print_problem(result, console)
        return
    console.print(result_table(result))
    if details:
        _print_details(result, console)
    console.print(_total(result))
    for told in filter(None, (wording.attempt_words(result), wording.lateness_words(result))):
        console.print(Text(told))
    _print_first_step(result, console)


def print_student_line(result: SubmissionResult, console: Console) -> None:
    """Print :func:`student_line`, shortened to the width of a terminal rather than broken; a log has no width."""
    if console.is_terminal:
        console.print(student_line(result), no_wrap=True, overflow="ellipsis")
    else:
        console.print(student_line(result), soft_wrap=True)


def counts_line(results: Sequence[SubmissionResult], unchanged: int) -> str:
    """How many submissions of a run were graded, could not be read, or failed; ``unchanged`` ones are not among ``results``."""
    words = {"graded": "graded", "unreadable": "could not be read", "grader_error": "without a mark, because the grader failed"}
    counts = Counter[str](result.status for result in results)
    parts = [f"{counts[status]} {told}" for status, told in words.items() if counts[status]]
    return ", ".join([*parts, *([f"{unchanged} unchanged"] if unchanged else [])]) or "nothing graded"


def result_table(result: SubmissionResult) -> Table:
    """Exercise, points, status and hint of one submission."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("exercise", no_wrap=True, overflow="ellipsis", max_width=40)
    table.add_column("points", justify="right", no_wrap=True)
    table.add_column("status", no_wrap=True)
    table.add_column("hint", overflow="fold", ratio=1)
    for exercise in result.exercises:
        marks = "?" if exercise.status == "needs_manual_grading" else points(exercise.score)
        table.add_row(
            Text(wording.short_id(exercise.id)),
            Text(f"{marks}/{points(exercise.max_score)}"),
            status_text(exercise.status),
            Text(_hint(exercise)),
        )
    return table


def student_line(result: SubmissionResult) -> Text:
    """One student of a class on one line: name, score, and what is the matter if something is."""
    line = Text(short_name(result.student))
    line.truncate(_NAME_WIDTH, overflow="ellipsis", pad=True)  # in terminal cells: an emoji takes two
    if result.status != "graded":
        line.append("  ").append_text(status_text(result.status))
        line.append(f"  {one_line(result.message, 120)}", style="dim")
        return line
    waiting = result.awaiting
    line.append(f"{wording.score_words(result.score, result.max_score - waiting):>18}")
    line.append(f" + {points(waiting)} by hand" if waiting else "")
    line.append(f"  {result.duration_s:5.1f} s", style="dim")
    first = wording.first_step(wording.numbered(result))
    if first is not None:
        line.append(f"  {wording.short_id(first.numbered.exercise.id)} {_why(first)}", style="dim")
    return line


def status_text(status: str) -> Text:
    """Mark and words of a status, coloured."""
    style = "dim" if status in _QUIET else _STYLES.get(status, "red")
    return Text(f"{wording.status_mark(status)} {wording.STATUS_WORDS[status]}", style=style)


def _hint(exercise: ExerciseResult) -> str:
    if exercise.status in ("passed", "needs_manual_grading"):
        return ""
    hint = wording.hint_of(exercise)
    failing = [check for check in exercise.checks if check.status != "passed"]
    return (hint or (one_line(failing[0].message, 160) if failing else "")).replace("`", "")


def _why(first: wording.FirstStep) -> str:
    if first.diagnosis is not None:
        return one_line(first.diagnosis.misconception.replace("_", " "), 60)
    return wording.STATUS_WORDS[first.numbered.exercise.status]


def _total(result: SubmissionResult) -> Text:
    total = Text("\n").append(f"{wording.score_words(result.score, result.max_score)} points", style="bold")
    waiting = result.awaiting
    return total.append(f", {points(waiting)} more to be marked by a person") if waiting else total


def _print_first_step(result: SubmissionResult, console: Console) -> None:
    first = wording.first_step(wording.numbered(result))
    if first is not None:
        name = wording.short_id(first.numbered.exercise.id)
        console.print(Text(f"Start with {name}: {points(first.points_lost)} points to win there."))


def _print_problem(result: SubmissionResult, console: Console) -> None:
    remedy = wording.UNREADABLE_REMEDY if result.status == "unreadable" else wording.GRADER_ERROR_REMEDY
    console.print(Text(f"{short_name(result.student)}: ").append_text(status_text(result.status)))
    console.print(Text(one_line(result.message)))
    console.print(Text(remedy.replace("`", ""), style="dim"))


def _print_details(result: SubmissionResult, console: Console) -> None:
    for exercise in result.exercises:
        if exercise.status == "missing":  # the table says so
            continue
        failing = [check for check in exercise.checks if check.status not in ("passed", "skipped")]
        shown = _told(exercise, failing)
        for check in shown:
            _print_check(exercise, check, console)
        if folded := len(failing) - len(shown):
            checks = "1 more check fails" if folded == 1 else f"{folded} more checks fail"
            led = not wording.is_explained(exercise) and wording.leading_failure(exercise) is not None
            console.print(Text(f"    {checks}{': see to this first' if led else ' for the same reason'}.", style="dim"))


def _told(exercise: ExerciseResult, failing: list[CheckResult]) -> list[CheckResult]:
    """The failing checks that say something of their own: the first where one mistake explains all, else one of a message."""
    if exercise.kind == "training":
        return failing
    if wording.is_explained(exercise):
        return sorted(failing, key=lambda check: check.visibility != "visible")[:1]
    if (lead := wording.leading_failure(exercise)) is not None:
        return [lead]
    messages = [check.message for check in failing]
    return [check for n, check in enumerate(failing) if check.example or check.message not in messages[:n]]


def _print_check(exercise: ExerciseResult, check: CheckResult, console: Console) -> None:
    title = one_line(check.title or check.name.replace("_", " "))
    console.print(Text(f"\n{wording.short_id(exercise.id)}: ", style="bold").append(title))
    if check.message:
        console.print(Text(_indented(check.message)))
    if check.visibility == "visible":
        for name, value in check.example.items():
            aligned = value.replace("\n", "\n" + " " * (len(name) + 3))
            console.print(Text(_indented(f"{name} = {aligned}"), style="dim"))


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in printable(text[:2000].replace("\t", "    ")).split("\n"))
