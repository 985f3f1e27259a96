"""One run of a training task: the world it happens in, the workers it uses, and what it has measured."""

from __future__ import annotations

import contextlib
import hashlib
import math
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import torch
from safetensors.torch import load_file

from autograder.checks.calls import CandidateError
from autograder.data.secret_world import Disguise, SecretWorld, World
from autograder.errors import DataMissing
from autograder.plaintext import printable
from autograder.training.beside import ENDED, OpenWorker, Trainings, Unusable, Worker, told
from autograder.training.task import GIVEN, Task
from autograder.training.worlds import DataSource

Report = Callable[[str, float, float], None]
"""Called with a part's name, the share of it that is done, and the latest loss (a claim, ``nan`` for none)."""

Plot = Callable[[], bytes]

NO_MEASURE = "what came of it has no measure, as images that are all the same have none: a size is zero, or beyond all numbers"
"""What is said where a measurement divides by zero; a value is chosen by whoever sends it, and no fault of the grader's."""
SECONDS = 240.0
"""What one worker may take: ten times a right answer's time here. It is the worker's own time, whatever else runs."""


@dataclass
class Part:
    """What became of one part of a task, which some of its scores rest on."""

    names: tuple[str, ...]
    status: str = "passed"
    message: str = ""


@dataclass
class TrainingRun:
    """What a task's ``measure`` is given: images, workers and random numbers to use, and places for what it finds.

    Attributes:
        task: the task that runs.
        open_worker: starts a fresh process with the submission's files.
        source: where images come from.
        key: the seed of the run: secret worlds, initial weights and noise follow from it.
        device: where networks train and are measured.
        seconds: what one worker may take.
        report: told of progress.
        in_full: whether errors of the student's code are told word for word.
        trainings: what trains, or what has been trained elsewhere.
        given: how many images trainings see, whatever the task asks for; None means what it asks for.
        always_plain: whether no image is inverted or transposed, as for networks that serve in more than one run.
        wanted: the scores that somebody asks for; parts that measure none of them are left out. None means everything.
    """

    task: Task
    open_worker: OpenWorker
    source: DataSource
    key: str
    device: str = "cpu"
    seconds: float = SECONDS
    report: Report | None = None
    in_full: bool = False
    trainings: Trainings = field(default_factory=Trainings)
    given: int | None = None
    always_plain: bool = False
    wanted: Collection[str] | None = None
    values: dict[str, float] = field(default_factory=dict)
    parts: list[Part] = field(default_factory=list)
    curves: dict[str, Mapping[str, list[float]]] = field(default_factory=dict)
    figures: dict[str, Plot] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    fallback: bool = False
    """Whether other data stand in for those of the task."""
    environment: dict[str, str] = field(default_factory=dict)
    _left_out: bool = False

    @property
    def ours(self) -> ModuleType:
        """The task's recipes in this process, for networks whose architecture is the grader's."""
        return self.task.own

    def seed(self, purpose: str) -> int:
        """A seed of the run for one purpose."""
        return int.from_bytes(hashlib.blake2b(f"{self.key}/{purpose}".encode(), digest_size=8).digest()) >> 1

    def generator(self, purpose: str) -> torch.Generator:
        """Random numbers of the run for one purpose, the same on every device."""
        return torch.Generator().manual_seed(self.seed(purpose))

    @contextlib.contextmanager
    def seeded(self, purpose: str) -> Iterator[None]:
        """Inside, the global random numbers are those of one purpose, as for the initial weights of a network of ours."""
        with torch.random.fork_rng(devices=[self.device] if self.device.startswith("cuda") else []):
            torch.manual_seed(self.seed(purpose))
            yield

    def world(
        self,
        given: int,
        held: int = 0,
        hidden: int = 1000,
        disguises: tuple[Disguise, ...] = ("plain",),
        classes: int | None = None,
        data: str | None = None,
    ) -> World:
        """The images of this run: given ones for the student's training, hidden ones for the grader alone.

        Args:
            given: how many the student's code may see.
            held: how many of the same kind it may not.
            hidden: how many the grader measures on.
            disguises: those of which the seed chooses one.
            classes: how many of the ten classes occur; None means all.
            data: the data set; None means that of the task. Another one is for a task whose own may be missing.

        Raises:
            DataMissing: the data set is not to be had.
        """
        train, test = self.source.images(data or self.task.data)
        secret = SecretWorld.from_seed(self.seed("world"), ("plain",) if self.always_plain else disguises, classes)
        world = secret.draw(train, test, self.given or given, held, hidden, self.device)
        self.environment["dataset"] = world.name
        self.fallback = world.fallback
        if world.note and world.note not in self.notes:
            self.notes.append(world.note)
        return world

    def weights(self, public: str, *secret: str) -> tuple[str, dict[str, torch.Tensor]]:
        """The name and the weights, float32, of a given network: one of the secret ones that are here, else the public one.

        Raises:
            DataMissing: not even that is here.
        """
        beside = self.task.path.parent / GIVEN  # as students get it
        folder = beside if beside.is_dir() else self.task.path.parents[2] / GIVEN
        there = [name for name in secret if (folder / f"{name}.safetensors").is_file()] or [public]
        name = there[self.seed("given network") % len(there)]
        path = folder / f"{name}.safetensors"
        if not path.is_file():
            raise DataMissing("the given network is not here", str(path), "make it with tools/train_unet.py")
        return name, {key: value.float() for key, value in load_file(path, device=self.device).items()}

    def worker(self) -> Worker:
        """A fresh worker, which has seen nothing of this run.

        Raises:
            Unusable: nobody wants what this part measures, which ends it.
        """
        if self._left_out:
            raise Unusable("nobody asked for it")
        return Worker(self.open_worker(), self.seconds, self.trainings)

    @contextlib.contextmanager
    def part(self, *names: str) -> Iterator[None]:
        """A part of the task: what ends it early costs the scores ``names`` that it has not measured, and no others."""
        part = Part(names)
        self.parts.append(part)
        around, self._left_out = self._left_out, self._unwanted(names)
        try:
            yield
        except ENDED as error:
            if self.in_full and isinstance(error, CandidateError) and error.error_type == KeyboardInterrupt.__name__:
                raise KeyboardInterrupt from None  # whoever sits before the screen wants to end all of it
            part.status, part.message = told(error, in_full=self.in_full)
        except ArithmeticError:  # of a measurement's, which divides by what a submission's images or losses are
            part.status, part.message = "failed", NO_MEASURE
        finally:
            self._left_out = around

    def _unwanted(self, names: Collection[str]) -> bool:
        """Whether a part measures scores of the task alone, none of which is wanted; on one of another name others rest."""
        known = {score.name for score in self.task.scores}
        return self.wanted is not None and known.issuperset(names) and not set(names).intersection(self.wanted)

    def score(self, name: str, value: float) -> None:
        """Note what was measured."""
        known = {score.name for score in self.task.scores}
        if name not in known:
            raise KeyError(f"{self.task.id} has no score {name}")
        self.values[name] = float(value) if math.isfinite(value) else math.nan

    def claim(self, name: str, history: object) -> None:
        """Keep a history that the student's code reports, for curves: nothing of it is graded."""
        curves = _plain_history(history)
        if curves:
            self.curves[name] = curves

    def figure(self, name: str, draw: Plot) -> None:
        """A figure of verified outputs, drawn when somebody wants it."""
        self.figures[name] = draw

    def progress(self, part: str) -> Callable[..., Any]:
        """A function for recipes, ``report(done, loss)``: what it is told is shown and nothing else."""
        report = self.report

        def heard(done: Any, loss: Any = math.nan) -> float:
            if report is not None:
                report(part, _number(done), _number(loss))
            return 0.0

        return heard


def _number(value: Any) -> float:
    with contextlib.suppress(TypeError, ValueError, RuntimeError, OverflowError):
        return float(value)
    return math.nan


_MOST_POINTS = 20_000


def _plain_history(history: object) -> dict[str, list[float]]:
    if type(history) is not dict:
        return {}
    return {
        printable(name[:40], keep=""): [_number(value) for value in values[:_MOST_POINTS]]
        for name, values in list(history.items())[:6]
        if type(name) is str and type(values) is list and values and all(type(value) in (int, float) for value in values)
    }
