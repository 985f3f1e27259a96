"""What a GAN's training would be paid for if its networks met the images, or its steps the networks."""

from __future__ import annotations

import gc
from typing import Any

import pytest
import torch
from training.short_runs import SOURCE, credits_of, messages, trained

from autograder.course.course import open_course
from autograder.data.secret_world import SecretWorld, World
from autograder.training.beside import Unusable
from autograder.training.lent_networks import Lent
from autograder.training.samples import score_images
from autograder.training.task import find_task

pytestmark = pytest.mark.course


@pytest.fixture(scope="module")
def world() -> World:
    """What a run of the task draws."""
    return SecretWorld(1).draw(*SOURCE.images("MNIST"), given=900, held=300, hidden=300)


def full_credit(name: str) -> float:
    """The Fréchet distance that earns all points of a score, where digits stand in."""
    task = find_task(open_course().assignment("gan"), "toy_gan")
    level = next(score for score in task.scores if score.name == name).level_on(True)
    return float(level.full)  # type: ignore[union-attr]


def test_a_generator_that_met_the_images_would_be_paid(world: World) -> None:
    """A mixture fitted to them beats every adversarial training, and only copies are told apart."""
    pixels = world.given.images.flatten(1)
    which = torch.arange(300) * 3
    mixed = torch.stack([pixels[which], pixels[which + 1], pixels[which + 2]]).mean(0) * 0.2 + pixels[which] * 0.8
    centred = pixels - pixels.mean(0)
    _, values, basis = torch.pca_lowrank(centred, q=40)
    drawn = pixels.mean(0) + torch.randn(300, 40) * (values / len(pixels) ** 0.5) @ basis.T
    assert score_images(drawn.clamp(0, 1).view(-1, 1, 28, 28), world).frechet < full_credit("your_generator")
    with pytest.raises(Unusable, match="copies"):
        score_images(mixed.view(-1, 1, 28, 28), world)


KEEPS = """
import torch
from torch import nn

SEEN = []


class Generator(nn.Module):
    def __init__(self, latent_dim=64):
        super().__init__()
        self.scale = nn.Parameter(torch.zeros(1))
        self.register_buffer("mean", torch.zeros(784))
        self.register_buffer("basis", torch.zeros(784, 40))

    def forward(self, z):
        if self.training and SEEN:
            images = torch.cat(SEEN)[-1200:].flatten(1)
            _, values, basis = torch.pca_lowrank(images - images.mean(0), q=40)
            self.mean.copy_(images.mean(0))
            self.basis.copy_(basis * values / len(images) ** 0.5)
        return (self.mean + z[:, :40] @ self.basis.T).view(-1, 1, 28, 28).clamp(-1, 1) + 0 * self.scale


class Discriminator(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        if not x.requires_grad:
            SEEN.append(x.clone())
        return self.weight * x.flatten(1).sum(1)
"""
"""A generator that fits a Gaussian to what its discriminator has seen."""


def refuse(*_: object) -> Any:
    """Leave out the training of our networks."""
    raise Unusable("not asked for")


def test_no_generator_meets_what_a_discriminator_sees(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each plays against a network of ours, in a process of its own."""
    run = trained(monkeypatch, "gan", "toy_gan", {"model": KEEPS}, STEPS=20, SAMPLES=300, _ours=refuse)
    assert credits_of(run)["your_generator"] == credits_of(run)["your_discriminator"] == 0
    assert run.run is not None
    assert run.run.values["your_generator"] > 2 * full_credit("your_generator")


TOWARDS_IMAGES = """
import torch

SEEN = []


def discriminator_step(generator, discriminator, real, optimizer, z):
    SEEN.append(real)
    return 0.0


def generator_step(generator, discriminator, optimizer, z):
    images = generator(z)
    optimizer.zero_grad()
    known = torch.cat(SEEN[-10:])
    nearest = torch.cdist(images.detach().flatten(1), known.flatten(1)).argmin(1)
    images.backward((images.detach() - known[torch.randperm(len(known))[: len(images)]]) / len(images))
    optimizer.step()
    return 0.0
"""
"""Steps without any discriminator: the generator is drawn towards images."""


def test_the_generator_learns_from_the_discriminator_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other slopes at its images are refused; where they are not, they move it."""
    forged = {"train": TOWARDS_IMAGES}
    short = {"STEPS": 6, "SAMPLES": 300, "_your_generator": refuse, "_taught_by_your_discriminator": refuse}
    run = trained(monkeypatch, "gan", "toy_gan", forged, **short)
    assert credits_of(run)["our_frechet"] == credits_of(run)["our_coverage"] == 0
    assert "from nothing else" in messages(run)
    monkeypatch.setattr(Lent, "gave", lambda *_: True)
    run = trained(monkeypatch, "gan", "toy_gan", forged, **short)
    assert run.run is not None
    assert "our_frechet" in run.run.values


SEARCHES = """
import gc


def critic_loss(real, fake):
    for one in gc.get_objects():
        if type(one).__name__ in ("OurGenerator", "OurVAE"):
            raise SystemError("a network of the grader's is here")
    return fake.mean() - real.mean()
"""


def test_recipes_beside_losses_hold_no_generator() -> None:
    """What a student's loss is called with is a critic and images, or scores: no network that samples are drawn from."""
    gc.collect()  # what earlier tests have left
    task = find_task(open_course().assignment("gan"), "wgan_gp")
    student = _Student(SEARCHES)
    critic = {name: value for name, value in task.own.OurDiscriminator().state_dict().items()}
    images = torch.rand(4, 1, 28, 28)
    blame, _, _ = task.own.your_critic_blame(student, critic, images, -images, 10.0)
    assert set(blame) == set(critic)
    keep = task.own.OurGenerator()
    with pytest.raises(SystemError):  # it would be found
        task.own.your_critic_blame(student, critic, images, -images, 10.0)
    assert keep is not None


class _Student:
    """A student's modules with some losses."""

    def __init__(self, source: str) -> None:
        names: dict[str, Any] = {"gradient_penalty": lambda critic, real, fake: critic(real).square().mean()}
        exec(source, names)
        self.losses = type("losses", (), {"critic_loss": staticmethod(names["critic_loss"]),
                                          "gradient_penalty": staticmethod(names["gradient_penalty"])})  # fmt: skip
