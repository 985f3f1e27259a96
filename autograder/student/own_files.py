"""Candidates for a student's own runs: their files, in this process, without walls."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from autograder.checks.calls import Remote
from autograder.checks.candidate import Candidate
from autograder.course.check_files import fitting_module
from autograder.errors import UsageError
from autograder.runtime.module_space import ModuleSpace
from autograder.runtime.toys import FILE as TOYS
from autograder.sessions.local import LocalSession
from autograder.submission import read_submission

_SPACES: dict[tuple[str, float], ModuleSpace] = {}


def candidate_beside(test_file: Path, submission: Path | None) -> Candidate:
    """The candidate for a test file: its module in ``submission``, or in the file's own folder."""
    folder = submission or test_file.parent
    modules = modules_named_by(test_file.parent)
    stem = test_file.stem.removeprefix("test_")
    session = LocalSession(local_space(folder, modules), toys_beside(test_file.parent))
    return Candidate(Remote(session), fitting_module(stem, modules) or stem)


def local_space(path: Path, modules: Collection[str]) -> ModuleSpace:
    """Read a submission and make its modules importable; read again when a file has changed."""
    stamp = max((file.stat().st_mtime for file in path.glob("*.py")), default=0.0) if path.is_dir() else path.stat().st_mtime
    key = (str(path.resolve()), stamp)
    if key not in _SPACES:
        submission = read_submission(path, {f"{module}.py" for module in modules})
        if submission.unreadable is not None:
            raise UsageError(submission.unreadable, str(path))
        _SPACES[key] = ModuleSpace(submission.files, sorted(modules), f"candidate_{len(_SPACES)}.")
    return _SPACES[key]


def toys_beside(folder: Path) -> bytes:
    """The small modules that come with visible checks: ``toys.py`` in their folder, or in that of the solutions."""
    for place in (folder, folder.parent):
        if (place / TOYS).is_file() and (place == folder or folder.name in ("visible", "hidden")):
            return (place / TOYS).read_bytes()
    return b""


def modules_named_by(folder: Path) -> list[str]:
    """Modules that the visible checks of a folder look at."""
    stems = sorted(path.stem.removeprefix("test_") for path in folder.glob("test_*.py"))
    present = [stem for stem in stems if (folder / f"{stem}.py").is_file()]
    return present or [stem for stem in stems if not any(stem.startswith(other + "_") for other in stems)]
