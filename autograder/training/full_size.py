"""The full budget of a task: the same recipe for longer and on more images, as ``training/full.toml`` says."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from autograder.checks.files import load_file
from autograder.errors import GraderError, UsageError
from autograder.scores.levels import Level
from autograder.training.task import FULL, Score, Task

STEPS, BATCH = "STEPS", "BATCH"
"""The constants of a task's file that the budget multiplies and replaces."""
Budget = Literal["smoke", "full"]


class Full(BaseModel):
    """How much longer a task is trained in full."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    times: int = Field(ge=1)
    """How many times the steps of the short budget."""
    given: int = Field(ge=1)
    """How many images the training sees."""
    batch: int | None = Field(default=None, ge=1)
    """How many of them a step takes; None for as many as in the short budget."""


_TABLE = TypeAdapter(dict[str, Full])


def full_of(task: Task) -> Full | None:
    """The full budget of a task; None where it has none. Raises :class:`GraderError` for a table that says no budget."""
    return _read(task.path.with_name(FULL)).get(task.name)


def in_full(task: Task) -> Task:
    """The task with the steps and the batch of its full budget; no value is too good for it.

    Raises:
        UsageError: it has none.
    """
    full = full_of(task)
    if full is None:
        known = sorted(_read(task.path.with_name(FULL)))
        told = f"tasks with one here: {', '.join(known)}" if known else "run it without the option"
        raise UsageError(f"{task.name} has no full budget", "--budget full", told)
    module = load_file(task.path, f"autograder_training.{task.path.parents[1].name}.{task.name}_in_full")
    setattr(module, STEPS, getattr(module, STEPS) * full.times)
    setattr(module, BATCH, full.batch or getattr(module, BATCH, None))
    return replace(task, measure=module.measure, scores=tuple(map(_boundless, task.scores)))


def _boundless(score: Score) -> Score:
    level = score.level
    return replace(score, level=replace(level, too_good=None)) if isinstance(level, Level) else score


def _read(path: Path) -> dict[str, Full]:
    if not path.is_file():
        return {}
    try:
        return _TABLE.validate_python(tomllib.loads(path.read_text("utf-8")))
    except (ValidationError, tomllib.TOMLDecodeError) as error:
        raise GraderError("does not say times and given of each task", str(path), str(error).splitlines()[0]) from error
