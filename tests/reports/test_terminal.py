"""What is printed is readable and cannot steer the terminal."""

from __future__ import annotations

import io

import pytest
from rich.console import Console
from sample_results import HOSTILE_NAMES, SECRET, classroom, exercise, failed_exercise, grader_error, result, unreadable

from autograder.reports.terminal import counts_line, print_result, print_student_line, student_line
from autograder.results.schema import SubmissionResult


def printed(graded: SubmissionResult, terminal: bool = False) -> str:
    """The output for one submission."""
    file = io.StringIO()
    console = Console(file=file, width=100, force_terminal=terminal)
    print_result(graded, console, details=True)
    print_student_line(graded, console)
    return file.getvalue()


def test_the_table_names_exercises_points_status_and_hint() -> None:
    """The score and where to begin stand below it."""
    text = printed(result())
    for words in ("gaussian_kl", "0/4", "✗ not right yet", "exp(logvar)", "51.5 of 80 points", "Start with"):
        assert words in text
    assert SECRET not in text


@pytest.mark.parametrize("student", HOSTILE_NAMES)
def test_nothing_printed_acts_on_the_terminal(student: str) -> None:
    """No control characters, no markup, one line per student."""
    graded = result(student)
    graded.exercises[1].checks[0].message = f"{student}\x1b]0;title\x07 [bold]"
    text = printed(graded)
    assert not any(ord(char) < 32 and char != "\n" for char in text)
    assert "\u202e" not in text
    assert "[bold]" in text
    assert "\n" not in student_line(graded).plain


def test_colours_only_on_a_terminal() -> None:
    """A pipe gets plain text."""
    assert "\x1b[" not in printed(result())
    assert "\x1b[" in printed(result(), terminal=True)


def test_problems_say_what_to_do() -> None:
    """Reason and remedy."""
    assert "archive is damaged" in printed(unreadable())
    assert "not your mistake" in printed(grader_error())


def test_a_student_takes_one_line() -> None:
    """However long the name and the reason are."""
    file = io.StringIO()
    print_student_line(unreadable("b" * 300), Console(file=file, width=60))
    assert file.getvalue().count("\n") == 1


def test_failing_checks_that_say_the_same_are_counted() -> None:
    """One finding for a cause; a mistake that has a name explains all that fails."""
    graded = result()
    exercise = next(one for one in graded.exercises if one.diagnosis)
    failing = [check for check in exercise.checks if check.status not in ("passed", "skipped")]
    exercise.checks += [
        failing[0].model_copy(update={"name": f"again{number}", "title": f"again {number}"}) for number in (1, 2)
    ]
    text = printed(graded)
    assert f"{len(failing) + 1} more checks fail for the same reason." in text
    assert "again 1" not in text


def test_counts_say_what_became_of_a_run() -> None:
    """Unreadable work is not graded, and what was not touched is said."""
    done = [*classroom(2), unreadable("eve")]
    assert counts_line(done, 0) == "2 graded, 1 could not be read"
    assert counts_line([], 13) == "13 unchanged"
    assert counts_line(done[:1], 3) == "1 graded, 3 unchanged"
    assert counts_line([], 0) == "nothing graded"


def test_an_exercise_that_is_not_begun_takes_one_line() -> None:
    """The table has it; there is no more to say."""
    exercises = [exercise(0, "missing", 0.0), failed_exercise(), failed_exercise()]
    text = printed(result().model_copy(update={"exercises": exercises}))
    assert text.count("reconstruction_loss") == 1
    assert text.count("gaussian_kl") > 1


@pytest.mark.parametrize("terminal", [True, False])
def test_a_log_has_whole_lines(terminal: bool) -> None:
    """A terminal's lines are cut to its width; a log has none, and its reader needs the reason."""
    file = io.StringIO()
    unread = unreadable("grace")
    unread.message = "the zip is damaged or incomplete, and that is said in more words than a narrow line has; hand it in again"
    print_student_line(unread, Console(file=file, width=80, force_terminal=terminal))
    assert ("hand it in again" in file.getvalue()) is not terminal
    assert file.getvalue().count("\n") == 1
