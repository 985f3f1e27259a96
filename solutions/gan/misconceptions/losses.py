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


@misconception(
    "discriminator_loss",
    belief="a discriminator returns probabilities",
    hint="Your loss is not a number for negative inputs. What stands between a logit and the probability whose "
    "logarithm you need?",
)
def logits_taken_for_probabilities(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """Forget the sigmoid."""
    return -(real_logits.log().mean() + (1 - fake_logits).log().mean())


@misconception(
    "discriminator_loss",
    belief="real samples have label 0",
    hint="Your loss is small when every real sample is called generated. Which label does the discriminator give "
    "to real samples?",
)
def labels_exchanged(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """Real 0, generated 1."""
    return F.softplus(real_logits).mean() + F.softplus(-fake_logits).mean()


@misconception(
    "discriminator_loss",
    belief="all samples form one batch with one mean",
    hint="Your loss is about half as large as it should be, and depends on how many samples of each kind there "
    "are. How many means does the formula contain?",
)
def one_mean_over_both_batches(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """Concatenate, then average."""
    return torch.cat([F.softplus(-real_logits), F.softplus(fake_logits)]).mean()


@misconception(
    "discriminator_loss",
    belief="the loss is the average of its two halves",
    hint="Your loss is half of what the formula says for every input. What joins the two means there?",
)
def average_of_the_two_halves(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """Divide by two."""
    return (F.softplus(-real_logits).mean() + F.softplus(fake_logits).mean()) / 2


@misconception(
    "discriminator_loss",
    belief="losses are summed over a batch",
    hint="Showing every sample twice doubles your loss. Does the formula sum over a batch or average?",
)
def summed_over_the_batches(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """Sums for means."""
    return F.softplus(-real_logits).sum() + F.softplus(fake_logits).sum()


@misconception(
    "discriminator_loss",
    belief="both batches enter as log D",
    hint="Your discriminator is rewarded for calling generated samples real. What probability does it give to the "
    "right label of a generated sample?",
)
def generated_samples_called_real(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """log D for both."""
    return F.softplus(-real_logits).mean() + F.softplus(-fake_logits).mean()


@misconception(
    "discriminator_loss",
    belief="a sigmoid followed by a logarithm is good enough",
    hint="Your loss is right for small logits and infinite for large ones. What is sigmoid(200) in floating point, "
    "and what becomes of 1 minus that?",
)
def log_of_the_sigmoid(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """Naive composition."""
    return -(real_logits.sigmoid().log().mean() + (1 - fake_logits.sigmoid()).log().mean())


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
