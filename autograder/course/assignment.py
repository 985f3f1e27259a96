"""One assignment: its exercises, their checks, files and points."""

from __future__ import annotations

import types
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from autograder.checks.info import CheckInfo, info_of
from autograder.course.outline import Outline
from autograder.course.written_questions import TrainingTask, WrittenQuestion
from autograder.runtime.module_space import ModuleSpace
from autograder.runtime.stand_ins.toys import FILE as TOYS

Visibility = Literal["visible", "hidden"]


@dataclass(frozen=True)
class Check(CheckInfo):
    """One check function with what its writer said about it."""

    function: Callable[..., None]
    visibility: Visibility
    module: str
    """The assignment's module that the check looks at."""

    @classmethod
    def of(cls, function: Callable[..., None], visibility: Visibility, module: str) -> Check:
        """The check that a function marked by ``@check`` is."""
        info = info_of(function)
        assert info is not None, f"{function} carries no @check"
        return cls(**vars(info), function=function, visibility=visibility, module=module)

    @property
    def key(self) -> str:
        """Identifies the check within its assignment; seeds are derived from it."""
        return f"{self.module}:{self.visibility}:{self.exercise}:{self.name}"


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
    beside: tuple[str, ...] = ()
    """In a submission: exercises whose classes have methods in common with this one."""

    @property
    def key(self) -> str:
        """``module.name``, as written in the outline."""
        return f"{self.module}.{self.name}"

    @property
    def points(self) -> float:
        """What the exercise is worth: the sum over its checks."""
        return sum(check.points for check in self.checks)


@dataclass
class Assignment:
    """One assignment of the course."""

    outline: Outline
    folder: Path
    exercises: tuple[Exercise, ...] = ()
    written: tuple[WrittenQuestion, ...] = ()
    training: tuple[TrainingTask, ...] = ()
    _spaces: dict[str, ModuleSpace] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """As in ids and folders."""
        return self.outline.name

    @property
    def title(self) -> str:
        """The outline's heading."""
        return self.outline.title

    @property
    def modules(self) -> tuple[str, ...]:
        """Its modules, in order."""
        return self.outline.modules

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

    def exercise(self, key: str) -> Exercise:
        """Return an exercise by id, ``module.name`` or plain name; raises :class:`UsageError` for unknown ones."""
        item = self.outline.find(key)
        return next(exercise for exercise in self.exercises if exercise.key == item.key)

    def pieces_of(self, exercise: Exercise) -> list[Exercise]:
        """Everything that an exercise builds on, directly or not, nearest first."""
        found: dict[str, Exercise] = {}
        waiting = list(self.exercise(exercise.key).uses)
        while waiting:
            key = waiting.pop(0)
            if key not in found and key != exercise.key:
                found[key] = self.exercise(key)
                waiting += found[key].uses
        return list(found.values())

    @property
    def toys(self) -> bytes:
        """The source of the small modules that checks hand to the student's code; empty where there are none."""
        path = self.folder / TOYS
        return path.read_bytes() if path.is_file() else b""

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
