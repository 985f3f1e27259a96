"""Wrong beliefs about hinge losses and the critic's loss, with the behaviour they lead to."""

import torch
from torch import Tensor
from torch.nn import functional as F

from autograder.checks import Candidate
from autograder.diagnosis import Record, misconception, probe

REAL = torch.tensor([[2.5, -1.0, 0.6], [0.1, 0.4, -0.8], [3.0, 1.5, 2.0], [-2.0, 4.5, 0.2]])
FAKE = torch.tensor([[-2.0, 1.5, -0.1], [0.3, -0.6, 1.2], [-1.5, -3.0, -2.2], [1.0, -2.5, 0.4]])
REAL_MAPS = 1.5 * torch.linspace(-4, 3, 24).sin().reshape(3, 2, 2, 2)
FAKE_MAPS = 1.5 * torch.linspace(2, -5, 24).cos().reshape(3, 2, 2, 2)


def average(scores: Tensor) -> Tensor:
    """One score per sample."""
    return scores.flatten(1).mean(1)


# -- hinge_discriminator_loss ------------------------------------------------------------------------------


@probe("hinge_discriminator_loss")
def observe_hinge_discriminator_loss(candidate: Candidate, record: Record) -> None:
    """Vectors and maps of patch scores on both sides of the margins, and gradients."""
    record("vectors", candidate.hinge_discriminator_loss, REAL, FAKE)
    record("maps", candidate.hinge_discriminator_loss, REAL_MAPS, FAKE_MAPS)
    record("one patch", candidate.hinge_discriminator_loss, REAL[:, :1], FAKE[:, :1])
    record("one pair", candidate.hinge_discriminator_loss, REAL[:1], FAKE[:1])
    record.grad("gradient", candidate.hinge_discriminator_loss, REAL, FAKE, wrt=(0, 1))


@misconception(
    "hinge_discriminator_loss",
    belief="the hinge applies to every patch",
    hint="Your loss is right for samples with a single patch only. What comes first here: the average over the "
    "patches or the relu?",
)
def hinge_before_the_average(real: Tensor, fake: Tensor) -> Tensor:
    """Relu, then average."""
    return 0.5 * (average(F.relu(1 - real)) + average(F.relu(1 + fake)))


@misconception(
    "hinge_discriminator_loss",
    belief="a loss is one number for the whole batch",
    hint="You return a single number. How many losses does a batch of B pairs have here?",
)
def averaged_over_the_batch(real: Tensor, fake: Tensor) -> Tensor:
    """Average everything at the end."""
    return 0.5 * (F.relu(1 - average(real)) + F.relu(1 + average(fake))).mean()


@misconception(
    "hinge_discriminator_loss",
    belief="real scores should be low and generated ones high",
    hint="Your loss is zero for a discriminator that has everything wrong. On which side of 1 should the score of "
    "a real sample be?",
)
def margins_exchanged(real: Tensor, fake: Tensor) -> Tensor:
    """1 + real, 1 - fake."""
    return 0.5 * (F.relu(1 + average(real)) + F.relu(1 - average(fake)))


@misconception(
    "hinge_discriminator_loss",
    belief="the two halves are added without a factor",
    hint="Your loss is twice what it should be. What stands in front of the bracket?",
)
def half_forgotten(real: Tensor, fake: Tensor) -> Tensor:
    """Without 1/2."""
    return F.relu(1 - average(real)) + F.relu(1 + average(fake))


@misconception(
    "hinge_discriminator_loss",
    belief="the margin is at zero",
    hint="A discriminator that gives a score of zero to everything pays nothing. How far from zero must scores be "
    "until nothing is charged?",
)
def no_margin(real: Tensor, fake: Tensor) -> Tensor:
    """relu(-r) + relu(f)."""
    return 0.5 * (F.relu(-average(real)) + F.relu(average(fake)))


@misconception(
    "hinge_discriminator_loss",
    belief="the loss is linear",
    hint="Your loss becomes negative for scores beyond the margin. What does the hinge do with samples that are "
    "already clearly right?",
)
def hinge_left_out(real: Tensor, fake: Tensor) -> Tensor:
    """No relu."""
    return 0.5 * ((1 - average(real)) + (1 + average(fake)))


@misconception(
    "hinge_discriminator_loss",
    belief="the patch scores are summed",
    hint="The more patches an image has, the further your scores are from the margin. Are the patch scores summed "
    "or averaged?",
)
def patches_summed(real: Tensor, fake: Tensor) -> Tensor:
    """Sum over patches."""
    return 0.5 * (F.relu(1 - real.flatten(1).sum(1)) + F.relu(1 + fake.flatten(1).sum(1)))


# -- hinge_generator_loss ----------------------------------------------------------------------------------


@probe("hinge_generator_loss")
def observe_hinge_generator_loss(candidate: Candidate, record: Record) -> None:
    """Vectors and maps of patch scores on both sides of the margin, and gradients."""
    record("vectors", candidate.hinge_generator_loss, FAKE)
    record("maps", candidate.hinge_generator_loss, FAKE_MAPS)
    record("one patch", candidate.hinge_generator_loss, FAKE[:, :1])
    record("one sample", candidate.hinge_generator_loss, FAKE[:1])
    record.grad("gradient", candidate.hinge_generator_loss, FAKE, wrt=(0,))


@misconception(
    "hinge_generator_loss",
    belief="the generator has a hinge too",
    hint="Your loss stops falling once a score exceeds 1. Does the generator's loss have a margin?",
)
def generator_with_a_hinge(fake: Tensor) -> Tensor:
    """relu(1 - f)."""
    return F.relu(1 - average(fake))


@misconception(
    "hinge_generator_loss",
    belief="low scores are good for the generator",
    hint="Minimising your loss lowers the scores of generated samples. What does the generator want them to be?",
)
def scores_pushed_down(fake: Tensor) -> Tensor:
    """Lose the sign."""
    return average(fake)


@misconception(
    "hinge_generator_loss",
    belief="a loss is one number for the whole batch",
    hint="You return a single number. How many losses does a batch of B samples have here?",
)
def generator_averaged_over_the_batch(fake: Tensor) -> Tensor:
    """Average everything."""
    return -fake.mean()


@misconception(
    "hinge_generator_loss",
    belief="the patch scores are summed",
    hint="The more patches an image has, the larger your loss. Are the patch scores summed or averaged?",
)
def generator_patches_summed(fake: Tensor) -> Tensor:
    """Sum over patches."""
    return -fake.flatten(1).sum(1)


@misconception(
    "hinge_generator_loss",
    belief="only the last dimension is averaged",
    hint="For maps of scores you return more than one number per sample. Which dimensions belong to the batch, and "
    "which to a sample?",
)
def last_dimension_averaged(fake: Tensor) -> Tensor:
    """mean(-1)."""
    return -fake.mean(-1)


@misconception(
    "hinge_generator_loss",
    belief="the discriminator's half with 1/2 is undone",
    hint="Your loss is half of what it should be. Does the generator's loss have a factor in front?",
)
def half_of_the_average(fake: Tensor) -> Tensor:
    """A factor too much."""
    return -0.5 * average(fake)


# -- critic_loss -------------------------------------------------------------------------------------------


@probe("critic_loss")
def observe_critic_loss(candidate: Candidate, record: Record) -> None:
    """Batches of different and of equal sizes, and gradients."""
    record("batches", candidate.critic_loss, REAL[:, 0], FAKE[:3, 1])
    record("equal sizes", candidate.critic_loss, REAL[:, 1], FAKE[:, 2])
    record("single", candidate.critic_loss, REAL[:1, 0], FAKE[:1, 0])
    record("generated above", candidate.critic_loss, REAL[:, 1] - 5, FAKE[:, 2])
    record("far apart", candidate.critic_loss, 30 * REAL[:, 2], 30 * FAKE[:, 0])
    record.grad("gradient", candidate.critic_loss, REAL[:, 0], FAKE[:3, 1], wrt=(0, 1))


@misconception(
    "critic_loss",
    belief="the critic minimises the distance",
    hint="Minimising your loss lowers the scores of real samples. The critic estimates a distance by maximising "
    "it: with which sign does it become a loss?",
)
def distance_minimised(real: Tensor, fake: Tensor) -> Tensor:
    """mean(real) - mean(fake)."""
    return real.mean() - fake.mean()


@misconception(
    "critic_loss",
    belief="a critic is a discriminator and returns probabilities",
    hint="Your loss stays between -1 and 1 however far apart the scores are. Is there a sigmoid in a Wasserstein "
    "critic?",
)
def scores_through_a_sigmoid(real: Tensor, fake: Tensor) -> Tensor:
    """Means of probabilities."""
    return fake.sigmoid().mean() - real.sigmoid().mean()


@misconception(
    "critic_loss",
    belief="the Wasserstein loss is a cross-entropy",
    hint="Your loss is never negative. Which of the two, cross-entropy or difference of means, does a Wasserstein "
    "critic use?",
)
def cross_entropy_of_scores(real: Tensor, fake: Tensor) -> Tensor:
    """The original GAN."""
    return F.softplus(-real).mean() + F.softplus(fake).mean()


@misconception(
    "critic_loss",
    belief="a distance is positive",
    hint="Your loss is never negative, so it has no preference once the means are apart. What does the critic gain "
    "from exchanging real and generated scores?",
)
def absolute_difference(real: Tensor, fake: Tensor) -> Tensor:
    """An absolute value."""
    return (fake.mean() - real.mean()).abs()


@misconception(
    "critic_loss",
    belief="scores are summed over a batch",
    hint="Showing every sample twice doubles your loss. Sums or means?",
)
def scores_summed(real: Tensor, fake: Tensor) -> Tensor:
    """Sums for means."""
    return fake.sum() - real.sum()


@misconception(
    "critic_loss",
    belief="both means carry the same sign",
    hint="Adding a constant to all scores changes your loss. Should the critic care about the level of its scores?",
)
def means_added(real: Tensor, fake: Tensor) -> Tensor:
    """-(mean + mean)."""
    return -(fake.mean() + real.mean())


@misconception(
    "critic_loss",
    belief="the critic has a margin",
    hint="Your loss stops falling when the scores are far enough apart. Is there a hinge in the Wasserstein loss?",
)
def critic_with_a_margin(real: Tensor, fake: Tensor) -> Tensor:
    """The hinge GAN."""
    return F.relu(1 - real).mean() + F.relu(1 + fake).mean()
