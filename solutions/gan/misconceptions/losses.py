"""Wrong beliefs about the losses of the original GAN, with the behaviour they lead to."""

import torch
from torch import Tensor
from torch.nn import functional as F

from autograder.candidate import Candidate, RemoteFunction
from autograder.diagnosis import Record, misconception, probe

REAL = torch.tensor([1.2, 0.4, -0.7, 2.1])
FAKE = torch.tensor([-0.9, 0.3, 0.8])
PROBABLE = torch.tensor([0.35, 0.8, 0.6])
FAR = torch.tensor([300.0, -200.0, 150.0])


def observe_generator_loss(loss: RemoteFunction, record: Record) -> None:
    """Logits on both sides of zero, logits that could be probabilities, large logits, gradients."""
    record("logits", loss, FAKE)
    record("four logits", loss, REAL)
    record("one logit", loss, FAKE[:1])
    record("logits between 0 and 1", loss, PROBABLE)
    record("large logits", loss, FAR)
    record("double", loss, REAL.double())
    record.grad("gradient", loss, FAKE, wrt=(0,))


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
    hint="Your loss is not a number for negative inputs. What stands between a logit and the probability "
    "whose logarithm you need?",
)
def logits_taken_for_probabilities(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """Forget the sigmoid."""
    return -(real_logits.log().mean() + (1 - fake_logits).log().mean())


@misconception(
    "discriminator_loss",
    belief="real samples have label 0",
    hint="Your loss is small when every real sample is called generated. Which label does the discriminator "
    "give to real samples?",
)
def labels_exchanged(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """Real 0, generated 1."""
    return F.softplus(real_logits).mean() + F.softplus(-fake_logits).mean()


@misconception(
    "discriminator_loss",
    belief="all samples form one batch with one mean",
    hint="Your loss is about half as large as it should be, and depends on how many samples of each kind "
    "there are. How many means does the formula contain?",
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
    hint="Your discriminator is rewarded for calling generated samples real. What probability does it give "
    "to the right label of a generated sample?",
)
def generated_samples_called_real(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """log D for both."""
    return F.softplus(-real_logits).mean() + F.softplus(-fake_logits).mean()


@misconception(
    "discriminator_loss",
    belief="a sigmoid followed by a logarithm is good enough",
    hint="Your loss is right for small logits and infinite for large ones. What is sigmoid(200) in floating "
    "point, and what becomes of 1 minus that?",
)
def log_of_the_sigmoid(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """Naive composition."""
    return -(real_logits.sigmoid().log().mean() + (1 - fake_logits.sigmoid()).log().mean())


@misconception(
    "discriminator_loss",
    belief="binary cross-entropy of probabilities is stable by itself",
    hint="Your loss never exceeds 100 per batch, and its gradient disappears there. Is there a "
    "cross-entropy that takes logits instead of probabilities?",
)
def cross_entropy_of_probabilities(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """PyTorch cuts logarithms of probabilities at -100."""
    real, fake = real_logits.sigmoid(), fake_logits.sigmoid()
    on_real = F.binary_cross_entropy(real, torch.ones_like(real))
    return on_real + F.binary_cross_entropy(fake, torch.zeros_like(fake))


# -- generator_loss_saturating -----------------------------------------------------------------------------


@probe("generator_loss_saturating")
def observe_saturating(candidate: Candidate, record: Record) -> None:
    """See `observe_generator_loss`."""
    observe_generator_loss(candidate.generator_loss_saturating, record)


@misconception(
    "generator_loss_saturating",
    belief="the generator's loss is minus log D",
    hint="Your loss is large and steep where the discriminator is sure: that is the other of the two "
    "losses. Which one does the minimax game give to the generator?",
)
def nonsaturating_loss_instead(fake_logits: Tensor) -> Tensor:
    """The other loss."""
    return F.softplus(-fake_logits).mean()


@misconception(
    "generator_loss_saturating",
    belief="a loss always has a minus sign",
    hint="Minimising your loss helps the discriminator. Should log(1 - D) become larger or smaller when the "
    "generator improves?",
)
def discriminators_share_minimised(fake_logits: Tensor) -> Tensor:
    """-log(1 - D)."""
    return F.softplus(fake_logits).mean()


@misconception(
    "generator_loss_saturating",
    belief="log(1 - D) is log D of one minus the logit",
    hint="Your loss is right for no logit but 1/2. Which logit has the sigmoid 1 - sigmoid(x)?",
)
def one_minus_the_logit(fake_logits: Tensor) -> Tensor:
    """log sigmoid(1 - x)."""
    return F.logsigmoid(1 - fake_logits).mean()


@misconception(
    "generator_loss_saturating",
    belief="a discriminator returns probabilities",
    hint="Your loss is not a number for logits above 1. What stands between a logit and a probability?",
)
def logits_without_a_sigmoid(fake_logits: Tensor) -> Tensor:
    """log(1 - logit)."""
    return (1 - fake_logits).log().mean()


@misconception(
    "generator_loss_saturating",
    belief="losses are summed over a batch",
    hint="Showing every sample twice doubles your loss. Does the formula sum over the batch or average?",
)
def summed_over_the_batch(fake_logits: Tensor) -> Tensor:
    """A sum for the mean."""
    return F.logsigmoid(-fake_logits).sum()


@misconception(
    "generator_loss_saturating",
    belief="the mean probability is what counts",
    hint="Your loss hardly notices single samples that are recognised. In which order come the mean and the "
    "logarithm?",
)
def log_of_the_mean_probability(fake_logits: Tensor) -> Tensor:
    """log(1 - mean D)."""
    return (1 - fake_logits.sigmoid().mean()).log()


@misconception(
    "generator_loss_saturating",
    belief="a sigmoid followed by a logarithm is good enough",
    hint="Your loss is right for small logits and infinite for large ones. What is 1 - sigmoid(200) in "
    "floating point?",
)
def log_of_one_minus_the_sigmoid(fake_logits: Tensor) -> Tensor:
    """Naive composition."""
    return (1 - fake_logits.sigmoid()).log().mean()


# -- generator_loss_nonsaturating --------------------------------------------------------------------------


@probe("generator_loss_nonsaturating")
def observe_nonsaturating(candidate: Candidate, record: Record) -> None:
    """See `observe_generator_loss`."""
    observe_generator_loss(candidate.generator_loss_nonsaturating, record)


@misconception(
    "generator_loss_nonsaturating",
    belief="the generator minimises log(1 - D)",
    hint="The gradient of your loss vanishes where the discriminator is sure that samples are generated. "
    "Which loss was introduced to avoid that?",
)
def saturating_loss_instead(fake_logits: Tensor) -> Tensor:
    """The other loss."""
    return F.logsigmoid(-fake_logits).mean()


@misconception(
    "generator_loss_nonsaturating",
    belief="log D is to be minimised",
    hint="Minimising your loss makes samples look less real. Should log D become larger or smaller when the "
    "generator improves?",
)
def log_d_without_a_minus(fake_logits: Tensor) -> Tensor:
    """Lose the sign."""
    return F.logsigmoid(fake_logits).mean()


@misconception(
    "generator_loss_nonsaturating",
    belief="generated samples keep their label 0",
    hint="Your loss is small when the generator is caught. Which label would the generator like its samples "
    "to get?",
)
def label_of_generated_samples(fake_logits: Tensor) -> Tensor:
    """The discriminator's half."""
    return F.softplus(fake_logits).mean()


@misconception(
    "generator_loss_nonsaturating",
    belief="a discriminator returns probabilities",
    hint="Your loss is not a number for negative logits. What stands between a logit and a probability?",
)
def logarithm_of_logits(fake_logits: Tensor) -> Tensor:
    """-log(logit)."""
    return -fake_logits.log().mean()


@misconception(
    "generator_loss_nonsaturating",
    belief="losses are summed over a batch",
    hint="Showing every sample twice doubles your loss. Does the formula sum over the batch or average?",
)
def generator_loss_summed(fake_logits: Tensor) -> Tensor:
    """A sum for the mean."""
    return F.softplus(-fake_logits).sum()


@misconception(
    "generator_loss_nonsaturating",
    belief="a sigmoid followed by a logarithm is good enough",
    hint="Your loss is right for small logits and infinite for very negative ones. What is sigmoid(-200) in "
    "floating point?",
)
def naive_log_of_the_sigmoid(fake_logits: Tensor) -> Tensor:
    """Naive composition."""
    return -fake_logits.sigmoid().log().mean()


@misconception(
    "generator_loss_nonsaturating",
    belief="it is enough to raise the logits, as for a critic",
    hint="Your loss is a straight line in the logits. What does the cross-entropy of the original GAN do "
    "with them first?",
)
def minus_the_mean_logit(fake_logits: Tensor) -> Tensor:
    """The Wasserstein generator's loss."""
    return -fake_logits.mean()
