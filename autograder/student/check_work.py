"""A student's own run of the visible checks: in this process, with every value shown."""

from __future__ import annotations

import sys
import time
import types
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from itertools import groupby
from pathlib import Path

from rich.console import Console
from rich.text import Text

from autograder.assessment.outcomes import Outcome
from autograder.assessment.runner import RunOptions, run_checks
from autograder.checks.info import info_of
from autograder.course.assignment import Check, Exercise
from autograder.errors import UsageError
from autograder.plaintext import one_line, printable
from autograder.runtime.module_space import LoadError, ModuleSpace
from autograder.sessions.budget import CHECK_SECONDS
from autograder.student import told
from autograder.student.builds_on import faulty_pieces, names_used
from autograder.student.early_end import now_runs
from autograder.student.find_checks import Function, VisibleChecks, find_checks
from autograder.student.limits import TimedSession, ended_by_signals, last_resort
from autograder.student.own_files import NOTES, loaded_within_limit, local_space, single_module, space_around
from autograder.submission.progress import misspelt

_STYLES = {"passed": "green", "missing": "dim"}


@dataclass(frozen=True)
class OwnWork:
    """Stands in for an assignment where only the student's files and the visible checks are at hand."""

    name: str
    space: ModuleSpace
    toys: bytes = b""

    def reference(self, module: str) -> types.ModuleType:
        """Visible checks have no reference: the student's own module stands in for its signatures."""
        return self.space.module(module)

    def session(self) -> TimedSession:
        """The student's own objects, in this process."""
        return TimedSession(self.space, self.toys)


def check_folder(
    path: Path,
    assignment: str | None = None,
    only: Collection[str] = (),
    checks_in: Path | None = None,
    report: Report | None = None,
) -> bool:
    """Run the visible checks on the work at ``path``, print what fails, and tell whether all passed.

    Of a single file of an assignment, its own checks; the other modules are those beside it. A function that does not come
    to an end is stopped, and Ctrl-C ends the program at once. ``checks_in`` is a folder whose checks are used in place of
    those beside the work; ``report`` gets what became of each check and the files.
    """
    if not path.exists():
        raise UsageError("there is nothing here", str(path), "give the folder, notebook or zip with your work")
    checks = find_checks(path, assignment) if checks_in is None else find_checks(checks_in, None)
    module = single_module(path, checks.modules)
    if module:
        checks = checks.only([module])
    if only:
        checks = checks.only(only)
    if checks.unable:
        missing = f"toys.py is not beside {path.name}, so {checks.unable} of its checks were not run"
        print(f"autograder: {missing} (your course handed it out with the notebook)", file=sys.stderr)
    with ended_by_signals():
        space = space_around(path, module, checks.modules) if module else local_space(path, checks.modules)
        run = _Run(checks, space, Console(), "" if path.name == f"{module}.py" or not module else path.name)
        passed = run.all_passed()
    if report is not None:
        keys = [(one, one.check.key) for one in run.done]
        outcomes = [told.Told(one, run.told.get(key, []), run.seconds.get(key, 0.0)) for one, key in keys]
        report(path if path.is_dir() else path.parent, space.files, outcomes)
    return passed


Report = Callable[[Path, Mapping[str, bytes], list[told.Told]], None]
"""Is told the folder of the work, its files, and every outcome."""


@dataclass
class _Run:
    """One run over the checks of an assignment."""

    checks: VisibleChecks
    space: ModuleSpace
    console: Console
    called: str = ""
    """What the one file that is checked is called, where that is not the module's name."""
    done: list[Outcome] = field(default_factory=list)
    told: dict[str, list[str]] = field(default_factory=dict)
    """What a student reads of a check, by its key."""
    seconds: dict[str, float] = field(default_factory=dict)
    """How long a check took, by its key."""
    faulty: dict[str, None] = field(default_factory=dict)
    """Exercises that have failed so far."""
    endless: set[str] = field(default_factory=set)
    """Those of them that do not come to an end; what builds on them is not run."""

    def all_passed(self) -> bool:
        """Run everything, print as it goes, and sum up."""
        if self.called:
            self._say(f"note: {self.called} is checked as {self.checks.functions[0][0]}.py", "yellow")
        for note in NOTES.get(self.space.prefix, ()):
            self._say(f"note: {note}", "yellow")
        self.used = names_used(self.space.files)
        self.names = {info.exercise for _, function in self.checks.functions if (info := info_of(function))}
        for module, pairs in groupby(self.checks.functions, key=lambda pair: pair[0]):
            self._module(module, [function for _, function in pairs])
        self._sum_up()
        return all(outcome.passed for outcome in self.done)

    def _module(self, module: str, functions: Sequence[Function]) -> None:
        now_runs(f"{module}.py was loaded")
        self.space, note = loaded_within_limit(self.space, module)
        now_runs("")
        if note:
            self._say(f"note: {note}", "yellow")
        for complaint in self.space.complaints:
            self._say(f"note: a statement failed while loading and was skipped: {complaint}", "yellow")
        self.space.skipped.clear()
        checks = [Check.of(function, "visible", module) for function in functions]
        try:
            self.space.module(module)
        except LoadError as error:
            missing = isinstance(error.cause, ModuleNotFoundError) and error.cause.name == module
            reason = (
                f"is not here{self._renamed(module)}"
                if missing
                else one_line(f"could not be loaded: {type(error.cause).__name__}: {error.cause}")
            )
            self._say(f"✗ {module}.py {reason}", "bold red")
            self._say(f"    its {len(checks)} checks were not run", "")
            self.told |= {check.key: [f"{module}.py {reason}"] for check in checks}
            self.done += [Outcome(check, "missing" if missing else "error") for check in checks]
            return
        for name, members in groupby(checks, key=lambda check: check.exercise):
            self._exercise(module, name, list(members))

    def _renamed(self, module: str) -> str:
        """Which of the files here is probably this module, under a name that browsers or slips have given it."""
        others = {name.lower(): name for name in self.space.files if name.endswith(".py") and not name.startswith("test_")}
        spare = [low for low, name in others.items() if name.removesuffix(".py") not in self.checks.modules]
        near = get_close_matches(f"{module}.py".lower(), spare, n=1, cutoff=0.7)
        return f" (did you mean {others[near[0]]}? rename it)" if near else ""

    def _exercise(self, module: str, name: str, checks: list[Check]) -> None:
        own = OwnWork(self.checks.name, self.space, self.checks.toys)
        identifier = f"{self.checks.name}.{module}.{name}"
        target = vars(self.space.module(module)).get(name)
        exercise = Exercise(identifier, module, name, "function", "", (), (), tuple(checks), target)
        outcomes: list[Outcome] = []
        below = faulty_pieces(name, self.used, self.endless)
        for check in checks:
            if below:
                outcomes.append(Outcome(check, "timeout", f"not run, because {below[0]} does not come to an end"))
                continue
            if any(outcome.status == "timeout" for outcome in outcomes):
                outcomes.append(Outcome(check, "timeout", "not run, because an earlier check did not come to an end"))
                continue
            begun = time.perf_counter()
            now_runs(f"{exercise.key} ran")
            with last_resort(check.timeout or CHECK_SECONDS):
                outcomes += run_checks(own, [check], own.session, RunOptions())
            now_runs("")
            self.seconds[check.key] = time.perf_counter() - begun
        missing = all(outcome.status == "missing" for outcome in outcomes)
        if missing and (sentence := misspelt(self.space.files, module, name, self.names)):
            self._say(f"✗ {exercise.key}: {sentence}", "red")
            self.told |= {check.key: [sentence] for check in checks}
            self.done += [Outcome(outcome.check, "error", sentence) for outcome in outcomes]
            return
        self.done += outcomes
        if any(outcome.status not in ("passed", "missing") for outcome in outcomes):
            self.faulty[name] = None
        if any(outcome.status == "timeout" for outcome in outcomes):
            self.endless.add(name)
        self._print(exercise, outcomes)

    def _print(self, exercise: Exercise, outcomes: Sequence[Outcome]) -> None:
        pieces = faulty_pieces(exercise.name, self.used, self.faulty)
        form_only, said = told.looks_at_no_value(outcomes), ""
        for outcome in outcomes:
            style = _STYLES.get(outcome.status, "red")
            self._say(f"{told.mark_of(outcome)} {exercise.key}: {told.title_of(outcome, form_only)}", style)
            self.told[outcome.check.key] = lines = told.explained(exercise, outcome)
            if lines and pieces:
                self._say(
                    f"    It builds on {', '.join(pieces)}, which is not right yet: mend that first, and run this again.", ""
                )
            elif lines and "\n".join(lines) == said:
                self._say("    (the same again)", "dim")
            else:
                for line in lines:
                    self._say(line, "dim" if line.startswith("      ") else "")
            said = "\n".join(lines) or said

    def _sum_up(self) -> None:
        for name in self.faulty:
            late = [piece for piece in faulty_pieces(name, self.used, self.faulty) if _comes_after(piece, name, self.faulty)]
            if late:
                self._say(f"{name} builds on {', '.join(late)}, which is not right yet: mend that first.", "yellow")
        count = {status: sum(told.mark_of(one) == mark for one in self.done) for status, mark in _COUNTED.items()}
        if self.checks.missing:
            self._say(f"\n{self.checks.missing}", "yellow")
        points, total = (sum(one.check.points for one in some) for some in ([o for o in self.done if o.passed], self.done))
        words = [f"{number} {words}" for words, number in count.items() if number]
        self._say(
            f"\n{count['passed']} of {len(self.done)} visible checks passed ({points:g} of {total:g} points; "
            "more checks run when your work is graded)", "",
        )  # fmt: skip
        if count["passed"] < len(self.done):
            self._say(f"{', '.join(words)} ({told.LEGEND})", "dim")

    def _say(self, text: str, style: str) -> None:
        # Where it is no terminal, lines stay whole: a log's reader searches them, and it has no width.
        self.console.print(Text(printable(text), style=style), soft_wrap=not self.console.is_terminal)


_COUNTED = {"passed": "✓", "not right yet": "✗", "not implemented yet": "·"}


def _comes_after(piece: str, name: str, order: Collection[str]) -> bool:
    names = list(order)
    return names.index(piece) > names.index(name)
