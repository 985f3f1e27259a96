"""Where the visible checks for a student's work are: beside it, in ``assignments/<name>/``, or in the work itself."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any
from zipfile import BadZipFile, ZipFile, is_zipfile

from autograder.checks.files import load_checks
from autograder.checks.info import info_of
from autograder.course.check_files import fitting_module
from autograder.errors import UsageError, suggest
from autograder.runtime.stand_ins.toys import FILE as TOYS
from autograder.student.missing_checks import missing_checks
from autograder.student.own_files import assignment_folders, modules_named_by, toys_beside
from autograder.submission import find_notebook, read_submission
from autograder.submission.notebooks.cells import check_sources, file_brought

Function = Callable[..., None]


@dataclass(frozen=True)
class VisibleChecks:
    """The visible checks of an assignment, as far as a student has them.

    Attributes:
        name: of the assignment.
        modules: all modules that the checks look at.
        functions: module and check, in order.
        toys: the source of the small modules that checks use.
        unable: how many checks cannot run because these modules are not there.
        missing: a line about checks that the assignment has and this folder has not, or nothing.
    """

    name: str
    modules: tuple[str, ...]
    functions: tuple[tuple[str, Function], ...]
    toys: bytes = b""
    unable: int = 0
    missing: str = ""

    def only(self, wanted: Collection[str]) -> VisibleChecks:
        """Those of some exercises or modules, by ``losses.gaussian_kl``, ``gaussian_kl`` or ``losses``.

        Raises:
            UsageError: one of these names means nothing here.
        """
        kept = [(module, function) for module, function in self.functions if _names(module, function) & set(wanted)]
        known = {name for module, function in self.functions for name in _names(module, function)}
        for name in wanted:
            if name not in known:
                raise UsageError(f"there is no exercise {name!r} with visible checks", "--only", suggest(name, sorted(known)))
        return VisibleChecks(self.name, self.modules, tuple(kept), self.toys, self.unable)


def _names(module: str, function: Function) -> set[str]:
    info = info_of(function)
    assert info is not None
    return {module, info.exercise, f"{module}.{info.exercise}"}


def find_checks(path: Path, assignment: str | None) -> VisibleChecks:
    """Return the visible checks for the work at ``path``.

    Raises:
        UsageError: there are none, or ``path`` is one of their files.
    """
    if path.is_file() and path.match("test_*.py"):
        own = f"{fitting_module(path.stem.removeprefix('test_'), modules_named_by(path.parent)) or path.stem}.py"
        raise UsageError(
            "this file holds checks, not answers", str(path), f"give the file that it checks: {path.with_name(own)}"
        )
    _refuse_unknown(path, assignment)
    tests = _test_files(path, assignment)
    if not tests:
        checks = None if _several_works(path) else _in_notebook(path) or _in_archive(path)
        if checks is None:
            raise _nothing_found(path, assignment)
        return checks
    return _beside(tests, path, assignment)


def _beside(tests: list[Path], path: Path, assignment: str | None) -> VisibleChecks:
    """Those of a folder's files."""
    folder = tests[0].parent
    modules = modules_named_by(folder)
    functions = [pair for test in tests for pair in _functions(test, modules)]
    covered = {f"{module}.{info.exercise}" for module, function in functions if (info := info_of(function))}
    places = [place for place in assignment_folders(path, assignment) if place.resolve() != folder.resolve()]
    missing = missing_checks(folder, covered, places)
    return VisibleChecks(folder.resolve().name, tuple(modules), tuple(functions), toys_beside(folder), missing=missing)


def find_tests(path: Path, assignment: str | None) -> list[Path]:
    """The files of visible checks for a student's work; raises :class:`UsageError` when there are none."""
    tests = _test_files(path, assignment)
    if not tests:
        _refuse_unknown(path, assignment)
        raise _nothing_found(path, assignment)
    return tests


def _test_files(path: Path, assignment: str | None) -> list[Path]:
    found = (sorted(place.glob("test_*.py")) for place in assignment_folders(path, assignment))
    return next(filter(None, found), [])


def _functions(test: Path, modules: Iterable[str]) -> Iterator[tuple[str, Function]]:
    stem = test.stem.removeprefix("test_")
    for function in load_checks(test, f"visible_checks_{test.stem}"):
        yield fitting_module(stem, modules) or stem, function


def _in_notebook(path: Path) -> VisibleChecks | None:
    """The checks that a notebook brings in its own cells; those cells are the course's, and are run as they are."""
    notebook = find_notebook(path, set())
    found: list[tuple[str, Function]] = []

    def visible_checks(key: str, namespace: Any) -> Callable[[Callable[[], Iterable[Function]]], None]:
        return lambda collect: found.extend((key.partition(".")[0], function) for function in collect())

    for source in check_sources(notebook) if notebook is not None else ():
        exec(compile(source, "a check of the notebook", "exec", dont_inherit=True), {"visible_checks": visible_checks})
    if notebook is None or not found:
        return None
    modules = tuple(dict.fromkeys(module for module, _ in found))
    toys = toys_beside(path if path.is_dir() else path.parent) or file_brought(notebook, TOYS)
    able = tuple(pair for pair in found if toys or not _uses_toys(pair[1]))
    return VisibleChecks(path.stem, modules, able, toys, len(found) - len(able))


def _in_archive(path: Path) -> VisibleChecks | None:
    """The checks that a zip of an assignment's folder brings along."""
    if not is_zipfile(path):
        return None
    try:
        with ZipFile(path) as packed:
            names = {PurePosixPath(name).name for name in packed.namelist() if "__MACOSX" not in name}
    except (BadZipFile, NotImplementedError, UnicodeError):
        return None
    tests = {name for name in names if name.startswith("test_") and name.endswith(".py")}
    files = read_submission(path, {name.removeprefix("test_") for name in tests}).files
    with TemporaryDirectory() as unpacked:
        folder = Path(unpacked)
        for name in files:
            if "/" not in name:
                (folder / name).write_bytes(files[name])
        found = sorted(folder.glob("test_*.py"))
        return replace(_beside(found, folder, None), name=path.stem) if found else None


def _uses_toys(function: Function) -> bool:
    """Whether a check, or a helper that it calls by name, asks for a small module."""
    waiting: list[Any] = [function]
    seen: set[Any] = {function}
    while waiting:
        one = waiting.pop()
        if "toy" in one.__code__.co_names:
            return True
        around = inspect.getclosurevars(one)
        found = [*around.nonlocals.values(), *around.globals.values()]
        helpers = {helper for helper in found if inspect.isfunction(helper)} - seen
        waiting += helpers
        seen |= helpers
    return False


def _assignments_here() -> list[str]:
    """The assignments in this folder and those above it."""
    above = [place / "assignments" for place in (Path.cwd(), *Path.cwd().parents)]
    return sorted({test.parent.name for place in above for test in place.glob("*/test_*.py")})


def _refuse_unknown(path: Path, assignment: str | None) -> None:
    """Raise :class:`UsageError` for a name that none of the assignments here has."""
    known = _assignments_here() if assignment else []
    if assignment and known and assignment not in known:
        raise UsageError(f"there is no assignment {assignment!r} here", str(path), suggest(assignment, known))


def _several_works(path: Path) -> list[str]:
    """The folders of several assignments below a folder that holds no work itself, as in what a class is handed."""
    if not path.is_dir() or any(path.glob("*.ipynb")):
        return []
    patterns = [f"{depth}{name}" for name in ("test_*.py", "*.ipynb") for depth in ("*/", "*/*/")]
    found = {test.parent: None for pattern in patterns for test in sorted(path.glob(pattern)) if "." not in test.parent.name}
    names = {folder.name for folder in found}
    return [str(folder) for folder in found] if len(names) > 1 else []


def _nothing_found(path: Path, assignment: str | None) -> UsageError:
    """Say what could be meant: a folder below, or a file that cannot be read."""
    found = [sorted(path.glob(pattern)) for pattern in ("*/test_*.py", "assignments/*/test_*.py")]
    below = list(dict.fromkeys(str(test.parent) for tests in found for test in tests)) or _several_works(path)
    if path.suffix == ".ipynb" or (path.suffix == ".zip" and not is_zipfile(path)):
        unreadable = read_submission(path, {f"{path.stem}.py"}).unreadable
        if unreadable is not None:
            return UsageError(unreadable, str(path), "give the folder itself" if path.suffix == ".zip" else "")
    remedy = "copy your work into the assignment's folder, or name the folder that holds its checks with --checks"
    if not assignment and (known := _assignments_here()):
        remedy = f"name the assignment, --assignment {' or '.join(known)}"
    if below:
        remedy = f"give one of the folders {', '.join(below[:8])}"
    return UsageError("no visible checks (test_*.py) found for this work", str(path), remedy)
