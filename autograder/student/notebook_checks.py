"""What a notebook's check cells call: the visible checks of one exercise, run on what the notebook defines just now.

Everything happens in the student's own kernel, with every value shown. Importing this module is cheap; torch comes with the
first check.
"""

from __future__ import annotations

import contextlib
import types
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
    """Run, at once, the checks that the decorated function returns.

    ``key`` is the exercise as ``module.name``, ``namespace`` the notebook's ``globals()``. Prints one line for each check.

    Raises:
        VisibleChecksFailed: a check failed, or the exercise is not implemented.
    """

    def run(collect: Callable[[], Iterable[CheckFunction]]) -> None:
        outcomes = list(_outcomes(key, collect(), namespace))
        report = [_lines(outcome) for outcome in outcomes]
        bad = [(outcome, lines) for (_, outcome), lines in zip(outcomes, report, strict=True) if not outcome.passed]
        complaint = _complaint(key, [outcome for outcome, _ in bad], len(outcomes))
        unwritten = all(outcome.status == "missing" for outcome, _ in bad)
        _said[key] = complaint if unwritten else "\n".join([complaint, *(lines for _, lines in bad)])
        if not bad or not unwritten:
            print("\n".join(report))
        if bad:
            raise VisibleChecksFailed(complaint)
        print(f"All visible checks of {key} pass. More run when your work is graded.")

    return run


def require_visible_checks(key: str) -> None:
    """Repeat what the visible checks of an exercise said, so that validating the notebook counts them.

    Raises:
        VisibleChecksFailed: they did not all pass, or have not been run.
    """
    said = _said.get(key, f"{key}: run the cell with its visible checks first")
    if said:
        raise VisibleChecksFailed(said)


def _complaint(key: str, bad: list[Outcome], number: int) -> str:
    if not bad:
        return ""
    if all(outcome.status == "missing" for outcome in bad):
        return f"{key}: not implemented yet"
    titles = ", ".join(outcome.check.info.title for outcome in bad)
    return f"{key}: {len(bad)} of {number} visible checks failed ({titles})"


def _outcomes(key: str, functions: Iterable[CheckFunction], namespace: dict[str, Any]) -> Iterator[tuple[Exercise, Outcome]]:
    from autograder.assessment.runner import RunOptions, run_checks
    from autograder.checks.decorator import info_of
    from autograder.course.assignment import Check, Exercise
    from autograder.sessions.local import LocalSession
    from autograder.student.check_work import OwnWork
    from autograder.student.own_files import toys_beside

    module, _, name = key.partition(".")
    space = _space_of(module, namespace)
    toys = toys_beside(Path())  # the kernel runs in the notebook's folder

    def session() -> LocalSession:
        return LocalSession(space, toys)

    for function in functions:
        info = info_of(function)
        assert info is not None, "the cell was cut from functions that carry @check"
        check = Check(info, function, "visible", module)
        exercise = Exercise(f"notebook.{key}", module, name, "function", "", (), (), (check,), namespace.get(name))
        with _unchanged_randomness():
            own: Any = OwnWork("notebook", space, toys)
            (outcome,) = run_checks(own, [check], session, RunOptions())  # type: ignore[arg-type, return-value]
        yield exercise, outcome


def _space_of(module: str, namespace: dict[str, Any]) -> Any:
    """A space whose one module is the notebook as it is now: the latest definition of everything."""
    from autograder.runtime.module_space import ModuleSpace

    class Notebook(ModuleSpace):
        def module(self, name: str) -> types.ModuleType:
            shown = types.ModuleType(name)
            shown.__dict__.update(namespace)
            return shown

    return Notebook({}, (module,), "notebook_")


@contextlib.contextmanager
def _unchanged_randomness() -> Iterator[None]:
    """Checks seed what they use; the notebook's own random numbers go on as if they had not run."""
    from autograder.runtime.global_state import random_state, set_random_state

    state = random_state()
    try:
        yield
    finally:
        set_random_state(state)


def _lines(result: tuple[Exercise, Outcome]) -> str:
    """One check as text: a mark and its title, and what went wrong with which values."""
    from autograder.assessment.disclosure import check_result
    from autograder.plaintext import printable

    exercise, outcome = result
    told = check_result(exercise, outcome)
    lines = [f"{'✓' if outcome.passed else '✗'} {told.title}"]
    if not outcome.passed:
        lines += [f"    {printable(line)}" for line in told.message.splitlines()]
        lines += [f"      {name} = {printable(value)}" for name, value in told.example.items()]
    return "\n".join(lines)
