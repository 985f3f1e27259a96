"""Training tasks as ``solutions/<assignment>/training/<task>.py`` writes them.

Such a file is no secret: it is what `autograder train` runs on a student's own machine. It holds

- a docstring, whose first paragraph says what is trained;
- ``USES``: the exercises that the training runs (``module.name``);
- ``DATA``: ``"MNIST"``, ``"CIFAR-10"`` or ``""`` for what the task makes itself;
- ``SCORES``: what is measured, with levels and shares of the task's points;
- ``measure(run)``: trains and measures, see :class:`autograder.training.run.TrainingRun`;
- optionally ``explain(values)``: yields a :class:`Finding` where the values show a known mistake.

What runs beside the student's code stands in ``recipes.py`` of the same folder: functions whose first argument, ``student``,
has the student's modules as attributes. They are called by name through :meth:`TrainingRun.worker`. Networks that several
assignments train stand in ``solutions/given/``: a line ``from given.unet import UNet`` in ``recipes.py`` is replaced by that
file, since a worker can import nothing of the course.
"""

from __future__ import annotations

import ast
import functools
import re
import types
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from autograder.checks.files import load_file
from autograder.course.assignment import Assignment
from autograder.course.written_questions import TrainingTask
from autograder.errors import GraderError, UsageError, suggest
from autograder.runtime.stand_ins.toys import compile_toys, load_toys
from autograder.scores.levels import Level, Window

FOLDER = "training"
RECIPES = "recipes.py"
FULL = "full.toml"
GIVEN = "given"
"""The folder of ``solutions/`` with networks and weights of ours."""
PUBLIC = "digits"
"""How weights end that students get: ``unet_digits.safetensors`` of the network in ``unet.py``. All others are secret."""
_IMPORT = re.compile(rb"^from given\.(\w+) import .*$", re.MULTILINE)

Data = Literal["MNIST", "CIFAR-10", ""]


@dataclass(frozen=True)
class Score:
    """One number that the grader measures, and what it is worth.

    Attributes:
        name: as in results and calibration records.
        title: completes "the model …" and says what holds when the score is full.
        share: of the task's points; those of a task add up to 1.
        level: from zero credit to full credit.
        unit: what the number counts, for pages.
        fallback: the levels on the data that stand in where MNIST cannot be had, which are other digits and fewer.
        needs: the score without any credit of which this one means nothing and earns nothing.
    """

    name: str
    title: str
    share: float
    level: Level | Window
    unit: str = ""
    fallback: Level | Window | None = None
    needs: str = ""

    def level_on(self, fallback: bool) -> Level | Window:
        """The level that holds on the data at hand."""
        return self.fallback if fallback and self.fallback is not None else self.level


@dataclass(frozen=True)
class Finding:
    """A misconception that the values of a training show, and the question that a teaching assistant would ask."""

    misconception: str
    hint: str


@dataclass(frozen=True)
class Statement(TrainingTask):
    """What a training task is about: enough to hand it out."""

    about: str
    """The first paragraph of its docstring."""

    @property
    def name(self) -> str:
        """Its last part, as the file is called."""
        return self.id.rsplit(".", 1)[-1]


@dataclass(frozen=True)
class Task(Statement):
    """One training task of an outline, ready to run."""

    uses: tuple[str, ...]
    data: Data
    scores: tuple[Score, ...]
    measure: Callable[[Any], None]
    """Takes a :class:`autograder.training.run.TrainingRun`."""
    explain: Callable[[Mapping[str, float]], Iterator[Finding]]
    recipes: bytes
    """The source of what runs beside the student's code."""
    own: types.ModuleType
    """The same as a module of the grader's: networks of ours are built here too."""
    path: Path

    @property
    def modules(self) -> list[str]:
        """The student's modules that it uses."""
        return list(dict.fromkeys(key.partition(".")[0] for key in self.uses))

    def record_on(self, fallback: bool) -> Path:
        """Its calibration record, or that for the data that stand in for others."""
        return self.path.with_suffix(".fallback.json" if fallback else ".json")


def training_tasks(assignment: Assignment) -> tuple[Task, ...]:
    """The training tasks of an assignment that can be run, in the order of its outline."""
    return tuple(_read(assignment.folder, one) for one in assignment.training if _file(assignment.folder, one.id).is_file())


def statements(assignment: Assignment) -> Iterator[Statement]:
    """Yield what the training tasks of an assignment are about, without running their files."""
    for one in assignment.training:
        path = _file(assignment.folder, one.id)
        if path.is_file():
            docstring = ast.get_docstring(ast.parse(path.read_bytes(), str(path)), clean=False)
            yield Statement(**vars(one), about=_first_paragraph(docstring or one.title))


def task_in(folder: Path, identifier: str) -> Task:
    """A task of a folder that has no outline, as students get it; raises :class:`UsageError` where it is not there.

    Its points are shares: the folder does not say what they are worth.
    """
    known = sorted(path.stem for path in (folder / FOLDER).glob("*.py") if path.name != RECIPES)
    name = identifier.rsplit(".", 1)[-1]
    if name not in known:
        told = suggest(name, known, f"tasks here: {', '.join(known) or 'none'}")
        raise UsageError(f"there is no training task {name!r}", str(folder / FOLDER), told)
    return _read(folder, TrainingTask(f"{folder.resolve().name}.{FOLDER}.{name}", "", (), 1.0))


def student_files(folder: Path) -> dict[str, bytes]:
    """What students get of an assignment's training tasks: the tasks, and the recipes in one file."""
    tasks = sorted(path for path in (folder / FOLDER).glob("*.py") if path.name != RECIPES)
    if not tasks:
        return {}
    files = {f"{FOLDER}/{path.name}": path.read_bytes() for path in tasks}
    files[f"{FOLDER}/{RECIPES}"] = _bundled(folder / FOLDER / RECIPES)
    full = folder / FOLDER / FULL
    return files | ({f"{FOLDER}/{FULL}": full.read_bytes()} if full.is_file() else {})


def student_weights(folder: Path) -> dict[str, bytes]:
    """The weights that students get with an assignment's recipes: those of given networks with the same name."""
    recipes = folder / FOLDER / RECIPES
    given = _IMPORT.findall(recipes.read_bytes()) if recipes.is_file() else []
    found = [folder.parent / GIVEN / f"{name.decode()}_{PUBLIC}.safetensors" for name in dict.fromkeys(given)]
    return {f"{FOLDER}/{GIVEN}/{path.name}": path.read_bytes() for path in found if path.is_file()}


def find_task(assignment: Assignment, key: str) -> Task:
    """Return a task by id or name; raises :class:`UsageError` for unknown ones."""
    tasks = training_tasks(assignment)
    for task in tasks:
        if key in named(task.id):
            return task
    known = [task.id for task in tasks]
    raise UsageError(f"there is no training task {key!r}", assignment.name, suggest(key, known))


def named(identifier: str) -> set[str]:
    """The names by which people ask for a task: its id, ``training.name`` and ``name``."""
    _, *rest = identifier.split(".")
    return {identifier, ".".join(rest), rest[-1]}


def _file(folder: Path, identifier: str) -> Path:
    return folder / FOLDER / f"{identifier.rsplit('.', 1)[-1]}.py"


@functools.cache
def _read(folder: Path, outlined: TrainingTask) -> Task:
    path = _file(folder, outlined.id)
    prefix = f"autograder_training.{folder.name}"
    recipes = _bundled(path.with_name(RECIPES))
    own = load_toys(compile_toys(recipes), f"{prefix}.recipes")
    module = load_file(path, f"{prefix}.{path.stem}")
    scores = tuple(module.SCORES)
    if abs(sum(score.share for score in scores) - 1) > 1e-9:
        raise GraderError("the shares of a task's scores add up to 1", str(path))
    return Task(
        **vars(outlined), about=_first_paragraph(module.__doc__ or outlined.title), uses=tuple(module.USES), data=module.DATA,
        scores=scores, measure=module.measure, explain=getattr(module, "explain", _nothing), recipes=recipes, own=own,
        path=path,
    )  # fmt: skip


def _bundled(path: Path) -> bytes:
    """A file of recipes with the given networks that it imports in their lines' place."""

    def given(line: re.Match[bytes]) -> bytes:
        file = path.parents[2] / GIVEN / f"{line[1].decode()}.py"
        if not file.is_file():
            raise GraderError("the recipes import a given file that does not exist", str(file))
        return file.read_bytes()

    return _IMPORT.sub(given, path.read_bytes())


def _first_paragraph(text: str) -> str:
    return " ".join(text.strip().split("\n\n")[0].split())


def _nothing(values: Mapping[str, Any]) -> Iterator[Finding]:
    return iter(())
