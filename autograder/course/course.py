"""Finds assignments, exercises and checks on disk, and adds up points.

Exercises are listed in ``solutions/<assignment>/outline.md``, one line each; points sit on the checks; nothing is
typed twice.
"""

from __future__ import annotations

import functools
import hashlib
import inspect
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from autograder.checks.files import load_checks
from autograder.course.assignment import Assignment, Check, Exercise, Visibility
from autograder.course.check_files import module_under_test
from autograder.course.location import assignment_names, find_root, read_outline
from autograder.course.manifest import Manifest, read_manifest
from autograder.course.outline import CONCEPTS, TRAINING, WRITTEN, Item, Outline
from autograder.course.read_checks import NotLiteral, defined_names, read_checks
from autograder.course.written_questions import TrainingTask, read_written
from autograder.errors import GraderError

_DECIDES = (
    "assessment", "checks", "course", "data", "diagnosis", "grading", "runtime", "sandbox", "scores", "sessions", "submission",
    "training", "wire",
)  # fmt: skip
"""Rooms of the package that results depend on; the others show, store, release, command."""


class Course:
    """The course below one root folder, with its assignments loaded on demand."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.solutions = root / "solutions"
        self._loaded: dict[str, Assignment] = {}
        self._read: dict[str, Assignment] = {}

    def names(self) -> list[str]:
        """The assignments that exist, in teaching order."""
        return assignment_names(self.root)

    def manifest(self) -> Manifest:
        """What ``course.toml`` says of the course as a whole."""
        return read_manifest(self.root)

    def assignment(self, name: str) -> Assignment:
        """Load an assignment with its checks; raises :class:`UsageError` for unknown names."""
        if name not in self._loaded:
            assignment = _described(read_outline(self.root, name), self.solutions / name)
            self._loaded[name] = assignment  # before its checks, which may ask for the reference
            assignment.exercises = tuple(_exercises(assignment))
        return self._loaded[name]

    def described(self, name: str) -> Assignment:
        """An assignment for whoever reads it only: checks with everything but what they do, exercises without targets.

        Nothing of the course runs and torch is not imported. Raises :class:`UsageError` for unknown names.
        """
        if name not in self._read:
            assignment = _described(read_outline(self.root, name), self.solutions / name)
            try:
                assignment.exercises = tuple(_exercises_read(assignment))
            except NotLiteral:
                assignment = self.assignment(name)
            self._read[name] = assignment
        return self._read[name]

    def version(self, name: str) -> str:
        """Digest of everything that decides a grade: the package's own code and the assignment's files.

        The same for the same files wherever they lie. Written questions are part of it, whose points count, and the
        libraries that answers may import; what only shows, stores or commands is not: see `_DECIDES`.
        """
        course = [
            path
            for folder in (name, "given")
            for suffix in ("py", "md", "safetensors")
            for path in (self.solutions / folder).rglob(f"*.{suffix}")
        ]
        course += [*(self.solutions / name / TRAINING).glob("*.json"), *(self.solutions / name / TRAINING).glob("full.toml")]
        libraries = "".join(f"{name}\n" for name in self.manifest().libraries)
        files = digest_of([deciding_files(), (self.solutions, course)])
        return hashlib.sha256(f"{files}\n{libraries}".encode()).hexdigest()[:12]


def deciding_files() -> tuple[Path, list[Path]]:
    """The package's folder, and its files that results depend on."""
    package = Path(__file__).parents[1]
    return package, [path for room in _DECIDES for path in (package / room).rglob("*.py")]


def digest_of(groups: Iterable[tuple[Path, Iterable[Path]]]) -> str:
    """Digest of files: groups in order, each with the folder that its files' places are told from."""
    digest = hashlib.sha256()
    for root, files in groups:
        for place, path in sorted((path.relative_to(root).as_posix(), path) for path in files):
            content = path.read_bytes()
            digest.update(f"{place}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


@functools.cache
def open_course(root: Path | None = None) -> Course:
    """Return the course at ``root``, or the one around the working folder or this package.

    ``AUTOGRADER_COURSE`` names the root explicitly. Raises :class:`UsageError` when there is none.
    """
    return Course(find_root(root))


def _described(outline: Outline, folder: Path) -> Assignment:
    """Everything about an assignment but its checks."""
    return Assignment(
        outline, folder,
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
    checks = list(_all_checks(assignment))
    for item in _items(assignment):
        target = getattr(assignment.reference(item.room), item.name, None)
        if target is None:
            raise _lacking(assignment, item)
        yield _exercise(assignment, item, checks, is_class=inspect.isclass(target), target=target)
    _refuse_strays(assignment, _items(assignment), checks)


def _exercises_read(assignment: Assignment) -> Iterator[Exercise]:
    checks = list(_read_checks(assignment))
    names = {module: defined_names(assignment.folder / f"{module}.py") for module in assignment.modules}
    for item in _items(assignment):
        if item.name not in names[item.room]:
            raise _lacking(assignment, item)
        yield _exercise(assignment, item, checks, is_class=names[item.room][item.name])
    _refuse_strays(assignment, _items(assignment), checks)


def _lacking(assignment: Assignment, item: Item) -> GraderError:
    return GraderError(f"the outline names {item.key}, which the reference lacks", str(assignment.folder))


def _items(assignment: Assignment) -> list[Item]:
    return [item for item in assignment.outline.items if item.room in assignment.modules]


def _exercise(
    assignment: Assignment, item: Item, checks: Sequence[Check], *, is_class: bool, target: object = None
) -> Exercise:
    own = tuple(check for check in checks if (check.module, check.exercise) == (item.room, item.name))
    kind = "short_answer" if item.room == CONCEPTS else "class" if is_class else "function"
    return Exercise(
        id=f"{assignment.name}.{item.key}", module=item.room, name=item.name, kind=kind,  # type: ignore[arg-type]
        title=item.title, sources=item.sources, uses=item.uses, checks=own, target=target,
    )  # fmt: skip


def _refuse_strays(assignment: Assignment, items: Sequence[Item], checks: Sequence[Check]) -> None:
    listed = {(item.room, item.name) for item in items}
    for check in checks:
        if (check.module, check.exercise) not in listed:
            where = f"{assignment.name}/{check.visibility}/…{check.function.__name__}"
            raise GraderError(f"the check is for {check.exercise}, which the outline does not list", where)


def _all_checks(assignment: Assignment) -> Iterator[Check]:
    for visibility, path, module in _check_files(assignment):
        for function in load_checks(path, f"autograder_checks.{assignment.name}.{visibility}.{path.stem}"):
            yield Check.of(function, visibility, module)


def _read_checks(assignment: Assignment) -> Iterator[Check]:
    for visibility, path, module in _check_files(assignment):
        for info, function in read_checks(path):
            yield Check(**vars(info), function=function, visibility=visibility, module=module)


def _check_files(assignment: Assignment) -> Iterator[tuple[Visibility, Path, str]]:
    visibilities: tuple[Visibility, ...] = ("visible", "hidden")
    for visibility in visibilities:
        for path in sorted((assignment.folder / visibility).glob("test_*.py")):
            yield visibility, path, module_under_test(path, assignment.modules)
