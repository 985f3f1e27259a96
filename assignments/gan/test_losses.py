"""Visible checks of losses.py."""

import math

import torch

from autograder.checks import Candidate, assert_close, assert_shape, check


def logits(*probabilities: float) -> torch.Tensor:
    """The logits whose sigmoids are the given probabilities."""
    return torch.tensor([math.log(p / (1 - p)) for p in probabilities])


@check("discriminator_loss", points=1.0, title="probabilities 0.9, 0.8, 0.7 and 0.2, 0.3, 0.4")
def test_discriminator_loss_known_value(candidate: Candidate) -> None:
    """-(mean of log 0.9, log 0.8, log 0.7) - (mean of log 0.8, log 0.7, log 0.6) = 0.5939."""
    loss = candidate.discriminator_loss(logits(0.9, 0.8, 0.7), logits(0.2, 0.3, 0.4))
    expected = -math.log(0.9 * 0.8 * 0.7) / 3 - math.log(0.8 * 0.7 * 0.6) / 3
    assert_close(loss, torch.tensor(expected))


@check("discriminator_loss", points=0.25, title="a discriminator that cannot decide", kind="law")
def test_discriminator_loss_undecided(candidate: Candidate) -> None:
    """If every logit is 0, D is 1/2 everywhere and the loss is 2 log 2, whatever the sizes of the batches."""
    loss = candidate.discriminator_loss(torch.zeros(2), torch.zeros(5))
    assert_close(loss, torch.tensor(2 * math.log(2)))


@check("generator_loss_saturating", points=0.75, title="probabilities 0.2, 0.3, 0.4")
def test_generator_loss_saturating_known_value(candidate: Candidate) -> None:
    """The mean of log 0.8, log 0.7 and log 0.6 is -0.3635."""
    loss = candidate.generator_loss_saturating(logits(0.2, 0.3, 0.4))
    assert_close(loss, torch.tensor(math.log(0.8 * 0.7 * 0.6) / 3))


@check("generator_loss_nonsaturating", points=0.75, title="probabilities 0.2, 0.3, 0.4")
def test_generator_loss_nonsaturating_known_value(candidate: Candidate) -> None:
    """Minus the mean of log 0.2, log 0.3 and log 0.4 is 1.2432."""
    loss = candidate.generator_loss_nonsaturating(logits(0.2, 0.3, 0.4))
    assert_close(loss, torch.tensor(-math.log(0.2 * 0.3 * 0.4) / 3))


@check("hinge_discriminator_loss", points=0.75, title="two pairs of samples with two patches each")
def test_hinge_discriminator_loss_known_value(candidate: Candidate) -> None:
    """Average scores 0.5 and 3 of the real, -0.5 and 1 of the generated samples give 0.5 and 1.

    First pair: 1/2 (relu(1 - 0.5) + relu(1 - 0.5)). Second pair: 1/2 (relu(1 - 3) + relu(1 + 1)).
    """
    real = torch.tensor([[-1.0, 2.0], [2.0, 4.0]])
    fake = torch.tensor([[-2.0, 1.0], [0.5, 1.5]])
    assert_close(candidate.hinge_discriminator_loss(real, fake), torch.tensor([0.5, 1.0]))


@check("hinge_discriminator_loss", points=0.25, title="maps of patch scores", kind="shape")
def test_hinge_discriminator_loss_maps(candidate: Candidate) -> None:
    """Scores of shape (3, 1, 4, 4) give one loss per sample."""
    loss = candidate.hinge_discriminator_loss(torch.zeros(3, 1, 4, 4), torch.zeros(3, 1, 4, 4))
    assert_shape(loss, (3,), torch.float32)
    assert_close(loss, torch.ones(3))


@check("hinge_generator_loss", points=0.75, title="two samples with three patches each")
def test_hinge_generator_loss_known_value(candidate: Candidate) -> None:
    """Average scores 2 and -1 give losses -2 and 1."""
    fake = torch.tensor([[1.0, 2.0, 3.0], [-2.0, 0.5, -1.5]])
    assert_close(candidate.hinge_generator_loss(fake), torch.tensor([-2.0, 1.0]))


@check("critic_loss", points=0.75, title="scores 1, 3 of real and -1, 0, 4 of generated samples")
def test_critic_loss_known_value(candidate: Candidate) -> None:
    """The mean of the generated scores is 1, that of the real ones 2: the loss is -1."""
    loss = candidate.critic_loss(torch.tensor([1.0, 3.0]), torch.tensor([-1.0, 0.0, 4.0]))
    assert_close(loss, torch.tensor(-1.0))


@check("gradient_penalty", points=1.25, title="a linear critic of slope 5")
def test_gradient_penalty_linear_critic(candidate: Candidate) -> None:
    """The gradient of 3 x + 4 y has norm 5 everywhere, so that the penalty is (5 - 1)^2 = 16."""
    critic = candidate.toy("LinearCritic", weights=(3.0, 4.0))
    real, fake = torch.tensor([[1.0, 2.0], [0.0, -1.0]]), torch.tensor([[0.5, 0.5], [3.0, 1.0]])
    assert_close(candidate.gradient_penalty(critic, real, fake), torch.tensor(16.0))


@check("gradient_penalty", points=0.75, title="weights between a real and a generated sample")
def test_gradient_penalty_weights(candidate: Candidate) -> None:
    """The gradient of (x^2 + y^2) / 2 is the point itself: with eps = 3/4 it is (6, 0), with 1/4 it is (0, 1)."""
    critic = candidate.toy("BowlCritic")
    real, fake = torch.tensor([[8.0, 0.0], [0.0, 4.0]]), torch.tensor([[0.0, 0.0], [0.0, 0.0]])
    penalty = candidate.gradient_penalty(critic, real, fake, torch.tensor([[0.75], [0.25]]))
    assert_close(penalty, torch.tensor((5.0**2 + 0.0**2) / 2))
