"""What a notebook's check cells call: the visible checks of one exercise, run on what the notebook defines just now.

Everything happens in the student's own kernel, with every value shown. Importing this module is cheap; torch comes with the
first check.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from autograder.assessment.outcomes import Outcome
    from autograder.course.assignment import Exercise

CheckFunction = Callable[..., None]

_said: dict[str, str] = {}
"""Exercise -> what its visible checks last complained about in this kernel; empty when all passed."""


class VisibleChecksFailed(AssertionError):
    """Some visible check does not pass; in a notebook only its message is shown, without a traceback."""

    def _render_traceback_(self) -> list[str]:
        """What IPython shows in the place of a traceback."""
        return [str(self)]


def visible_checks(key: str, namespace: dict[str, Any]) -> Callable[[Callable[[], Iterable[CheckFunction]]], None]:
    """Run, at once, the checks that the decorated function returns, and print what became of them.

    ``key`` is the exercise as ``module.name``, ``namespace`` the notebook's ``globals()``. Nothing is raised, so that *Run All*
    reaches the last cell; :func:`require_visible_checks` raises what is complained about here.
    """

    def run(collect: Callable[[], Iterable[CheckFunction]]) -> None:
        outcomes = list(_outcomes(key, collect(), namespace))
        bad = [outcome for _, outcome in outcomes if not outcome.passed]
        complaint = _complaint(key, bad, len(outcomes), namespace)
        begun = any(outcome.status != "missing" for outcome in bad)
        report = list(_report(outcomes))
        _said[key] = "\n".join([complaint, *report]) if begun else complaint
        if not bad or begun:
            print("\n".join(report))
        print(complaint or f"All visible checks of {key} pass. More run when your work is graded.")

    return run


def require_visible_checks(key: str) -> None:
    """Repeat what the visible checks of an exercise said, so that validating the notebook counts them.

    Raises:
        VisibleChecksFailed: they did not all pass, or have not been run.
    """
    said = _said.get(key, f"{key}: run the cell with its visible checks first")
    if said:
        raise VisibleChecksFailed(said)


def _complaint(key: str, bad: list[Outcome], number: int, namespace: dict[str, Any]) -> str:
    if not bad:
        return ""
    if all(outcome.status == "missing" for outcome in bad):
        from autograder.submission.progress import near_name

        name = key.partition(".")[2]
        own = [other for other, value in namespace.items() if callable(value) and not other.startswith("_")]
        taken = {other.partition(".")[2] for other in _said}
        near = near_name(name, own, taken)
        return f"{key}: the notebook has no {name} (did you mean {near}?)" if near else f"{key}: not implemented yet"
    titles = ", ".join(outcome.check.title for outcome in bad)
    return f"{key}: {len(bad)} of {number} visible checks failed ({titles})"


def _outcomes(key: str, functions: Iterable[CheckFunction], namespace: dict[str, Any]) -> Iterator[tuple[Exercise, Outcome]]:
    from autograder.assessment.outcomes import Outcome
    from autograder.assessment.runner import RunOptions, run_checks
    from autograder.course.assignment import Check, Exercise
    from autograder.student.check_work import OwnWork
    from autograder.student.own_files import notebook_space, toys_beside

    module, _, name = key.partition(".")
    space = notebook_space([module], namespace)
    toys = toys_beside(Path())  # the kernel runs in the notebook's folder

    endless = False
    for function in functions:
        check = Check.of(function, "visible", module)
        exercise = Exercise(f"notebook.{key}", module, name, "function", "", (), (), (check,), namespace.get(name))
        if endless:
            yield exercise, Outcome(check, "timeout", "not run, because an earlier check did not come to an end")
            continue
        with _unchanged_randomness():
            own = OwnWork("notebook", space, toys)
            (outcome,) = run_checks(own, [check], own.session, RunOptions())
        endless = outcome.status == "timeout"
        yield exercise, outcome


@contextlib.contextmanager
def _unchanged_randomness() -> Iterator[None]:
    """Checks seed what they use; the notebook's own random numbers go on as if they had not run."""
    from autograder.runtime.global_state import random_state, set_random_state

    state = random_state()
    try:
        yield
    finally:
        set_random_state(state)


def _report(outcomes: list[tuple[Exercise, Outcome]]) -> Iterator[str]:
    """Each check as text: a mark and its title, and what went wrong with which values, once where it is always the same."""
    from autograder.student import told

    form_only, said = told.looks_at_no_value([outcome for _, outcome in outcomes]), ""
    for exercise, outcome in outcomes:
        yield f"{told.mark_of(outcome)} {told.title_of(outcome, form_only)}"
        text = "\n".join(told.explained(exercise, outcome))
        if text:
            yield "    (the same again)" if text == said else text
        said = text or said
