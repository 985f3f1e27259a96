"""Candidates for a student's own runs: their files, in this process, without walls."""

from __future__ import annotations

import contextlib
import types
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from autograder.checks.calls import Remote
from autograder.checks.candidate import Candidate
from autograder.course.check_files import fitting_module
from autograder.errors import UsageError
from autograder.runtime.module_space import LoadError, ModuleSpace
from autograder.runtime.stand_ins.toys import FILE as TOYS
from autograder.student.limits import OutOfTime, TimedSession, limited
from autograder.submission import read_submission
from autograder.submission.filenames import meant_name
from autograder.submission.layout import uncopied

_SPACES: dict[tuple[str, object], ModuleSpace] = {}
_DEFINITIONS: dict[str, ModuleSpace] = {}
"""Prefix of a space that does not load to its end -> the space to use in its place."""
NOTES: dict[str, tuple[str, ...]] = {}
"""Prefix of a space -> what was ignored or repaired when its files were read."""
LOAD_SECONDS = 10.0


def candidate_beside(test_file: Path, submission: Path | None) -> Candidate:
    """The candidate for a test file: its module in ``submission``, or in the file's own folder."""
    return Candidate(remote_beside(test_file, submission), module_beside(test_file))


def remote_beside(test_file: Path, submission: Path | None) -> Remote:
    """What carries a candidate's calls, and remembers the latest."""
    space, _ = loaded_within_limit(space_beside(test_file, submission), module_beside(test_file))
    return Remote(TimedSession(space, toys_beside(test_file.parent)))


def module_beside(test_file: Path) -> str:
    """The module that a test file looks at."""
    stem = test_file.stem.removeprefix("test_")
    return fitting_module(stem, modules_named_by(test_file.parent)) or stem


def space_beside(test_file: Path, submission: Path | None) -> ModuleSpace:
    """The modules that a test file is about: of ``submission``, or beside the file."""
    given, modules = submission or test_file.parent, modules_named_by(test_file.parent)
    module = single_module(given, modules)
    return space_around(given, module, modules) if module else local_space(given, modules)


def single_module(path: Path, modules: Collection[str]) -> str:
    """Which of the modules a file is, also under a name that a browser has given it; empty for anything else."""
    if not path.is_file():
        return ""
    meant = uncopied(meant_name(path.name)).casefold()
    return next((module for module in modules if f"{module}.py".casefold() in (path.name.casefold(), meant)), "")


def space_around(path: Path, module: str, modules: Collection[str]) -> ModuleSpace:
    """The modules of a folder, with the file at ``path`` as ``module``, whatever it is called."""
    if path.name == f"{module}.py":
        return local_space(path.parent, modules)
    own, beside = local_space(path, modules), None
    with contextlib.suppress(UsageError):
        beside = local_space(path.parent, modules)
    files = {**(beside.files if beside else {}), f"{module}.py": own.files[f"{module}.py"]}
    key = (f"{path.resolve()} among others", path.stat().st_mtime)
    return _SPACES.setdefault(key, ModuleSpace(files, sorted(modules), f"candidate_{len(_SPACES)}."))


def loaded_within_limit(space: ModuleSpace, module: str) -> tuple[ModuleSpace, str]:
    """Load a module; where that does not come to an end, return a space that uses definitions only, and a note."""
    space = _DEFINITIONS.get(space.prefix, space)
    with contextlib.suppress(LoadError):
        try:
            limited(lambda: space.module(module), LOAD_SECONDS)
        except OutOfTime as error:
            prefix = f"{space.prefix}definitions."
            lesser = ModuleSpace(space.files, space.expected, prefix, definitions_only=True)
            _DEFINITIONS[space.prefix] = lesser
            with contextlib.suppress(LoadError):
                lesser.module(module)
            return lesser, f"loading {module} was {error} Only its functions and classes are used."
    return space, ""


def local_space(path: Path, modules: Collection[str]) -> ModuleSpace:
    """Read a submission and make its modules importable; read again when a file has changed."""
    files = sorted(path.glob("*.py")) if path.is_dir() else [path]
    stamp = tuple((file.name, file.stat().st_mtime) for file in files)
    key = (str(path.resolve()), stamp)
    if key not in _SPACES:
        submission = read_submission(path, {f"{module}.py" for module in modules})
        if submission.unreadable is not None:
            raise UsageError(submission.unreadable, str(path))
        prefix = f"candidate_{len(_SPACES)}."
        _SPACES[key], NOTES[prefix] = ModuleSpace(submission.files, sorted(modules), prefix), submission.notes
    return _SPACES[key]


def assignment_folders(path: Path, assignment: str | None) -> Iterator[Path]:
    """Where an assignment's own files may lie: beside the work, or in ``assignments/<name>/`` of a folder above.

    Without a name, that of the work's folder is tried, and that of the file; what is named goes before what lies beside.
    """
    folder = path if path.is_dir() else path.parent
    stem = uncopied(meant_name(path.name)).removesuffix(".py") if path.suffix != ".ipynb" else path.stem
    names = [assignment] if assignment else dict.fromkeys((folder.resolve().name, path.stem, stem))
    released = [above / "assignments" / name for name in names for above in (Path.cwd(), *Path.cwd().parents)]
    yield from [*released, folder] if assignment else [folder, *released]


class _Notebook(ModuleSpace):
    """Every module is the notebook as it is now: the latest definition of everything."""

    def __init__(self, modules: Collection[str], namespace: Mapping[str, Any]) -> None:
        super().__init__({}, tuple(modules), "notebook_")
        self._namespace = namespace

    def module(self, name: str) -> types.ModuleType:
        """The notebook's names under a module's."""
        shown = types.ModuleType(name)
        shown.__dict__.update(self._namespace)
        return shown


def notebook_space(modules: Collection[str], namespace: Mapping[str, Any]) -> ModuleSpace:
    """A space whose modules are what a notebook defines just now."""
    return _Notebook(modules, namespace)


def toys_beside(folder: Path) -> bytes:
    """The small modules that come with visible checks: ``toys.py`` in their folder, or in that of the solutions."""
    for place in (folder, folder.parent):
        if (place / TOYS).is_file() and (place == folder or folder.name in ("visible", "hidden")):
            return (place / TOYS).read_bytes()
    return b""


def modules_named_by(folder: Path) -> list[str]:
    """Modules that the visible checks of a folder look at."""
    stems = sorted(path.stem.removeprefix("test_") for path in folder.glob("test_*.py"))
    parts = {stem for stem in stems if any(stem.startswith(f"{other}_") for other in stems)}
    return [stem for stem in stems if stem not in parts or (folder / f"{stem}.py").is_file()]
