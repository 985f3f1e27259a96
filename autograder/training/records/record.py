"""Calibration records: the runs that a task's levels rest on, in ``solutions/<assignment>/training/<task>.json``."""

from __future__ import annotations

import functools
import math
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from autograder.atomic import write_atomically
from autograder.course.location import read_outline
from autograder.errors import GraderError
from autograder.results.schema import Calibration
from autograder.scores.levels import Level, Window
from autograder.training.records.basis import digest_of
from autograder.training.task import Task

Kind = Literal["reference", "alternative", "wrong"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Machine(_Strict):
    """Where the runs were made."""

    device: str
    processor: str
    threads: int
    python: str
    torch: str
    dataset: str


class Run(_Strict):
    """One run of a task: what was measured from one seed."""

    seed: int
    values: dict[str, float | None]
    """Score -> value; None where it was measured and is not a number. What is missing could not be measured."""
    cpu_seconds: float


class Variant(_Strict):
    """One answer, right or wrong, over several seeds."""

    kind: Kind
    digest: str
    """Of its files, the recipes and the task without its levels: other ones make its runs worthless."""
    separable: bool = True
    """Of a wrong one: whether a training of this length can tell it at all; others are left to the checks."""
    runs: list[Run] = Field(default_factory=list)


class ErrorRates(_Strict):
    """How often the levels of the task file are wrong, from the runs of this record."""

    false_reject: float
    """Chance that the reference misses full credit: Student's t beyond the margin, summed over scores."""
    refused_alternatives: int
    alternatives: int
    """Runs of right answers in another way, and how many of them missed full credit."""
    accepted: int
    trials: int
    """Runs of separable wrong variants, and how many of them earned everything."""
    false_accept_low: float
    false_accept_high: float
    """The 95 % interval of Clopper and Pearson for the share accepted."""


class Record(_Strict):
    """Everything that was measured for one task."""

    task: str
    date: str
    machine: Machine
    """Of the latest run."""
    elsewhere: list[Machine] = Field(default_factory=list)
    """Where others were made that may still be in the record."""
    yardsticks: float | None = None
    """CPU time of the reference's run, in units of the yardstick measured beside it."""
    errors: ErrorRates | None = None
    variants: dict[str, Variant] = Field(default_factory=dict)


def write_record(record: Record, path: Path) -> None:
    """Write a record, whole or not at all."""
    write_atomically(path, record.model_dump_json(indent=1) + "\n")


def read_record(path: Path) -> Record | None:
    """A task's record; None where it has none. Raises :class:`GraderError` for a file that is none."""
    if not path.is_file():
        return None
    try:
        return Record.model_validate_json(path.read_text("utf-8"))
    except ValidationError as error:
        remedy = "run `autograder calibrate` for that task again"
        raise GraderError(f"is not a calibration record: {error.errors()[0]['msg']}", str(path), remedy) from error


@functools.cache
def calibration_of(task: Task, fallback: bool = False) -> Calibration | None:
    """What a result cites of a task's record; None where it has none, or one of an earlier form of the task."""
    record = read_record(task.record_on(fallback))
    if record is None or record.errors is None or "reference" not in record.variants:
        return None
    if record.variants["reference"].digest != digest_of(task, _reference_files(task)):
        return None
    errors = record.errors
    return Calibration(
        file=task.record_on(fallback).relative_to(task.path.parents[2]).as_posix(),
        seeds=len(record.variants["reference"].runs),
        device=record.machine.device, false_reject=errors.false_reject,
        false_accept=errors.accepted / errors.trials if errors.trials else None,
    )  # fmt: skip


def outdated(task: Task, fallback: bool = False) -> bool:
    """Whether there is a record whose runs are of an earlier form of the task or of its reference."""
    return calibration_of(task, fallback) is None and task.record_on(fallback).is_file()


def _reference_files(task: Task) -> dict[str, bytes]:
    folder = task.path.parents[1]
    modules = read_outline(folder.parents[1], folder.name).modules
    return {f"{module}.py": (folder / f"{module}.py").read_bytes() for module in modules}


def credit(task: Task, run: Run, fallback: bool = False) -> float:
    """The share of the task's points that a run earns by today's levels."""
    earned = credits_of(task, run.values, fallback)
    return math.fsum(one.share * earned[one.name] for one in task.scores)


def credits_of(task: Task, values: Mapping[str, float | None], fallback: bool = False) -> dict[str, float]:
    """Every score's credit in [0, 1]; none where a score that it needs has none."""
    alone = {one.name: _credit(one.level_on(fallback), values.get(one.name)) for one in task.scores}
    return {one.name: alone[one.name] if not one.needs or alone[one.needs] > 0 else 0.0 for one in task.scores}


def _credit(level: Level | Window, value: float | None) -> float:
    return 0.0 if value is None or level.is_too_good(value) else level.credit(value)


def error_rates(task: Task, record: Record, fallback: bool = False) -> ErrorRates:
    """How often the task's levels are wrong, as far as the record tells."""
    whole = 1 - 1e-9
    of_kind = {kind: [(one, run) for one in record.variants.values() if one.kind == kind for run in one.runs]
               for kind in ("reference", "alternative", "wrong")}  # fmt: skip
    right = [run for _, run in of_kind["reference"]]
    others = [credit(task, run, fallback) > whole for _, run in of_kind["alternative"]]
    wrong = [credit(task, run, fallback) > whole for one, run in of_kind["wrong"] if one.separable]
    low, high = interval(sum(wrong), len(wrong))
    return ErrorRates(
        false_reject=min(1.0, math.fsum(_missed(score.name, score.level_on(fallback), right) for score in task.scores)),
        refused_alternatives=others.count(False), alternatives=len(others),
        accepted=sum(wrong), trials=len(wrong), false_accept_low=low, false_accept_high=high,
    )  # fmt: skip


def _missed(name: str, level: Level | Window, runs: Sequence[Run]) -> float:
    """The chance that another run of the same kind misses a score's full level, if its values are normal."""
    values = [run.values.get(name) for run in runs]
    if len(values) < 3 or any(value is None for value in values):
        return 1.0
    known = [value for value in values if value is not None]
    mean, spread = statistics.fmean(known), statistics.stdev(known) * math.sqrt(1 + 1 / len(known))
    return math.fsum(_beyond(spread, edge, len(known)) for edge in room_in(level, mean))


def room_in(level: Level | Window, value: float) -> list[float]:
    """Distances from a value to the ends of full credit, negative where it lies outside."""
    if isinstance(level, Window):
        return [value - level.full_low, level.full_high - value]
    sign = 1 if level.full > level.zero else -1
    too_good = [] if level.too_good is None else [sign * (level.too_good - value)]
    return [sign * (value - level.full), *too_good]


def _beyond(spread: float, distance: float, count: int) -> float:
    from scipy.stats import t

    if spread == 0:
        return 0.0 if distance >= 0 else 1.0
    return float(t.sf(distance / spread, count - 1))


def interval(hits: int, trials: int, level: float = 0.95) -> tuple[float, float]:
    """The Clopper-Pearson interval of a share: lower and upper end."""
    from scipy.stats import beta

    if trials == 0:
        return 0.0, 1.0
    tail = (1 - level) / 2
    low = 0.0 if hits == 0 else float(beta.ppf(tail, hits, trials - hits + 1))
    high = 1.0 if hits == trials else float(beta.ppf(1 - tail, hits + 1, trials - hits))
    return low, high
