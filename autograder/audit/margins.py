"""How near wrong answers of a training task come to full credit, in deviations of the reference's runs.

A wrong answer far from full credit needs few runs to be known as wrong; a near one needs as many as the reference.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence

from autograder.training.records.record import Record, Run, Variant, room_in
from autograder.training.task import Task

NEAR = 8.0
"""Deviations. An answer whose own values scatter twice as much as the reference's is then still four of its own away."""


def near_misses(task: Task, record: Record, fallback: bool = False) -> dict[str, float]:
    """Wrong answers that come nearer than :data:`NEAR` to full credit, nearest first, each with its margin."""
    wrong = {name: one for name, one in record.variants.items() if one.kind == "wrong" and one.separable and one.runs}
    margins = {name: margin(task, record, one, fallback) for name, one in wrong.items()}
    return {name: value for name, value in sorted(margins.items(), key=lambda pair: pair[1]) if value < NEAR}


def margin(task: Task, record: Record, variant: Variant, fallback: bool = False) -> float:
    """By how many standard deviations of the reference's runs the nearest run of an answer misses full credit.

    Of a run's scores the one that misses most counts. Negative where a run has full credit; infinite where a score could not
    be measured, and where the reference does not scatter at all.
    """
    reference = record.variants["reference"].runs if "reference" in record.variants else []
    return min(_of_run(task, run, reference, fallback) for run in variant.runs)


def _of_run(task: Task, run: Run, reference: Sequence[Run], fallback: bool) -> float:
    missed = []
    for score in task.scores:
        value = run.values.get(score.name)
        short = math.inf if value is None else -min(room_in(score.level_on(fallback), value))
        spread = _spread(score.name, reference)
        missed.append(short / spread if spread > 0 else math.copysign(math.inf, short))
    return max(missed)


def _spread(name: str, runs: Sequence[Run]) -> float:
    known = [value for run in runs if (value := run.values.get(name)) is not None]
    return statistics.stdev(known) if len(known) > 2 else 0.0
