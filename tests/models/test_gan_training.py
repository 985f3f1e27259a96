"""A student may choose any architecture for the GAN: none pays for the pace or the batches that it needs to be trained in."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn
from training.short_runs import trained

from autograder.course.course import open_course
from autograder.scores.levels import Level
from autograder.sessions.replies import WorkerLost
from autograder.training.beside import Unusable, Worker
from autograder.training.samples import ImageScores
from autograder.training.task import find_task

pytestmark = pytest.mark.course

TASK = find_task(open_course().assignment("gan"), "toy_gan")
FULL = 1100.0


def refuse(*_: object) -> Any:
    """Leave out a part."""
    raise Unusable("not asked for")


class Run:
    """Where nothing stands in for the data."""

    fallback = False


@pytest.mark.parametrize(
    ("distances", "counts", "trained_in"),
    [
        ((0.9 * FULL, 0.0), 0, [False]),
        ((0.95 * FULL, 300.0), 1, [False, True]),
        ((1500.0, 300.0), 1, [False, True]),
        ((1200.0, 1300.0), 0, [False, True]),
    ],
)
def test_the_better_of_two_trainings_counts(
    monkeypatch: pytest.MonkeyPatch, distances: tuple[float, float], counts: int, trained_in: list[bool]
) -> None:
    """The second one takes place only where the first does not earn everything by far: on other images it might fall short."""
    level = TASK.scores[3].level
    assert isinstance(level, Level)
    assert level.full == FULL
    monkeypatch.setitem(TASK.measure.__globals__, "score_images", lambda samples, world: ImageScores(samples, 0.0, 0))
    ways: list[bool] = []

    def train(other: bool) -> dict[str, float]:
        ways.append(other)
        return {"distance": distances[other]}

    better = TASK.measure.__globals__["_better"]
    found = better(Run, None, "your_discriminator", train, lambda trained: trained["distance"])
    assert found == {"distance": distances[counts]}
    assert ways == trained_in


@pytest.mark.parametrize("ends", [Unusable("a pixel is not a number"), WorkerLost("timeout", "too long")])
def test_a_second_training_that_ends_early_costs_nothing(monkeypatch: pytest.MonkeyPatch, ends: Exception) -> None:
    """What the first one has earned stays."""
    monkeypatch.setitem(TASK.measure.__globals__, "score_images", lambda samples, world: ImageScores(samples, 0.0, 0))

    def train(other: bool) -> dict[str, float]:
        if other:
            raise ends
        return {"distance": 1200.0}

    better = TASK.measure.__globals__["_better"]
    assert better(Run, None, "your_generator", train, lambda trained: trained["distance"]) == {"distance": 1200.0}


@pytest.mark.parametrize(
    ("score", "moves", "left_out"),
    [("your_generator", "your_generator_moves", "_taught_by_your_discriminator"),
     ("your_discriminator", "your_discriminator_moves", "_your_generator")],
)  # fmt: skip
def test_the_second_training_is_longer_and_slower(
    monkeypatch: pytest.MonkeyPatch, score: str, moves: str, left_out: str
) -> None:
    """Networks of one hidden layer or of ReLU come near in it; in one as short they fell short by chance."""
    taken: list[str] = []
    rates: list[float] = []
    honest = Worker.call

    def call(self: Worker, name: str, *args: Any, **options: Any) -> Any:
        if name == moves:
            taken.append(name)
        if name == "your_player":
            rates.append(args[1])
        return honest(self, name, *args, **options)

    monkeypatch.setattr(Worker, "call", call)
    found = trained(monkeypatch, "gan", "toy_gan", {}, STEPS=2, SAMPLES=300, _ours=refuse, **{left_out: refuse})
    assert found.run is not None
    assert score in found.run.values
    assert len(taken) == 2 + 4
    assert rates[1] < rates[0]


class Counts(nn.Module):
    """A discriminator that notes how many images it sees at once."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(()))
        self.seen: list[int] = []

    def forward(self, x: Tensor) -> Tensor:
        """Scores that depend on the whole batch, as those of a normalised network do."""
        self.seen.append(len(x))
        return self.weight * (x - x.mean(0)).flatten(1).mean(1)


def test_both_batches_may_be_judged_at_once() -> None:
    """What normalises over a batch then sees real and generated images beside each other; the slope is that of the latter."""
    ours = TASK.own
    real, fake = torch.zeros(4, 1, 28, 28), torch.ones(6, 1, 28, 28)
    slopes = []
    for together, seen in ((False, [4, 6, 6]), (True, [10, 10])):
        network = Counts()
        player = ours.Player(network, 1e-3, 0.5)
        slopes.append(ours.your_discriminator_moves(None, player, real, fake, together))
        assert network.seen == seen
        assert slopes[-1].shape == fake.shape
    assert slopes[0].abs().max() < 1e-9  # equal images against their own mean: nothing to learn
    assert slopes[1].abs().max() > 1e-6


LARGE = """
import torch
from torch import nn


class Generator(nn.Module):
    def __init__(self, latent_dim=64):
        super().__init__()
        sizes = [latent_dim, 128, 256, 512, 1024]
        layers = [nn.Sequential(nn.Linear(a, b), nn.LeakyReLU(0.2)) for a, b in zip(sizes, sizes[1:])]
        self.layers = nn.Sequential(*layers, nn.Linear(1024, 784), nn.Tanh(), nn.Unflatten(1, (1, 28, 28)))

    def forward(self, z):
        return self.layers(z)
"""
"""As it stands in many a tutorial: one and a half million parameters."""


def test_a_usual_generator_is_not_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """It has seen no image that it could store."""
    found = trained(monkeypatch, "gan", "toy_gan", {"model": LARGE}, STEPS=2, SAMPLES=300, _ours=refuse,
                    _taught_by_your_discriminator=refuse)  # fmt: skip
    assert found.run is not None
    assert "your_generator" in found.run.values
