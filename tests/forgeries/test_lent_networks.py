"""A network that is lent to a step is trained as if the step had it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from autograder.course.course import open_course
from autograder.training.beside import Unusable
from autograder.training.lent_networks import CALLS, Lent
from autograder.training.task import find_task

pytestmark = pytest.mark.course

Step = Callable[..., Any]
OURS = find_task(open_course().assignment("gan"), "toy_gan").own
LATENT = OURS.LATENT


def logistic(logits: Tensor) -> Tensor:
    """The generator's loss."""
    return nn.functional.softplus(-logits).mean()


def usual(generator: nn.Module, discriminator: nn.Module, optimizer: torch.optim.Optimizer, z: Tensor) -> float:
    """As the reference does it."""
    loss = logistic(discriminator(generator(z)))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


def frozen_and_halved(generator: nn.Module, discriminator: nn.Module, optimizer: torch.optim.Optimizer, z: Tensor) -> float:
    """The discriminator is frozen meanwhile, gradients are dropped by hand, and the loss is a sum of two."""
    discriminator.requires_grad_(False)
    for parameter in generator.parameters():
        parameter.grad = None
    logits = discriminator(generator(z).reshape(len(z), -1))
    (0.25 * logistic(logits)).backward(retain_graph=True)
    (0.75 * logistic(logits)).backward()
    discriminator.requires_grad_(True)
    optimizer.step()
    return 0.0


def in_a_closure(generator: nn.Module, discriminator: nn.Module, optimizer: torch.optim.Optimizer, z: Tensor) -> float:
    """The optimiser is given what computes the gradients, as any of torch's may be, and returns the loss."""

    def closure() -> Tensor:
        optimizer.zero_grad()
        loss = logistic(discriminator(generator(z)))
        loss.backward()
        return loss

    with torch.no_grad():  # an optimiser turns gradients on for what it calls
        return float(optimizer.step(closure))


def for_some_parameters(generator: nn.Module, discriminator: nn.Module, optimizer: torch.optim.Optimizer, z: Tensor) -> float:
    """Backpropagated to the generator's parameters alone."""
    optimizer.zero_grad(set_to_none=False)
    loss = logistic(discriminator(generator(z)))
    loss.backward(inputs=list(generator.parameters()))
    optimizer.step()
    return loss.item()


def never_zeroed(generator: nn.Module, discriminator: nn.Module, optimizer: torch.optim.Optimizer, z: Tensor) -> float:
    """Gradients pile up from step to step."""
    logistic(discriminator(generator(z))).backward()
    optimizer.step()
    return 0.0


def pair() -> tuple[nn.Module, nn.Module]:
    """Ours, always the same."""
    with torch.random.fork_rng():
        torch.manual_seed(3)
        return OURS.OurGenerator(), OURS.OurDiscriminator()


class Student:
    """Whose step it is."""

    def __init__(self, step: Step) -> None:
        self.train = type("train", (), {"generator_step": staticmethod(step)})


def lent(step: Step, times: int) -> nn.Module:
    """The generator after some steps on networks that are lent."""
    generator, discriminator = pair()
    one = Lent(generator, torch.optim.Adam(generator.parameters(), lr=1e-2), (LATENT,), 16)
    other = Lent(discriminator, torch.optim.Adam(discriminator.parameters(), lr=1e-2), (1, 28, 28), 16)
    one.feeds(other)
    for turn in range(times):
        one.begin()
        other.begin()
        z = torch.randn(8, LATENT, generator=torch.Generator().manual_seed(turn))
        steps, left, behind, _ = OURS.your_step(
            Student(step),
            "generator_step",
            z,
            z,
            CALLS,
            [one.kept, other.kept],
            one.ask,
            one.ask_back,
            other.ask,
            other.ask_back,
        )
        one.step(steps)
        one.keep(left)
        other.keep(behind)
    return generator


def held(step: Step, times: int) -> nn.Module:
    """The generator after the same steps on the networks themselves."""
    generator, discriminator = pair()
    optimizer = torch.optim.Adam(generator.parameters(), lr=1e-2)
    for turn in range(times):
        step(generator, discriminator, optimizer, torch.randn(8, LATENT, generator=torch.Generator().manual_seed(turn)))
    return generator


@pytest.mark.parametrize("step", [usual, frozen_and_halved, in_a_closure, for_some_parameters, never_zeroed])
def test_a_lent_network_is_trained_like_one_that_is_there(step: Step) -> None:
    """However the step is written."""
    one, other = lent(step, 4), held(step, 4)
    for (name, mine), theirs in zip(one.state_dict().items(), other.state_dict().values(), strict=True):
        torch.testing.assert_close(mine, theirs, rtol=1e-3, atol=1e-4, msg=name)


def test_pulling_up_the_gradients_is_noticed() -> None:
    """Steps that were never zeroed differ from those that were: the comparison above can fail."""
    assert not torch.allclose(lent(never_zeroed, 4).pixels.weight, lent(usual, 4).pixels.weight, atol=1e-4)


def two_networks(generator: nn.Module, discriminator: nn.Module, optimizer: torch.optim.Optimizer, z: Tensor) -> float:
    """A slope at the images that no discriminator gave."""
    images = generator(z)
    discriminator(images)
    images.backward(torch.ones_like(images))
    optimizer.step()
    return 0.0


def test_a_slope_from_elsewhere_is_refused() -> None:
    """Whatever the step calls beside."""
    with pytest.raises(Unusable, match="from nothing else"):
        lent(two_networks, 1)


@pytest.mark.parametrize("answer", [None, "steps", [torch.ones(3)], [torch.ones(CALLS, dtype=torch.int64)], [1.0]])
def test_steps_are_checked(answer: object) -> None:
    """What a worker sends is a list of shares for each call."""
    generator, _ = pair()
    with pytest.raises(Unusable):
        Lent(generator, torch.optim.SGD(generator.parameters(), lr=1.0), (LATENT,), 16).step(answer)


def test_inputs_are_checked() -> None:
    """Their shape, their number and how many calls one step makes."""
    generator, _ = pair()
    lent_one = Lent(generator, torch.optim.SGD(generator.parameters(), lr=1.0), (LATENT,), 16)
    for x in (torch.zeros(2, 3), torch.zeros(17, LATENT), torch.zeros(2, LATENT, dtype=torch.int64), torch.zeros(0, LATENT)):
        with pytest.raises(ValueError, match="the network takes"):
            lent_one.ask(x, True)
    for _ in range(CALLS - 1):
        lent_one.ask(torch.zeros(2, LATENT), True)
    with pytest.raises(ValueError, match="more than"):
        lent_one.ask(torch.zeros(2, LATENT), True)
