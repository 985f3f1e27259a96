"""A student's own run of the visible checks: in this process, with every value shown."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.text import Text

from autograder.assessment.disclosure import check_result
from autograder.assessment.outcomes import Outcome
from autograder.assessment.runner import RunOptions, run_checks
from autograder.checks.decorator import info_of
from autograder.checks.files import load_file
from autograder.course.assignment import Check, Exercise
from autograder.course.check_files import fitting_module
from autograder.errors import UsageError
from autograder.plaintext import printable
from autograder.runtime.module_space import LoadError, ModuleSpace
from autograder.sessions.local import LocalSession
from autograder.student.own_files import local_space, modules_named_by, toys_beside


class OwnWork:
    """Stands in for an assignment where only the student's files and the visible checks are at hand."""

    def __init__(self, name: str, space: ModuleSpace, toys: bytes = b"") -> None:
        self.name = name
        self.toys = toys
        self._space = space

    def reference(self, module: str) -> object:
        """Visible checks have no reference: the student's own module stands in for its signatures."""
        return self._space.module(module)


def check_folder(path: Path, assignment: str | None = None) -> bool:
    """Run the visible checks on the work at ``path``, print what fails, and tell whether all passed."""
    if not path.exists():
        raise UsageError("there is nothing here", str(path), "give the folder, notebook or zip with your work")
    tests = find_tests(path, assignment)
    modules = modules_named_by(tests[0].parent)
    space = local_space(path, modules)
    console = Console()
    own = OwnWork(tests[0].parent.resolve().name, space, toys_beside(tests[0].parent))
    done = [outcome for test in tests for outcome in _run_file(own, test, modules, space, console)]
    passed = sum(outcome.passed for _, outcome in done)
    points = sum(outcome.check.info.points for _, outcome in done if outcome.passed)
    total = sum(outcome.check.info.points for _, outcome in done)
    console.print(
        f"\n{passed} of {len(done)} visible checks passed ({points:g} of {total:g} points; "
        "more checks run when your work is graded)"
    )
    return passed == len(done)


def find_tests(path: Path, assignment: str | None) -> list[Path]:
    """The visible checks for a student's work: beside it, or in ``assignments/<name>/``."""
    folder = path if path.is_dir() else path.parent
    places = [
        folder,
        *(parent / "assignments" / assignment for parent in [Path.cwd(), *Path.cwd().parents] if assignment),
    ]
    if assignment is None:
        places += [parent / "assignments" / folder.resolve().name for parent in [Path.cwd(), *Path.cwd().parents]]
        places += [parent / "assignments" / path.stem for parent in [Path.cwd(), *Path.cwd().parents]]
    for place in places:
        tests = sorted(place.glob("test_*.py"))
        if tests:
            return tests
    raise UsageError(
        "no visible checks (test_*.py) found for this work", str(path),
        "run it in the assignment's folder, or name the assignment with --assignment",
    )  # fmt: skip


def _run_file(
    own: OwnWork, test: Path, modules: Sequence[str], space: ModuleSpace, console: Console
) -> list[tuple[Exercise, Outcome]]:
    stem = test.stem.removeprefix("test_")
    module = fitting_module(stem, modules) or stem
    loaded = load_file(test, f"visible_checks_{test.stem}")
    functions = [function for function in vars(loaded).values() if info_of(function) and function.__module__ == loaded.__name__]
    try:
        space.module(module)
    except LoadError as error:
        console.print(Text(f"{module}.py could not be loaded: {type(error.cause).__name__}: {error.cause}", style="bold red"))
    for complaint in space.complaints:
        console.print(Text(f"note: a statement failed while loading and was skipped: {complaint}", style="yellow"))
    space.complaints.clear()
    results = []
    for function in functions:
        info = info_of(function)
        assert info is not None
        check = Check(info, function, "visible", module)
        target = vars(space.module(module)).get(info.exercise) if module not in space.failures else None
        exercise = Exercise(
            f"{own.name}.{module}.{info.exercise}", module, info.exercise, "function", "", (), (), (check,), target
        )
        (outcome,) = run_checks(own, [check], lambda: LocalSession(space, own.toys), RunOptions())  # type: ignore[arg-type, return-value]
        _print(exercise, outcome, console)
        results.append((exercise, outcome))
    return results


_MARKS = {"passed": ("✓", "green"), "missing": ("·", "dim")}


def _print(exercise: Exercise, outcome: Outcome, console: Console) -> None:
    result = check_result(exercise, outcome)
    mark, style = _MARKS.get(outcome.status, ("✗", "red"))
    console.print(Text(f"{mark} {exercise.key}: {result.title}", style=style))
    if outcome.status in ("passed", "missing"):
        return
    for line in result.message.splitlines():
        console.print(Text(f"    {printable(line)}"))
    for name, value in result.example.items():
        console.print(Text(f"      {name} = {value}", style="dim"))
