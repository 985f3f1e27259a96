"""Right answers in other ways go through every training that uses them: what checks accept, no recipe may stumble over."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from training.short_runs import SOURCE

from autograder.course.course import open_course
from autograder.training.grade import Trained, TrainingOptions, train_modules
from autograder.training.task import Task, find_task, training_tasks

pytestmark = pytest.mark.course

COURSE = open_course()
SHORT: Mapping[str, Mapping[str, Any]] = {
    "made_mnist": {"STEPS": 2, "IMAGES": 1},
    "vae_mnist": {"STEPS": 2},
    "beta_sweep": {"STEPS": 2},
    "conv_versus_mlp": {"STEPS": 1},
    "toy_gan": {"STEPS": 2, "SAMPLES": 300},
    "wgan_gp": {"STEPS": 1, "SAMPLES": 300},
    "adversarial_weight": {"STEPS": 1, "WEIGHTS": (1e-1, 1e-2, 1e-5, 0.0)},
    "two_moons": {"STEPS": 2, "HIDDEN": 1000, "GRID": 8},
    "ddpm": {"STEPS": 2, "HIDDEN": 40, "SAMPLES": 4, "COMPARED": 8},
    "ddim": {"GRADED": (50, 10), "SHOWN": (), "IMAGES": 4},
    "guidance": {"STEPS": 2, "HIDDEN": 40, "OF_EACH": 2},
    "latent_diffusion": {"VAE_STEPS": 2, "STEPS": 2, "SAMPLES": 20},
    "sde_versus_ddpm": {"IMAGES": 4, "ODE_IMAGES": 4},
    "consistency": {"STEPS": 2, "POINTS": 50, "ODE_STEPS": 5},
}
"""Trainings that take a second; photographs, of which nothing stands in, are left out."""

EXACT: Mapping[str, set[str]] = {
    "ddpm": {"noise_of_a_step", "last_step"},
    "ddim": {"deviation_50", "deviation_10"},
    "guidance": {"deviation"},
    "latent_diffusion": {"decoding_error"},
    "sde_versus_ddpm": {"sde_difference", "ode_difference", "marginal_error", "schedule_error"},
}
"""Scores that are full after the shortest training, or without any."""


def answers() -> Iterator[tuple[str, str, str]]:
    """Assignment, task and name of a module's alternative, for each that a task uses."""
    for name in COURSE.names():
        assignment = COURSE.assignment(name)
        for task in training_tasks(assignment):
            for path in sorted((assignment.folder / "alternatives").glob("*.py")):
                if task.name in SHORT and path.stem.partition("_")[0] in task.modules:
                    yield name, task.name, path.stem


@functools.cache
def ends_of_the_reference(assignment: str, task: Task) -> tuple[list[tuple[str, str]], set[str]]:
    """How its parts end after so few steps, and what is measured."""
    return ends(run(assignment, task))


def ends(trained: Trained) -> tuple[list[tuple[str, str]], set[str]]:
    """How the parts of a run ended, and what was measured in it."""
    assert trained.run is not None
    return [(part.status, part.message) for part in trained.run.parts], set(trained.run.values)


def run(assignment: str, task: Task, alternative: str = "") -> Trained:
    """A short run of the reference, parts of which are written in another way."""
    files = COURSE.assignment(assignment).reference_files()
    if alternative:
        other = COURSE.assignment(assignment).folder / "alternatives" / f"{alternative}.py"
        name = f"{alternative.partition('_')[0]}.py"
        files = {**files, name: files[name] + b"\n\n" + other.read_bytes()}  # some have only a few of the functions
    if assignment == "vae":  # losses may be plain numbers where one's own loop takes them
        files["train.py"] = files["train.py"].replace(b"value.item()", b"float(value)")
    return train_modules(COURSE.assignment(assignment), task, files, TrainingOptions("ways", SOURCE))


@pytest.mark.parametrize(("assignment", "name", "alternative"), list(answers()))
def test_no_training_stumbles_over_a_right_answer(
    monkeypatch: pytest.MonkeyPatch, assignment: str, name: str, alternative: str
) -> None:
    """Each part comes to its end, or to the one that it has with the reference after so few steps."""
    task = find_task(COURSE.assignment(assignment), name)
    for constant, value in SHORT[name].items():
        monkeypatch.setitem(task.measure.__globals__, constant, value)
    found = run(assignment, task, alternative)
    assert ends(found) == ends_of_the_reference(assignment, task)
    assert {check.name for check in found.result.checks if check.status == "passed"} >= EXACT.get(name, set())
