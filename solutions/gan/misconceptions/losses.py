"""Wrong beliefs about the discriminator's loss in the original GAN, with the behaviour they lead to."""

import torch
from torch import Tensor
from torch.nn import functional as F

from autograder.checks import Candidate
from autograder.diagnosis import Record, misconception, probe

REAL = torch.tensor([1.2, 0.4, -0.7, 2.1])
FAKE = torch.tensor([-0.9, 0.3, 0.8])
PROBABLE = torch.tensor([0.35, 0.8, 0.6])
FAR = torch.tensor([300.0, -200.0, 150.0])


# -- discriminator_loss ------------------------------------------------------------------------------------


@probe("discriminator_loss")
def observe_discriminator_loss(candidate: Candidate, record: Record) -> None:
    """Batches of different sizes, logits that could be probabilities, large logits, gradients."""
    record("batches", candidate.discriminator_loss, REAL, FAKE)
    record("equal sizes", candidate.discriminator_loss, REAL[:3], FAKE)
    record("single", candidate.discriminator_loss, REAL[:1], FAKE[:1])
    record("logits between 0 and 1", candidate.discriminator_loss, PROBABLE, PROBABLE.flip(0))
    record("large logits", candidate.discriminator_loss, FAR, -2 * FAR)
    record("double", candidate.discriminator_loss, REAL.double(), FAKE.double())
    record.grad("gradient", candidate.discriminator_loss, REAL, FAKE, wrt=(0, 1))


misconception(
    "discriminator_loss", name="logits_taken_for_probabilities", belief="a discriminator returns probabilities",
    replace=(
        "F.softplus(-real_logits).mean() + F.softplus(fake_logits).mean()",
        "-(real_logits.log().mean() + (1 - fake_logits).log().mean())",
    ),
    hint="Your loss is not a number for negative inputs. What stands between a logit and the probability whose logarithm you "
    "need?",
)  # fmt: skip

misconception(
    "discriminator_loss", name="labels_exchanged", belief="real samples have label 0",
    replace=[("-real_logits", "real_logits"), ("(fake_logits)", "(-fake_logits)")],
    hint="Your loss is small when every real sample is called generated. Which label does the discriminator give to real "
    "samples?",
)  # fmt: skip

misconception(
    "discriminator_loss", name="one_mean_over_both_batches", belief="all samples form one batch with one mean",
    replace=(
        "F.softplus(-real_logits).mean() + F.softplus(fake_logits).mean()",
        "F.softplus(torch.cat([-real_logits, fake_logits])).mean()",
    ),
    hint="Your loss is about half as large as it should be, and depends on how many samples of each kind there are. How many "
    "means does the formula contain?",
)  # fmt: skip

misconception(
    "discriminator_loss", name="average_of_the_two_halves", belief="the loss is the average of its two halves",
    replace=(
        "F.softplus(-real_logits).mean() + F.softplus(fake_logits).mean()",
        "(F.softplus(-real_logits).mean() + F.softplus(fake_logits).mean()) / 2",
    ),
    hint="Your loss is half of what the formula says for every input. What joins the two means there?",
)  # fmt: skip

misconception(
    "discriminator_loss", name="summed_over_the_batches", belief="losses are summed over a batch",
    replace=[("(-real_logits).mean()", "(-real_logits).sum()"), ("(fake_logits).mean()", "(fake_logits).sum()")],
    hint="Showing every sample twice doubles your loss. Does the formula sum over a batch or average?",
)  # fmt: skip

misconception(
    "discriminator_loss", name="generated_samples_called_real", belief="both batches enter as log D",
    replace=("(fake_logits)", "(-fake_logits)"),
    hint="Your discriminator is rewarded for calling generated samples real. What probability does it give to the right label "
    "of a generated sample?",
)  # fmt: skip

misconception(
    "discriminator_loss", name="log_of_the_sigmoid", belief="a sigmoid followed by a logarithm is good enough",
    replace=(
        "F.softplus(-real_logits).mean() + F.softplus(fake_logits).mean()",
        "-(real_logits.sigmoid().log().mean() + (1 - fake_logits.sigmoid()).log().mean())",
    ),
    hint="Your loss is right for small logits and infinite for large ones. What is sigmoid(200) in floating point, and what "
    "becomes of 1 minus that?",
)  # fmt: skip


@misconception(
    "discriminator_loss",
    belief="binary cross-entropy of probabilities is stable by itself",
    hint="Your loss never exceeds 100 per batch, and its gradient disappears there. Is there a cross-entropy that "
    "takes logits instead of probabilities?",
)
def cross_entropy_of_probabilities(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """PyTorch cuts logarithms of probabilities at -100."""
    real, fake = real_logits.sigmoid(), fake_logits.sigmoid()
    on_real = F.binary_cross_entropy(real, torch.ones_like(real))
    return on_real + F.binary_cross_entropy(fake, torch.zeros_like(fake))


@misconception(
    "discriminator_loss",
    belief="a small number inside the logarithm makes it safe",
    hint="Your loss never exceeds 18.4 per batch: beyond that the discriminator gets no gradient any more. Which "
    "function gives log sigmoid(x) without computing sigmoid(x) first?",
)
def guard_inside_the_logarithm(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """log(D + 1e-8)."""
    on_real = (real_logits.sigmoid() + 1e-8).log().mean()
    return -(on_real + (1 - fake_logits.sigmoid() + 1e-8).log().mean())


@misconception(
    "discriminator_loss", belief="one mean over all pairs",
    hint="You add the two batches sample by sample before you average. What if they differ in size?",
)  # fmt: skip
def batches_added_sample_by_sample(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """One mean over pairs."""
    return (F.softplus(-real_logits) + F.softplus(fake_logits)).mean()


@misconception(
    "discriminator_loss", belief="both batches are one batch of labelled samples",
    hint="Your loss is right where both batches have the same size. Over which samples does each of the two means run?",
)  # fmt: skip
def twice_the_mean_over_both_batches(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """Twice the mean over all samples together."""
    return 2 * torch.cat([F.softplus(-real_logits), F.softplus(fake_logits)]).mean()


@misconception(
    "discriminator_loss", belief="labels are better smoothed",
    hint="Your loss asks for less than certainty about real samples. Which label does the formula give them?",
)  # fmt: skip
def labels_smoothed(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """0.9 for real samples."""
    return 0.9 * F.softplus(-real_logits).mean() + 0.1 * F.softplus(real_logits).mean() + F.softplus(fake_logits).mean()

misconception(
    "discriminator_loss", name="squared_distances_to_the_labels", belief="all GANs use the least-squares loss",
    replace=(
        "F.softplus(-real_logits).mean() + F.softplus(fake_logits).mean()",
        "0.5 * ((real_logits - 1).square().mean() + fake_logits.square().mean())",
    ),
    hint="Your loss is smallest at logits of 1 and 0, and grows beyond them. Where is the cross-entropy smallest?",
)  # fmt: skip
