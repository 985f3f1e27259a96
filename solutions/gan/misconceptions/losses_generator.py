"""Wrong beliefs about the generator's losses in the original GAN, with the behaviour they lead to."""

import torch
from torch import Tensor
from torch.nn import functional as F

from autograder.checks import Candidate, RemoteFunction
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


# -- generator_loss_saturating -----------------------------------------------------------------------------


@probe("generator_loss_saturating")
def observe_saturating(candidate: Candidate, record: Record) -> None:
    """See `observe_generator_loss`."""
    observe_generator_loss(candidate.generator_loss_saturating, record)


@misconception(
    "generator_loss_saturating",
    belief="the generator's loss is minus log D",
    hint="Your loss is large and steep where the discriminator is sure: that is the other of the two losses. Which "
    "one does the minimax game give to the generator?",
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
    hint="Your loss is right for small logits and infinite for large ones. What is 1 - sigmoid(200) in floating "
    "point?",
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
    hint="The gradient of your loss vanishes where the discriminator is sure that samples are generated. Which "
    "loss was introduced to avoid that?",
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
    hint="Your loss is small when the generator is caught. Which label would the generator like its samples to "
    "get?",
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
    hint="Your loss is a straight line in the logits. What does the cross-entropy of the original GAN do with them "
    "first?",
)
def minus_the_mean_logit(fake_logits: Tensor) -> Tensor:
    """The Wasserstein generator's loss."""
    return -fake_logits.mean()


@misconception(
    "generator_loss_nonsaturating",
    belief="a small number inside the logarithm makes it safe",
    hint="Your loss never exceeds 18.4: beyond that the generator gets no gradient any more. Which function gives "
    "log sigmoid(x) without computing sigmoid(x) first?",
)
def guarded_logarithm(fake_logits: Tensor) -> Tensor:
    """log(D + 1e-8)."""
    return -(fake_logits.sigmoid() + 1e-8).log().mean()
