"""Calibration: runs a task's reference and variants over many seeds, and records what the levels rest on.

Every run is written down as soon as it is over. What a record holds already, of the same files, is not run again. What an
answer's first run has in common with the reference's is taken from the reference for its other seeds, instead of being
trained anew: a wrong discriminator changes nothing of what a generator earns.
"""

from __future__ import annotations

import datetime
import platform
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from autograder.audit.margins import near_misses
from autograder.audit.processes import run_in_processes
from autograder.audit.training_variants import Answer, answers
from autograder.audit.yardstick import yardstick
from autograder.course.assignment import Assignment
from autograder.course.course import open_course
from autograder.training.grade import TrainingOptions, train_modules
from autograder.training.records.record import Machine, Record, Run, Variant, error_rates, read_record, write_record
from autograder.training.task import Task, find_task
from autograder.training.worlds import DataSource


@dataclass(frozen=True)
class Plan:
    """Which runs a calibration makes, and where."""

    root: Path
    assignment: str
    task: str
    source: DataSource
    device: str = "cpu"
    fallback: bool = False
    """Whether the runs use the data that stand in where MNIST cannot be had; they have levels and a record of their own."""


@dataclass(frozen=True)
class Finished:
    """One run that is over.

    Attributes:
        machine: where and on which data it happened.
        yardsticks: of the reference's first run: its CPU time in units of the yardstick, measured beside it.
    """

    name: str
    run: Run
    machine: Machine
    yardsticks: float | None = None


def missing_runs(plan: Plan, seeds: int, wrong_seeds: int) -> list[tuple[str, int]]:
    """The runs that the record lacks: ``seeds`` of the reference and of wrong answers near full credit, else ``wrong_seeds``.

    Which answers are near, and which scores they change, is known only after their first runs; ask again when these are over.
    """
    _, task, found = _task(plan)
    record, other = (read_record(task.record_on(fallback)) for fallback in (plan.fallback, not plan.fallback))
    near = near_misses(task, record, plan.fallback) if record else {}
    wanted = []
    for answer in found.values():
        variant = record.variants.get(answer.name) if record else None
        current = variant is not None and variant.digest == answer.digest(task)
        known = {run.seed for run in variant.runs} if variant is not None and current else set()
        as_often = answer.kind == "reference" or (current and answer.name in near)
        told = known or _values(task, other, found, answer.name)
        count = max(seeds, wrong_seeds) if as_often else wrong_seeds if told else 1
        wanted += [(answer.name, seed) for seed in range(count) if seed not in known]
    return wanted


def calibrate(plan: Plan, runs: Sequence[tuple[str, int]], jobs: int) -> Iterator[Finished]:
    """Make these runs in parallel; each is in the record before it is yielded."""
    arguments = [(plan, name, seed) for name, seed in runs]
    for finished in run_in_processes(_run, arguments, jobs):
        _note(plan, finished)
        yield finished


def settle(plan: Plan) -> Record | None:
    """Judge the runs of a record by today's levels, forget variants that are no more, and write the error rates."""
    _, task, found = _task(plan)
    record = read_record(task.record_on(plan.fallback))
    if record is None:
        return None
    kept = {answer.name: record.variants[answer.name] for answer in found.values() if answer.name in record.variants}
    for answer in found.values():
        if answer.name in kept:
            kept[answer.name].separable = answer.separable
    record.variants = kept
    record.errors = error_rates(task, record, plan.fallback)
    write_record(record, task.record_on(plan.fallback))
    return record


def _task(plan: Plan) -> tuple[Assignment, Task, dict[str, Answer]]:
    """What is calibrated, and the answers to do it with by name."""
    assignment = open_course(plan.root).assignment(plan.assignment)
    task = find_task(assignment, plan.task)
    return assignment, task, {answer.name: answer for answer in answers(assignment, task)}


def _run(plan: Plan, name: str, seed: int) -> Finished:
    assignment, task, found = _task(plan)
    answer = found[name]
    record, other = (read_record(task.record_on(fallback)) for fallback in (plan.fallback, not plan.fallback))
    same = unchanged(task, record, found, name, seed, other)
    wanted = [score.name for score in task.scores if score.name not in same]
    begun = time.process_time()
    options = TrainingOptions(f"calibration/{seed}", plan.source, plan.device, wanted=wanted)
    trained = train_modules(assignment, task, answer.files, options)
    seconds = time.process_time() - begun
    measured_values = {} if trained.run is None else trained.run.values
    values = dict(same) | {key: None if value != value else float(f"{value:.6g}") for key, value in measured_values.items()}
    machine = _machine(plan, "" if trained.run is None else trained.run.environment.get("dataset", ""))
    measured = round(seconds / yardstick(repeats=1), 2) if (name, seed) == ("reference", 0) and plan.device == "cpu" else None
    return Finished(name, Run(seed=seed, values=values, cpu_seconds=round(seconds, 2)), machine, measured)


def unchanged(
    task: Task, record: Record | None, found: Mapping[str, Answer], name: str, seed: int, other: Record | None = None
) -> Mapping[str, float | None]:
    """Scores of an answer's run that are the reference's of that seed: those that no run of the answer has changed so far.

    Runs of an ``other`` record, on other data, tell it as well. A score of few values may be the same by chance; another score
    of its part is not, and a part is measured as a whole.
    """
    right, its = _values(task, record, found, "reference"), _values(task, record, found, name)
    elsewhere = [_values(task, other, found, one) for one in ("reference", name)]
    pairs = [(of_right[one], of_its[one]) for of_right, of_its in ((right, its), elsewhere) for one in of_right.keys() & of_its]
    if name == "reference" or not pairs or seed not in right:
        return {}
    return {
        key: value for key, value in right[seed].items()
        if all(key in changed and changed[key] == was.get(key) for was, changed in pairs)
    }  # fmt: skip


def _values(
    task: Task, record: Record | None, found: Mapping[str, Answer], name: str
) -> Mapping[int, Mapping[str, float | None]]:
    """What the runs of an answer measured, by seed; nothing of what is of an earlier form."""
    variant = record.variants.get(name) if record is not None else None
    if variant is None or variant.digest != found[name].digest(task):
        return {}
    return {run.seed: run.values for run in variant.runs}


def _note(plan: Plan, finished: Finished) -> None:
    _, task, found = _task(plan)
    answer = found[finished.name]
    record = read_record(task.record_on(plan.fallback)) or Record(task=task.id, date="", machine=finished.machine)
    machines = [*record.elsewhere, *([] if record.machine in record.elsewhere else [record.machine])]
    record.elsewhere = [machine for machine in machines if machine != finished.machine]
    record.date = datetime.datetime.now(datetime.UTC).date().isoformat()
    record.machine = finished.machine
    digest = answer.digest(task)
    variant = record.variants.get(answer.name)
    if variant is None or variant.digest != digest:
        variant = record.variants[answer.name] = Variant(kind=answer.kind, digest=digest, separable=answer.separable)
    variant.runs = sorted([*variant.runs, finished.run], key=lambda run: run.seed)
    record.yardsticks = finished.yardsticks or record.yardsticks
    write_record(record, task.record_on(plan.fallback))


def _machine(plan: Plan, dataset: str) -> Machine:
    return Machine(
        device=plan.device, processor=_processor(), threads=torch.get_num_threads(),
        python=platform.python_version(), torch=torch.__version__, dataset=dataset,
    )  # fmt: skip


def _processor(told: Path = Path("/proc/cpuinfo")) -> str:
    """The processor's model where the system tells it: another one rounds otherwise, which is worth a seed."""
    lines = told.read_text("utf-8") if told.is_file() else ""
    facts = [match[1] for key in ("model name", "cpu family", "model", "stepping")
             if (match := re.search(rf"^{key}\s*: (.+)$", lines, re.MULTILINE))]  # fmt: skip
    return " ".join([platform.machine(), *facts])
