"""The training tasks of the VAE: sweeps are judged by order, and digits stand in for photographs."""

from __future__ import annotations

import math

import pytest

from autograder.course.assignment import Assignment
from autograder.course.course import open_course
from autograder.training.grade import TrainingOptions, train_modules
from autograder.training.records.record import read_record
from autograder.training.task import find_task
from autograder.training.worlds import DataSource

DIGITS = DataSource(download=False, stand_in=True)


@pytest.fixture(scope="module")
def vae() -> Assignment:
    """Return the assignment, with its reference."""
    return open_course().assignment("vae")


def test_networks_that_learnt_nothing_have_no_order(monkeypatch: pytest.MonkeyPatch, vae: Assignment) -> None:
    """Two steps are no training."""
    task = find_task(vae, "beta_sweep")
    monkeypatch.setitem(task.measure.__globals__, "STEPS", 2)
    result = train_modules(vae, task, vae.reference_files(), TrainingOptions("test", DIGITS)).result
    assert [check.score for check in result.checks] == [0] * len(task.scores)


@pytest.mark.parametrize("values", [[1.0, math.nan, 3.0], [1.0, -1.0], [0.0, 1.0], [1.0, math.inf]])
def test_what_is_no_positive_number_has_no_ratio(vae: Assignment, values: list[float]) -> None:
    """Neither nan nor infinity passes for order."""
    least_ratio = find_task(vae, "beta_sweep").measure.__globals__["_least_ratio"]
    assert math.isnan(least_ratio(values))
    assert least_ratio([1.0, 3.0, 6.0]) == 2.0


def test_digits_stand_in_for_photographs_and_the_result_says_so(monkeypatch: pytest.MonkeyPatch, vae: Assignment) -> None:
    """Without CIFAR-10 the task is measured all the same."""
    task = find_task(vae, "conv_versus_mlp")
    monkeypatch.setitem(task.measure.__globals__, "STEPS", 2)
    monkeypatch.setitem(task.measure.__globals__, "BATCH", 4)
    trained = train_modules(vae, task, vae.reference_files(), TrainingOptions("test", DIGITS))
    assert trained.run is not None
    assert trained.run.fallback
    assert "CIFAR-10" in trained.result.note
    assert set(trained.run.values) == {score.name for score in task.scores}


HINTS = {
    "kl_missing": "divergence_hardly_counts",
    "kl_a_hundredth": "divergence_hardly_counts",
    "kl_mean_over_coordinates": "divergence_hardly_counts",
    "kl_half": "divergence_too_light",
    "kl_double": "divergence_too_heavy",
    "reconstruction_half": "divergence_too_heavy",
    "reconstruction_mean_over_pixels": "posterior_collapsed",
}
"""Wrong variants of the record whose values show what is wrong; all others show nothing for certain."""


def test_hints_by_training_behaviour_are_right_or_silent() -> None:
    """On every run of the calibration record: right answers get none, wrong ones theirs or none."""
    task = find_task(open_course().assignment("vae"), "vae_mnist")
    record = read_record(task.record_on(fallback=False))
    assert record is not None
    for name, variant in record.variants.items():
        for run in variant.runs:
            values = {key: float("nan") if value is None else value for key, value in run.values.items()}
            found = [one.misconception for one in task.explain(values)]
            assert found == ([HINTS[name]] if name in HINTS else []), name
