"""A network of ours distilled by your loss and your consistency function, 1600 steps of 256 points, from a teacher that is
exactly right: two moons, whose posterior mean is known at every noise level.

The moons are turned by a secret angle, and mirrored in half of all runs. Every noise point of the plane has one end point of
the teacher's ODE, which the grader computes with many small steps; what the trained network makes of the grader's own noise is
compared with it point by point, since a distribution that merely fits would pair noise and end points wrongly. The noisiest
level is 20, not the default.
"""

import math
from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from autograder.scores.energy_distance import energy_distance
from autograder.scores.paired_error import paired_rmse
from autograder.training import Finding, Level, Score, TrainingRun
from autograder.training.beside import checked_state, checked_tensor
from autograder.training.figures import curves, scatter

USES = ("consistency.distillation_loss", "consistency.consistency_function", "consistency.c_skip", "consistency.c_out",
        "consistency.one_step_sample")  # fmt: skip
DATA = ""

STEPS, BATCH, RATE = 1600, 256, 3e-3
LEVELS, T_MIN, T_MAX = 18, 0.002, 20.0
SIGMA_DATA = 0.5
POINTS, ODE_STEPS = 1000, 150
MOST_NUMBERS = 4 * 35_000

SCORES = (
    Score("end_point_error", "distilled by your code, our network finds in one step where the teacher's path ends", 0.75,
          Level(zero=0.35, full=0.11)),
    Score("sample_distance", "and your one-step samples are distributed like the data", 0.25, Level(zero=0.05, full=0.008)),
)  # fmt: skip


def measure(run: TrainingRun) -> None:
    """Distil, compare end points, and sample."""
    teacher = _secret_moons(run)
    with run.part("end_point_error", "sample_distance"):
        state = _distilled(run, teacher)
        noise = T_MAX * torch.randn(POINTS, 2, generator=run.generator("noise"), dtype=torch.float64).to(run.device)
        ends = _end_points(run, teacher, noise)
        clouds = {"teacher's end points": ends, "the same noise in one step": _one_step(run, state, noise)}
        run.score("end_point_error", paired_rmse(clouds["the same noise in one step"], ends))
        run.figure("end points", lambda: scatter(clouds))
        with run.part("sample_distance"):
            _sample(run, teacher, state)


def _sample(run: TrainingRun, teacher: Any, state: dict[str, Tensor]) -> None:
    with run.worker() as worker:
        returned = worker.call("sampled_in_one_step", state, POINTS, T_MAX, run.seed("samples"), run.device)
    samples = checked_tensor(returned, (POINTS, 2), "one_step_sample").to(run.device)
    data = teacher.draw(POINTS, run.generator("data"))
    run.score("sample_distance", energy_distance(samples, data))
    run.figure("one-step samples", lambda: scatter({"data": data, "your one-step samples": samples}))


def _secret_moons(run: TrainingRun) -> Any:
    """Two moons around the origin, of standard deviation 1/2, turned by an angle of the run, and mirrored or not."""
    angles = (torch.arange(64, dtype=torch.float64) + 0.5) / 64 * math.pi
    upper = torch.stack([angles.cos() - 0.5, angles.sin() - 0.25], dim=1)
    centres = torch.cat([upper, -upper])
    size = SIGMA_DATA / math.sqrt(centres.square().mean().item() + 0.01)
    generator = run.generator("place")
    turn = 2 * math.pi * torch.rand((), generator=generator, dtype=torch.float64)
    side = 2 * torch.randint(2, (), generator=generator) - 1
    turned = torch.stack([side * turn.cos(), side * turn.sin(), -turn.sin(), turn.cos()]).view(2, 2)
    return run.ours.MoonsTeacher((size * centres @ turned).to(run.device), 0.1 * size)


def _distilled(run: TrainingRun, teacher: Any) -> dict[str, Tensor]:
    levels = run.ours.noise_levels(LEVELS, T_MIN, T_MAX)
    with run.worker() as worker:
        trained = worker.train(
            "distil", teacher.centres.float(), teacher.width, levels, STEPS, BATCH, RATE, run.seed("order"), run.device,
            run.progress("your distillation of our network"), seed=run.seed("weights"),
        )  # fmt: skip
    run.claim("distillation", trained.get("history"))
    run.figure("losses of your distillation", lambda: curves(run.curves.get("distillation", {})))
    return checked_state(trained.get("state"), MOST_NUMBERS, run.ours.OurPlaneNetwork().state_dict())


def _end_points(run: TrainingRun, teacher: Any, noise: Tensor) -> Tensor:
    """Where the teacher's ODE leads from noise at the noisiest level."""
    x, times = noise, run.ours.noise_levels(ODE_STEPS, T_MIN, T_MAX).double().to(noise.device)
    for later, earlier in zip(times.flip(0)[:-1], times.flip(0)[1:], strict=True):
        x = teacher.step(x, later.expand(len(x)), earlier.expand(len(x)))
    return x


def _one_step(run: TrainingRun, state: dict[str, Tensor], noise: Tensor) -> Tensor:
    """Our network's answer to noise at the noisiest level, by the consistency function written out there."""
    network: nn.Module = run.ours.OurPlaneNetwork()
    network.load_state_dict(state)
    network = network.to(noise.device).requires_grad_(False)
    gap = T_MAX - T_MIN
    kept = 1 / (1 + (gap / SIGMA_DATA) ** 2)
    added = gap / math.hypot(1, T_MAX / SIGMA_DATA)
    x = noise.float()
    return kept * x + added * network(x, torch.full((len(x),), T_MAX, device=x.device))


def explain(values: Mapping[str, float]) -> Iterator[Finding]:
    """Mistakes that the measured values show."""
    error, distance = values.get("end_point_error", math.nan), values.get("sample_distance", math.nan)
    if error <= 0.11 and distance > 0.05:
        yield Finding(
            "samples_astray",
            "Our network finds the end points of the grader's noise, and your samples from it are not distributed like the "
            "data. What does your sampler start from, and is that as large as at the time that it tells the network? What "
            "does it make of the network's answer?",
        )
