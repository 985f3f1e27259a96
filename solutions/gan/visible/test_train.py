"""Visible checks of train.py, on two networks of a few parameters."""

import math

import torch

from autograder.checks import Candidate, assert_close, assert_true, check
from autograder.checks.strategies import normal

REAL = normal((3, 1, 2, 2), 1, torch.float32)
Z = normal((3, 2), 2, torch.float32)


@check("discriminator_step", points=0.75, title="returns the loss of an undecided discriminator")
def test_discriminator_step_loss(candidate: Candidate) -> None:
    """A discriminator whose logits are all 0 has loss 2 log 2 before the update."""
    generator, discriminator = candidate.toy("ToyGenerator"), candidate.toy("ToyDiscriminator")
    discriminator.set_parameters({"head": torch.zeros(3), "bias": torch.tensor(0.0)})
    optimizer = candidate.optimizer("SGD", discriminator, lr=0.1)
    loss = candidate.discriminator_step(generator, discriminator, REAL, optimizer, Z)
    assert_close(loss, 2 * math.log(2), rtol=1e-4)


@check("discriminator_step", points=0.25, title="moves the discriminator and not the generator", kind="law")
def test_discriminator_step_moves(candidate: Candidate) -> None:
    """After the step the parameters of the discriminator have changed, those of the generator have not."""
    generator, discriminator = candidate.toy("ToyGenerator"), candidate.toy("ToyDiscriminator")
    before, other = discriminator.parameters_by_name(), generator.parameters_by_name()
    optimizer = candidate.optimizer("SGD", discriminator, lr=0.1)
    candidate.discriminator_step(generator, discriminator, REAL, optimizer, Z)
    after = discriminator.parameters_by_name()
    assert_true(
        all(not torch.equal(after[name], before[name]) for name in before), "a parameter has not moved"
    )
    for name, value in generator.parameters_by_name().items():
        assert_close(value, other[name], rtol=0, atol=0, what="a parameter of the generator")


@check("generator_step", points=0.75, title="returns the loss against an undecided discriminator")
def test_generator_step_loss(candidate: Candidate) -> None:
    """Against a discriminator whose logits are all 0 the loss is log 2."""
    generator, discriminator = candidate.toy("ToyGenerator"), candidate.toy("ToyDiscriminator")
    discriminator.set_parameters({"head": torch.zeros(3), "bias": torch.tensor(0.0)})
    optimizer = candidate.optimizer("SGD", generator, lr=0.1)
    loss = candidate.generator_step(generator, discriminator, optimizer, Z)
    assert_close(loss, math.log(2), rtol=1e-4)


@check("generator_step", points=0.25, title="moves the generator and not the discriminator", kind="law")
def test_generator_step_moves(candidate: Candidate) -> None:
    """After the step the parameters of the generator have changed, those of the discriminator have not."""
    generator, discriminator = candidate.toy("ToyGenerator"), candidate.toy("ToyDiscriminator")
    before, other = generator.parameters_by_name(), discriminator.parameters_by_name()
    optimizer = candidate.optimizer("SGD", generator, lr=0.1)
    candidate.generator_step(generator, discriminator, optimizer, Z)
    after = generator.parameters_by_name()
    assert_true(
        all(not torch.equal(after[name], before[name]) for name in before), "a parameter has not moved"
    )
    for name, value in discriminator.parameters_by_name().items():
        assert_close(value, other[name], rtol=0, atol=0, what="a parameter of the discriminator")
