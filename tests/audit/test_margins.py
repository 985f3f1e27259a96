"""Which wrong answers of a training task are near full credit, and are therefore run as often as the reference."""

import math
from pathlib import Path
from types import SimpleNamespace

import pytest

from autograder.audit import calibration
from autograder.audit.margins import NEAR, margin, near_misses
from autograder.scores.levels import Level, Window
from autograder.training.records.record import Kind, Machine, Record, Run, Variant
from autograder.training.task import Score

MACHINE = Machine(device="cpu", processor="", threads=1, python="", torch="", dataset="")
TASK = SimpleNamespace(
    scores=(
        Score("error", "the error is small", 0.5, Level(zero=10.0, full=4.0, too_good=-20.0), ""),
        Score("share", "the share is as it should be", 0.5, Window(0.0, 0.4, 0.6, 1.0), ""),
    )
)


def _variant(kind: Kind, *rows: tuple[float | None, float], digest: str = "new", separable: bool = True) -> Variant:
    runs = [
        Run(seed=seed, values=dict(zip(("error", "share"), row, strict=True)), cpu_seconds=1) for seed, row in enumerate(rows)
    ]
    return Variant(kind=kind, digest=digest, separable=separable, runs=runs)


def _record(**wrong: Variant) -> Record:
    # Standard deviations of the reference: 1 for the error, 0.1 for the share.
    reference = _variant("reference", (1.0, 0.4), (2.0, 0.5), (3.0, 0.6))
    return Record(task="", date="", machine=MACHINE, variants={"reference": reference, **wrong})


@pytest.mark.parametrize(
    ("row", "deviations"),
    [
        ((7.0, 0.5), 3.0),  # one score misses by three
        ((7.0, 1.0), 4.0),  # the one that misses most counts
        ((1.0, 0.1), 3.0),  # below a window
        ((-22.0, 0.5), 2.0),  # too good
        ((3.0, 0.5), -1.0),  # full credit, by the nearer edge of the two scores
        ((None, 0.5), math.inf),  # not measured
    ],
)
def test_a_margin_counts_deviations_of_the_reference(row: tuple[float | None, float], deviations: float) -> None:
    """Of the score that misses most."""
    record = _record(wrong=_variant("wrong", row))
    assert margin(TASK, record, record.variants["wrong"]) == pytest.approx(deviations)


def test_the_nearest_run_of_an_answer_counts() -> None:
    """One lucky seed is what a margin is about."""
    record = _record(wrong=_variant("wrong", (90.0, 0.5), (6.0, 0.5)))
    assert margin(TASK, record, record.variants["wrong"]) == pytest.approx(2.0)


def test_near_ones_are_told_nearest_first() -> None:
    """Without right ones, and without those that no training can tell."""
    record = _record(
        far=_variant("wrong", (4.5 + NEAR, 0.5)), near=_variant("wrong", (9.0, 0.5)), nearer=_variant("wrong", (5.0, 0.5)),
        twin=_variant("wrong", (2.0, 0.5), separable=False), right=_variant("alternative", (5.0, 0.5)),
    )  # fmt: skip
    assert list(near_misses(TASK, record)) == ["nearer", "near"]


def test_a_near_answer_is_run_as_often_as_the_reference(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only while its runs are of its files as they are."""
    record = _record(far=_variant("wrong", (40.0, 0.5)), near=_variant("wrong", (5.0, 0.5)), old=_variant("wrong", (5.0, 0.5)))
    record.variants["old"].digest = "of an earlier form"
    answers = {
        name: SimpleNamespace(name=name, kind=one.kind, digest=lambda task: "new") for name, one in record.variants.items()
    }
    task = SimpleNamespace(scores=TASK.scores, record_on=lambda fallback: Path("record.json"))
    monkeypatch.setattr(calibration, "_task", lambda plan: (None, task, answers))
    monkeypatch.setattr(calibration, "read_record", lambda path: record)
    wanted = calibration.missing_runs(SimpleNamespace(fallback=False), seeds=4, wrong_seeds=1)
    assert wanted == [("reference", 3), ("near", 1), ("near", 2), ("near", 3), ("old", 0)]
