"""Wrong beliefs about the generator's losses in the original GAN, with the behaviour they lead to."""

import torch

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


misconception(
    "generator_loss_saturating", name="nonsaturating_loss_instead", belief="the generator's loss is minus log D",
    replace=("-F.softplus(fake_logits)", "F.softplus(-fake_logits)"),
    hint="Your loss is large and steep where the discriminator is sure: that is the other of the two losses. Which one does "
    "the minimax game give to the generator?",
)  # fmt: skip

misconception(
    "generator_loss_saturating", name="discriminators_share_minimised", belief="a loss always has a minus sign",
    replace=("-F", "F"),
    hint="Minimising your loss helps the discriminator. Should log(1 - D) become larger or smaller when the generator "
    "improves?",
)  # fmt: skip

misconception(
    "generator_loss_saturating", name="one_minus_the_logit", belief="log(1 - D) is log D of one minus the logit",
    replace=("-F.softplus(fake_logits)", "F.logsigmoid(1 - fake_logits)"),
    hint="Your loss is right for no logit but 1/2. Which logit has the sigmoid 1 - sigmoid(x)?",
)  # fmt: skip

misconception(
    "generator_loss_saturating", name="logits_without_a_sigmoid", belief="a discriminator returns probabilities",
    replace=("-F.softplus(fake_logits)", "(1 - fake_logits).log()"),
    hint="Your loss is not a number for logits above 1. What stands between a logit and a probability?",
)  # fmt: skip

misconception(
    "generator_loss_saturating", name="summed_over_the_batch", belief="losses are summed over a batch",
    replace=("mean()", "sum()"),
    hint="Showing every sample twice doubles your loss. Does the formula sum over the batch or average?",
)  # fmt: skip

misconception(
    "generator_loss_saturating", name="log_of_the_mean_probability", belief="the mean probability is what counts",
    replace=("-F.softplus(fake_logits).mean()", "(1 - fake_logits.sigmoid().mean()).log()"),
    hint="Your loss hardly notices single samples that are recognised. In which order come the mean and the logarithm?",
)  # fmt: skip

misconception(
    "generator_loss_saturating", name="log_of_one_minus_the_sigmoid", belief="a sigmoid followed by a logarithm is good enough",
    replace=("-F.softplus(fake_logits)", "(1 - fake_logits.sigmoid()).log()"),
    hint="Your loss is right for small logits and infinite for large ones. What is 1 - sigmoid(200) in floating point?",
)  # fmt: skip

misconception(
    "generator_loss_saturating", name="share_of_detected_samples", belief="the chance of being caught is minimised",
    replace=("-F.softplus(fake_logits).mean()", "(1 - fake_logits.sigmoid()).mean()"),
    hint="Your loss stays between 0 and 1, however sure the discriminator is. Which function of 1 - D is averaged in the "
    "formula?",
)  # fmt: skip


# -- generator_loss_nonsaturating --------------------------------------------------------------------------


@probe("generator_loss_nonsaturating")
def observe_nonsaturating(candidate: Candidate, record: Record) -> None:
    """See `observe_generator_loss`."""
    observe_generator_loss(candidate.generator_loss_nonsaturating, record)


misconception(
    "generator_loss_nonsaturating", name="saturating_loss_instead", belief="the generator minimises log(1 - D)",
    replace=("F.softplus", "F.logsigmoid"),
    hint="The gradient of your loss vanishes where the discriminator is sure that samples are generated. Which loss was "
    "introduced to avoid that?",
)  # fmt: skip

misconception(
    "generator_loss_nonsaturating", name="log_d_without_a_minus", belief="log D is to be minimised",
    replace=("F.softplus(-fake_logits)", "-F.softplus(-fake_logits)"),
    hint="Minimising your loss makes samples look less real. Should log D become larger or smaller when the generator "
    "improves?",
)  # fmt: skip

misconception(
    "generator_loss_nonsaturating", name="label_of_generated_samples", belief="generated samples keep their label 0",
    replace=("-fake_logits", "fake_logits"),
    hint="Your loss is small when the generator is caught. Which label would the generator like its samples to get?",
)  # fmt: skip

misconception(
    "generator_loss_nonsaturating", name="logarithm_of_logits", belief="a discriminator returns probabilities",
    replace=("F.softplus(-fake_logits)", "-fake_logits.log()"),
    hint="Your loss is not a number for negative logits. What stands between a logit and a probability?",
)  # fmt: skip

misconception(
    "generator_loss_nonsaturating", name="generator_loss_summed", belief="losses are summed over a batch",
    replace=("mean()", "sum()"),
    hint="Showing every sample twice doubles your loss. Does the formula sum over the batch or average?",
)  # fmt: skip

misconception(
    "generator_loss_nonsaturating", name="naive_log_of_the_sigmoid", belief="a sigmoid followed by a logarithm is good enough",
    replace=("F.softplus(-fake_logits)", "-fake_logits.sigmoid().log()"),
    hint="Your loss is right for small logits and infinite for very negative ones. What is sigmoid(-200) in floating point?",
)  # fmt: skip

misconception(
    "generator_loss_nonsaturating", name="minus_the_mean_logit", belief="it is enough to raise the logits, as for a critic",
    replace=("F.softplus(-fake_logits)", "-fake_logits"),
    hint="Your loss is a straight line in the logits. What does the cross-entropy of the original GAN do with them first?",
)  # fmt: skip

misconception(
    "generator_loss_nonsaturating", name="guarded_logarithm", belief="a small number inside the logarithm makes it safe",
    replace=("F.softplus(-fake_logits)", "-(fake_logits.sigmoid() + 1e-8).log()"),
    hint="Your loss never exceeds 18.4: beyond that the generator gets no gradient any more. Which function gives log "
    "sigmoid(x) without computing sigmoid(x) first?",
)  # fmt: skip

misconception(
    "generator_loss_nonsaturating", name="minus_the_mean_probability", belief="the chance of looking real is maximised",
    replace=("F.softplus(-fake_logits)", "-fake_logits.sigmoid()"),
    hint="Your loss stays between -1 and 0, and is flat where the discriminator is sure. Which function of D is averaged "
    "in the formula?",
)  # fmt: skip

misconception(
    "generator_loss_nonsaturating", name="one_minus_the_probability", belief="the distance to the label 1 is minimised",
    replace=("F.softplus(-fake_logits)", "(1 - fake_logits.sigmoid())"),
    hint="Your loss stays between 0 and 1, and is flat where the discriminator is sure. Which function of D is averaged in "
    "the formula?",
)  # fmt: skip

misconception(
    "generator_loss_nonsaturating", name="squared_distance_to_the_label", belief="all GANs use the least-squares loss",
    replace=("F.softplus(-fake_logits)", "(fake_logits - 1).square()"),
    hint="Your loss grows again where logits exceed 1. Does a sample ever look too real for the cross-entropy?",
)  # fmt: skip

misconception(
    "generator_loss_nonsaturating", name="cross_entropy_of_the_sigmoid", belief="a sigmoid beforehand does no harm",
    replace=("F.softplus(-fake_logits).mean()", "F.binary_cross_entropy(fake_logits.sigmoid(), torch.ones_like(fake_logits))"),
    hint="Your loss never exceeds 100: for a logit of -200 it should. What becomes of such a logit in a sigmoid?",
)  # fmt: skip
