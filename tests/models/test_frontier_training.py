"""The training tasks beyond the DDPM: what the submission's code brings back earns nothing by itself."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
import torch

from autograder.course.assignment import Assignment
from autograder.course.course import open_course
from autograder.data.two_moons import two_moons
from autograder.scores.energy_distance import energy_distance
from autograder.training.grade import Trained, TrainingOptions, train_modules
from autograder.training.task import Task, find_task
from autograder.training.worlds import DataSource

DIGITS = DataSource(download=False, stand_in=True)


@pytest.fixture(scope="module")
def frontier() -> Assignment:
    """Return the assignment, with its reference."""
    return open_course().assignment("frontier")


def shortened(monkeypatch: pytest.MonkeyPatch, frontier: Assignment, name: str, **sizes: object) -> Task:
    """A task with smaller numbers than it has."""
    task = find_task(frontier, name)
    for constant, value in sizes.items():
        assert constant in task.measure.__globals__
        monkeypatch.setitem(task.measure.__globals__, constant, value)
    return task


def trained(assignment: Assignment, task: Task, seed: int = 0, **added: str) -> Trained:
    """A task's run on the reference, with text added to the end of its modules."""
    files: Mapping[str, bytes] = assignment.reference_files()
    changed = {name: text + added.get(name.removesuffix(".py"), "").encode() for name, text in files.items()}
    return train_modules(assignment, task, changed, TrainingOptions(f"test/{seed}", DIGITS))


def earned(result: Trained) -> dict[str, float]:
    """The share of each score that was earned."""
    return {check.name: check.score / check.max_score for check in result.result.checks}


def test_a_distillation_that_teaches_nothing_earns_nothing(monkeypatch: pytest.MonkeyPatch, frontier: Assignment) -> None:
    """A loss without a gradient."""
    task = shortened(monkeypatch, frontier, "consistency", STEPS=20, ODE_STEPS=40)
    loss = "\ndef distillation_loss(student, *rest):\n    return 0 * student(rest[2], rest[3]).sum()\n"
    assert earned(trained(frontier, task, consistency=loss)) == {"end_point_error": 0, "sample_distance": 0}


MOONS = """
def one_step_sample(network, shape, t_max=80.0, generator=None):
    angles = 3.14159265 * torch.rand(shape[0], generator=generator)
    side = 2.0 * torch.randint(2, (shape[0], 1), generator=generator) - 1
    arc = torch.stack([angles.cos() - 0.5, angles.sin() - 0.25], dim=1)
    return 0.70215 * (side * arc + 0.1 * torch.randn(shape, generator=generator))
"""


def test_moons_that_the_network_did_not_draw_stand_at_the_wrong_angle(
    monkeypatch: pytest.MonkeyPatch, frontier: Assignment
) -> None:
    """Points that the sampler knows by heart."""
    task = shortened(monkeypatch, frontier, "consistency", STEPS=5, ODE_STEPS=40)
    assert earned(trained(frontier, task, 2, consistency=MOONS)) == {"end_point_error": 0, "sample_distance": 0}
    full = next(score.level.full for score in task.scores if score.name == "sample_distance")
    # Without the secret angle the attack works.
    space: dict[str, object] = {"torch": torch}
    exec(MOONS, space)
    forged = space["one_step_sample"](None, (1000, 2))  # type: ignore[operator]
    upright = 0.70215 * (two_moons(1000, 1) - torch.tensor([0.5, 0.25]))
    assert energy_distance(forged, upright) < full


STORED = """
def reverse_step(x, score, t, dt, noise, beta_min=0.1, beta_max=20.0):
    return torch.ones_like(x) + 0 * noise
"""


def test_images_in_place_of_steps_earn_nothing(monkeypatch: pytest.MonkeyPatch, frontier: Assignment) -> None:
    """A step that looks at nothing."""
    task = shortened(monkeypatch, frontier, "sde_versus_ddpm", IMAGES=8, ODE_IMAGES=4)
    shares = earned(trained(frontier, task, sde=STORED))
    assert shares["sde_difference"] == shares["sample_distance"] == 0
    assert shares["ode_difference"] == shares["marginal_error"] == shares["schedule_error"] == 1


@pytest.mark.parametrize("answer", ["x / 0", "x[:1]", "x.long()", "None"])
def test_steps_that_are_no_steps_cost_their_scores_alone(
    monkeypatch: pytest.MonkeyPatch, frontier: Assignment, answer: str
) -> None:
    """Numbers that are none, other shapes, other types."""
    task = shortened(monkeypatch, frontier, "sde_versus_ddpm", IMAGES=8, ODE_IMAGES=4)
    flow = f"\ndef probability_flow_step(x, score, t, dt, beta_min=0.1, beta_max=20.0):\n    return {answer}\n"
    shares = earned(trained(frontier, task, sde=flow))
    assert shares["ode_difference"] == 0
    assert shares["sde_difference"] == 1


def test_latents_have_another_scale_and_origin_in_every_run(monkeypatch: pytest.MonkeyPatch, frontier: Assignment) -> None:
    """Nothing that was stored beforehand fits, and what was not learnt earns nothing."""
    task = shortened(monkeypatch, frontier, "latent_diffusion", VAE_STEPS=3, STEPS=3)
    runs = [trained(frontier, task, seed) for seed in range(2)]
    assert [earned(run)["denoising_error"] for run in runs] == [0, 0]
    assert all(earned(run)["decoding_error"] == 1 for run in runs)
    secret = task.measure.__globals__["_secret_autoencoder"]
    made = [secret(run.run, torch.rand(50, 1, 28, 28)) for run in runs if run.run is not None]
    assert float(made[0].size) != float(made[1].size)
    assert not torch.equal(made[0].origin, made[1].origin)
