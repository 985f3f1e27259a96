"""Finds assignments, exercises and checks on disk, and adds up points.

Exercises are listed in ``solutions/<assignment>/outline.md``, one line each; points sit on the checks; nothing is
typed twice.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import inspect
import sys
import types
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from autograder.checks import CheckInfo, info_of
from autograder.errors import GraderError, UsageError
from autograder.outline import (
    CONCEPTS,
    TRAINING,
    WRITTEN,
    Item,
    TrainingTask,
    WrittenQuestion,
    read_items,
    read_written,
)
from autograder.root import Outline, assignment_names, find_root, read_outline, suggest
from autograder.sandbox.modules import ModuleSpace

Visibility = Literal["visible", "hidden"]


@dataclass(frozen=True)
class Check:
    """One check function with what its writer said about it."""

    info: CheckInfo
    function: Callable[..., None]
    visibility: Visibility
    module: str
    """The assignment's module that the check looks at."""

    @property
    def key(self) -> str:
        """Identifies the check within its assignment; seeds are derived from it."""
        return f"{self.module}:{self.visibility}:{self.info.exercise}:{self.info.name}"


@dataclass(frozen=True)
class Exercise:
    """One function or class that students write."""

    id: str
    module: str
    name: str
    kind: Literal["function", "class", "short_answer"]
    title: str
    sources: tuple[str, ...]
    uses: tuple[str, ...]
    """Exercises (``module.name``) that this one builds on."""
    checks: tuple[Check, ...]
    target: object = None
    """The reference's function or class, for its signature."""

    @property
    def key(self) -> str:
        """``module.name``, as written in the outline."""
        return f"{self.module}.{self.name}"

    @property
    def points(self) -> float:
        """What the exercise is worth: the sum over its checks."""
        return sum(check.info.points for check in self.checks)


@dataclass
class Assignment:
    """One assignment of the course."""

    name: str
    folder: Path
    title: str
    modules: tuple[str, ...]
    exercises: tuple[Exercise, ...] = ()
    written: tuple[WrittenQuestion, ...] = ()
    training: tuple[TrainingTask, ...] = ()
    _spaces: dict[str, ModuleSpace] = field(default_factory=dict)

    @property
    def points(self) -> float:
        """What the automatically graded exercises are worth together."""
        return sum(exercise.points for exercise in self.exercises)

    @property
    def written_points(self) -> float:
        """What the written questions are worth together."""
        return sum(question.points for question in self.written)

    @property
    def total_points(self) -> float:
        """Everything, the share that training tasks take included."""
        return self.points + self.written_points + sum(task.points for task in self.training)

    @property
    def expected_files(self) -> frozenset[str]:
        """The files that a submission holds."""
        return frozenset(f"{module}.py" for module in self.modules)

    def exercise(self, key: str) -> Exercise:
        """Return an exercise by id, ``module.name`` or plain name; raises :class:`UsageError` for unknown ones."""
        for exercise in self.exercises:
            if key in (exercise.id, exercise.key, exercise.name):
                return exercise
        known = [exercise.id for exercise in self.exercises]
        raise UsageError(f"there is no exercise {key!r} in {self.name}", "--only", suggest(key, known))

    def reference_files(self) -> dict[str, bytes]:
        """The reference modules as files."""
        return {f"{module}.py": (self.folder / f"{module}.py").read_bytes() for module in self.modules}

    def reference_space(self) -> ModuleSpace:
        """The reference modules, loaded once per process under names of their own."""
        if "reference" not in self._spaces:
            prefix = f"solutions_{self.name}."
            self._spaces["reference"] = ModuleSpace(self.reference_files(), self.modules, prefix)
        return self._spaces["reference"]

    def reference(self, module: str) -> types.ModuleType:
        """One reference module, as plain Python."""
        return self.reference_space().module(module)


_SHOWS = frozenset(
    [
        "reports", "commands", "notebooks", "mutation", "cli.py", "__main__.py", "audit.py", "gallery.py", "release.py",
        "class_run.py", "figures_of.py", "coverage.py", "root.py", "pytest_plugin.py",
    ]
)  # fmt: skip
"""Parts of the package that no result depends on."""


class Course:
    """The course below one root folder, with its assignments loaded on demand."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.solutions = root / "solutions"
        self._loaded: dict[str, Assignment] = {}

    def names(self) -> list[str]:
        """The assignments that exist, in teaching order."""
        return assignment_names(self.root)

    def assignment(self, name: str) -> Assignment:
        """Load an assignment with its checks; raises :class:`UsageError` for unknown names."""
        if name not in self._loaded:
            assignment = _described(read_outline(self.root, name), self.solutions / name)
            self._loaded[name] = assignment  # before its checks, which may ask for the reference
            assignment.exercises = tuple(_exercises(assignment))
        return self._loaded[name]

    def version(self, name: str) -> str:
        """Digest of everything that decides a grade: the package's own code and the assignment's files.

        The same for the same files wherever they lie. Written questions are part of it, whose points count; what only
        shows, prints or commands is not: see `_SHOWS`.
        """
        package = Path(__file__).parent
        own = [path for path in package.rglob("*.py") if path.relative_to(package).parts[0] not in _SHOWS]
        course = [path for suffix in ("py", "md") for path in (self.solutions / name).rglob(f"*.{suffix}")]
        digest = hashlib.sha256()
        for root, files in ((package, own), (self.solutions, course)):
            for place, path in sorted((path.relative_to(root).as_posix(), path) for path in files):
                content = path.read_bytes()
                digest.update(f"{place}\0{len(content)}\0".encode() + content)
        return digest.hexdigest()[:12]


@functools.cache
def open_course(root: Path | None = None) -> Course:
    """Return the course at ``root``, or the one around the working folder or this package.

    ``AUTOGRADER_COURSE`` names the root explicitly. Raises :class:`UsageError` when there is none.
    """
    return Course(find_root(root))


def _described(outline: Outline, folder: Path) -> Assignment:
    """Everything about an assignment but its checks."""
    text = (folder / "outline.md").read_text(encoding="utf-8")
    title = next((line.removeprefix("# ").strip() for line in text.splitlines() if line.startswith("# ")), folder.name)
    return Assignment(
        folder.name, folder, title, outline.modules,
        written=tuple(
            read_written(folder / WRITTEN / f"{item.name}.md", f"{folder.name}.{item.key}", item)
            for item in outline.items if item.room == WRITTEN
        ),
        training=tuple(
            TrainingTask(f"{folder.name}.{item.key}", item.title, item.sources, item.reserved)
            for item in outline.items if item.room == TRAINING
        ),
    )  # fmt: skip


def _exercises(assignment: Assignment) -> Iterator[Exercise]:
    outline = assignment.folder / "outline.md"
    items = [item for item in read_items(outline.read_text("utf-8"), str(outline)) if item.room in assignment.modules]
    checks = list(_all_checks(assignment))
    for item in items:
        target = getattr(assignment.reference(item.room), item.name, None)
        if target is None:
            raise GraderError(f"the outline names {item.key}, which the reference lacks", str(assignment.folder))
        own = tuple(check for check in checks if (check.module, check.info.exercise) == (item.room, item.name))
        kind = "short_answer" if item.room == CONCEPTS else "class" if inspect.isclass(target) else "function"
        yield Exercise(
            id=f"{assignment.name}.{item.key}", module=item.room, name=item.name, kind=kind,  # type: ignore[arg-type]
            title=item.title, sources=item.sources, uses=item.uses, checks=own, target=target,
        )  # fmt: skip
    _refuse_strays(assignment, items, checks)


def _refuse_strays(assignment: Assignment, items: Sequence[Item], checks: Sequence[Check]) -> None:
    listed = {(item.room, item.name) for item in items}
    for check in checks:
        if (check.module, check.info.exercise) not in listed:
            where = f"{assignment.name}/{check.visibility}/…{check.function.__name__}"
            raise GraderError(f"the check is for {check.info.exercise}, which the outline does not list", where)


def _all_checks(assignment: Assignment) -> Iterator[Check]:
    visibilities: tuple[Visibility, ...] = ("visible", "hidden")
    for visibility in visibilities:
        for path in sorted((assignment.folder / visibility).glob("test_*.py")):
            module = module_under_test(path, assignment.modules)
            loaded = load_file(path, f"autograder_checks.{assignment.name}.{visibility}.{path.stem}")
            for function in vars(loaded).values():
                info = info_of(function)
                if info is not None and getattr(function, "__module__", None) == loaded.__name__:
                    yield Check(info, function, visibility, module)


def module_under_test(path: Path, modules: Sequence[str]) -> str:
    """Return the module that ``test_<module>[_topic].py`` looks at: the longest one its name begins with."""
    stem = path.stem.removeprefix("test_")
    fitting = [module for module in modules if stem == module or stem.startswith(module + "_")]
    if not fitting:
        raise GraderError("the file's name matches no module of the assignment", str(path), "call it test_<module>.py")
    return max(fitting, key=len)


def load_file(path: Path, name: str) -> types.ModuleType:
    """Import an instructor's file under a name of its own."""
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise GraderError("the file cannot be imported", str(path))
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
