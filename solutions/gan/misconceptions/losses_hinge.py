"""Wrong beliefs about hinge losses and the critic's loss, with the behaviour they lead to."""

import torch

from autograder.checks import Candidate
from autograder.diagnosis import Record, misconception, probe

REAL = torch.tensor([[2.5, -1.0, 0.6], [0.1, 0.4, -0.8], [3.0, 1.5, 2.0], [-2.0, 4.5, 0.2]])
FAKE = torch.tensor([[-2.0, -1.5, -1.1], [0.3, -0.6, 1.2], [-1.5, -3.0, -2.2], [1.0, -2.5, 0.4]])
REAL_MAPS = 1.5 * torch.linspace(-4, 3, 24).sin().reshape(3, 2, 2, 2)
FAKE_MAPS = 1.5 * torch.linspace(2, -5, 24).cos().reshape(3, 2, 2, 2)


# -- hinge_discriminator_loss ------------------------------------------------------------------------------


@probe("hinge_discriminator_loss")
def observe_hinge_discriminator_loss(candidate: Candidate, record: Record) -> None:
    """Vectors and maps of patch scores on both sides of the margins, and gradients."""
    record("vectors", candidate.hinge_discriminator_loss, REAL, FAKE)
    record("maps", candidate.hinge_discriminator_loss, REAL_MAPS, FAKE_MAPS)
    record("one patch", candidate.hinge_discriminator_loss, REAL[:, :1], FAKE[:, :1])
    record("one pair", candidate.hinge_discriminator_loss, REAL[:1], FAKE[:1])
    record.grad("gradient", candidate.hinge_discriminator_loss, REAL, FAKE, wrt=(0, 1))


misconception(
    "hinge_discriminator_loss", name="best_patch_only", belief="a sample is as real as its most convincing patch",
    replace=("real.flatten(1).mean(1), fake.flatten(1).mean(1)", "real.flatten(1).amax(1), fake.flatten(1).amax(1)"),
    hint="Your loss looks at the largest score of each sample alone. What becomes of the scores of the other patches?",
)  # fmt: skip

misconception(
    "hinge_discriminator_loss", name="hinge_before_the_average", belief="the hinge applies to every patch",
    replace=[
        ("r, f = real.flatten(1).mean(1), fake.flatten(1).mean(1)", "r, f = real.flatten(1), fake.flatten(1)"),
        ("F.relu(1 - r) + F.relu(1 + f)", "F.relu(1 - r).mean(1) + F.relu(1 + f).mean(1)"),
    ],
    hint="Your loss is right for samples with a single patch only. What comes first here: the average over the patches or the "
    "relu?",
)  # fmt: skip

misconception(
    "hinge_discriminator_loss", name="averaged_over_the_batch", belief="a loss is one number for the whole batch",
    replace=("(F.relu(1 - r) + F.relu(1 + f))", "(F.relu(1 - r) + F.relu(1 + f)).mean()"),
    hint="You return a single number. How many losses does a batch of B pairs have here?",
)  # fmt: skip

misconception(
    "hinge_discriminator_loss", name="margins_exchanged", belief="real scores should be low and generated ones high",
    replace=[("1 - r", "1 + r"), ("1 + f", "1 - f")],
    hint="Your loss is zero for a discriminator that has everything wrong. On which side of 1 should the score of a real "
    "sample be?",
)  # fmt: skip

misconception(
    "hinge_discriminator_loss", name="half_forgotten", belief="the two halves are added without a factor",
    replace=("0.5 * ", ""),
    hint="Your loss is twice what it should be. What stands in front of the bracket?",
)  # fmt: skip

misconception(
    "hinge_discriminator_loss", name="no_margin", belief="the margin is at zero", replace=[("1 - r", "-r"), ("1 + f", "f")],
    hint="A discriminator that gives a score of zero to everything pays nothing. How far from zero must scores be until "
    "nothing is charged?",
)  # fmt: skip

misconception(
    "hinge_discriminator_loss", name="hinge_left_out", belief="the loss is linear",
    replace=("F.relu(1 - r) + F.relu(1 + f)", "1 - r + (1 + f)"),
    hint="Your loss becomes negative for scores beyond the margin. What does the hinge do with samples that are already "
    "clearly right?",
)  # fmt: skip

misconception(
    "hinge_discriminator_loss", name="patches_summed", belief="the patch scores are summed",
    replace=[("real.flatten(1).mean(1)", "real.flatten(1).sum(1)"), ("fake.flatten(1).mean(1)", "fake.flatten(1).sum(1)")],
    hint="The more patches an image has, the further your scores are from the margin. Are the patch scores summed or averaged?",
)  # fmt: skip

misconception(
    "hinge_discriminator_loss", name="one_loss_for_every_patch", belief="every patch has a loss of its own",
    replace=("real.flatten(1).mean(1), fake.flatten(1).mean(1)", "real, fake"),
    hint="You return one loss for every patch. How many does a pair of samples have, and what is averaged for it?",
)  # fmt: skip

misconception(
    "hinge_discriminator_loss", name="hinges_of_all_patches_averaged", belief="a loss is one number for all patches",
    replace=[
        ("real.flatten(1).mean(1), fake.flatten(1).mean(1)", "real, fake"),
        ("(F.relu(1 - r) + F.relu(1 + f))", "(F.relu(1 - r) + F.relu(1 + f)).mean()"),
    ],
    hint="You return a single number, the average over the hinges of all patches. How many losses does a batch of B pairs "
    "have, and what comes first within a sample: the average over the patches or the relu?",
)  # fmt: skip

misconception(
    "hinge_discriminator_loss", name="hinges_of_the_patches_summed", belief="the hinge applies to every patch, and they add up",
    replace=[
        ("real.flatten(1).mean(1), fake.flatten(1).mean(1)", "real, fake"),
        ("(F.relu(1 - r) + F.relu(1 + f))", "(F.relu(1 - r) + F.relu(1 + f)).flatten(1).sum(1)"),
    ],
    hint="You add up the hinges of a sample's patches. Which comes first, patches or relu, and are scores summed or averaged?",
)  # fmt: skip

misconception(
    "hinge_discriminator_loss", name="samples_averaged_for_patches", belief="the first dimension is averaged",
    replace=[("real.flatten(1).mean(1)", "real.mean(0)"), ("fake.flatten(1).mean(1)", "fake.mean(0)")],
    hint="You average over the samples and keep the patches. Which dimension counts samples?",
)  # fmt: skip


# -- hinge_generator_loss ----------------------------------------------------------------------------------


@probe("hinge_generator_loss")
def observe_hinge_generator_loss(candidate: Candidate, record: Record) -> None:
    """Vectors and maps of patch scores on both sides of the margin, and gradients."""
    record("vectors", candidate.hinge_generator_loss, FAKE)
    record("maps", candidate.hinge_generator_loss, FAKE_MAPS)
    record("one patch", candidate.hinge_generator_loss, FAKE[:, :1])
    record("one sample", candidate.hinge_generator_loss, FAKE[:1])
    record("far beyond the margin", candidate.hinge_generator_loss, 2 + FAKE.abs())
    record.grad("gradient", candidate.hinge_generator_loss, FAKE, wrt=(0,))


misconception(
    "hinge_generator_loss", name="generator_with_a_hinge", belief="the generator has a hinge too",
    replace=("-fake.flatten(1).mean(1)", "F.relu(1 - fake.flatten(1).mean(1))"),
    hint="Your loss stops falling once a score exceeds 1. Does the generator's loss have a margin?",
)  # fmt: skip

misconception(
    "hinge_generator_loss", name="scores_pushed_down", belief="low scores are good for the generator",
    replace=("-fake", "fake"),
    hint="Minimising your loss lowers the scores of generated samples. What does the generator want them to be?",
)  # fmt: skip

misconception(
    "hinge_generator_loss", name="generator_averaged_over_the_batch", belief="a loss is one number for the whole batch",
    replace=(".flatten(1).mean(1)", ".mean()"),
    hint="You return a single number. How many losses does a batch of B samples have here?",
)  # fmt: skip

misconception(
    "hinge_generator_loss", name="generator_patches_summed", belief="the patch scores are summed",
    replace=("mean(1)", "sum(1)"),
    hint="The more patches an image has, the larger your loss. Are the patch scores summed or averaged?",
)  # fmt: skip

misconception(
    "hinge_generator_loss", name="last_dimension_averaged", belief="only the last dimension is averaged",
    replace=("flatten(1).mean(1)", "mean(-1)"),
    hint="For maps of scores you return more than one number per sample. Which dimensions belong to the batch, and which to a "
    "sample?",
)  # fmt: skip

misconception(
    "hinge_generator_loss", name="half_of_the_average", belief="the discriminator's half with 1/2 is undone",
    replace=("-fake", "-0.5 * fake"),
    hint="Your loss is half of what it should be. Does the generator's loss have a factor in front?",
)  # fmt: skip


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


misconception(
    "critic_loss", name="scores_paired", belief="real and generated samples come in pairs",
    replace=("fake.mean() - real.mean()", "(fake - real).mean()"),
    hint="You subtract the two batches sample by sample before you average. What if they differ in size?",
)  # fmt: skip

misconception(
    "critic_loss", name="distance_minimised", belief="the critic minimises the distance",
    replace=("fake.mean() - real.mean()", "real.mean() - fake.mean()"),
    hint="Minimising your loss lowers the scores of real samples. The critic estimates a distance by maximising it: with "
    "which sign does it become a loss?",
)  # fmt: skip

misconception(
    "critic_loss", name="scores_through_a_sigmoid", belief="a critic is a discriminator and returns probabilities",
    replace=[("fake.mean()", "fake.sigmoid().mean()"), ("real.mean()", "real.sigmoid().mean()")],
    hint="Your loss stays between -1 and 1 however far apart the scores are. Is there a sigmoid in a Wasserstein critic?",
)  # fmt: skip

misconception(
    "critic_loss", name="cross_entropy_of_scores", belief="the Wasserstein loss is a cross-entropy",
    replace=("fake.mean() - real.mean()", "F.softplus(-real).mean() + F.softplus(fake).mean()"),
    hint="Your loss is never negative. Which of the two, cross-entropy or difference of means, does a Wasserstein critic use?",
)  # fmt: skip

misconception(
    "critic_loss", name="absolute_difference", belief="a distance is positive",
    replace=("fake.mean() - real.mean()", "(fake.mean() - real.mean()).abs()"),
    hint="Your loss is never negative, so it has no preference once the means are apart. What does the critic gain from "
    "exchanging real and generated scores?",
)  # fmt: skip

misconception(
    "critic_loss", name="scores_summed", belief="scores are summed over a batch",
    replace=[("fake.mean()", "fake.sum()"), ("real.mean()", "real.sum()")],
    hint="Showing every sample twice doubles your loss. Sums or means?",
)  # fmt: skip

misconception(
    "critic_loss", name="means_added", belief="both means carry the same sign",
    replace=("fake.mean() - real.mean()", "-(fake.mean() + real.mean())"),
    hint="Adding a constant to all scores changes your loss. Should the critic care about the level of its scores?",
)  # fmt: skip

misconception(
    "critic_loss", name="critic_with_a_margin", belief="the critic has a margin",
    replace=("fake.mean() - real.mean()", "F.relu(1 - real).mean() + F.relu(1 + fake).mean()"),
    hint="Your loss stops falling when the scores are far enough apart. Is there a hinge in the Wasserstein loss?",
)  # fmt: skip
