"""Wrong beliefs about the value of the GAN game, with the behaviour they lead to."""


import torch
from torch import Tensor

from autograder.checks import Candidate
from autograder.diagnosis import Record, misconception, probe

P = torch.tensor([[0.6, 0.3, 0.1], [0.2, 0.5, 0.3], [0.05, 0.15, 0.8], [0.4, 0.4, 0.2]])
Q = torch.tensor([[0.2, 0.3, 0.5], [0.1, 0.25, 0.65], [0.5, 0.35, 0.15], [0.3, 0.3, 0.4]])
SPARSE_P = torch.tensor([[0.5, 0.5, 0.0], [0.0, 0.25, 0.75]])
SPARSE_Q = torch.tensor([[0.0, 0.25, 0.75], [0.5, 0.5, 0.0]])


@probe("gan_value")
def observe_gan_value(candidate: Candidate, record: Record) -> None:
    """Batches of two ranks, a single pair, equal distributions, outcomes of probability zero, gradients."""
    record("batch", candidate.gan_value, P, Q)
    record("nested batch", candidate.gan_value, P.view(2, 2, 3), Q.view(2, 2, 3))
    record("single pair", candidate.gan_value, P[0], Q[0])
    record("equal", candidate.gan_value, P, P)
    record("zeros", candidate.gan_value, SPARSE_P, SPARSE_Q)
    record("double", candidate.gan_value, P.double(), Q.double())
    record.grad("gradient", candidate.gan_value, P, Q, wrt=(0, 1))


misconception(
    "gan_value", name="constant_left_out", belief="the value is twice the divergence", replace=(" - 2 * math.log(2)", ""),
    hint="Your value is 0 for a perfect generator. What is V if D says 1/2 everywhere?",
)  # fmt: skip

misconception(
    "gan_value", name="divergence_counted_once", belief="the divergence enters once", replace=("2 * js", "js"),
    hint="Your value is right for a perfect generator only. How many divergences from the mixture does V contain?",
)  # fmt: skip

misconception(
    "gan_value", name="constant_counted_once", belief="the constant is log 2", replace=("- 2 * math", "- math"),
    hint="Your value is -log 2 for a perfect generator. How many logarithms of 1/2 are added up there?",
)  # fmt: skip

misconception(
    "gan_value", name="loss_instead_of_value", belief="the value is the discriminator's loss",
    replace=("2 * js_divergence(p_data, p_g) - 2 * math.log(2)", "2 * math.log(2) - 2 * js_divergence(p_data, p_g)"),
    hint="Your value is positive. Is V what the discriminator maximises or the loss that it minimises?",
)  # fmt: skip


@misconception(
    "gan_value",
    belief="both expectations are over the data",
    hint="Your value counts generated outcomes with the probabilities of the data. Over which distribution is the "
    "second expectation taken?",
)
def both_expectations_over_the_data(p_data: Tensor, p_g: Tensor) -> Tensor:
    """p_data twice."""
    best = p_data / (p_data + p_g)
    return (torch.xlogy(p_data, best) + torch.xlogy(p_data, 1 - best)).sum(-1)


@misconception(
    "gan_value",
    belief="0 log 0 takes care of itself",
    hint="Your value is not a number when an outcome never occurs in the data or in the samples. What should 0 "
    "times log 0 be?",
)
def value_is_nan_at_zeros(p_data: Tensor, p_g: Tensor) -> Tensor:
    """0 * log(0)."""
    best = p_data / (p_data + p_g)
    return (p_data * best.log() + p_g * (1 - best).log()).sum(-1)


@misconception(
    "gan_value",
    belief="an expectation is a mean over the outcomes",
    hint="Your value depends on how many outcomes there are. Which weights do the outcomes have in an expectation?",
)
def unweighted_mean_of_the_logarithms(p_data: Tensor, p_g: Tensor) -> Tensor:
    """Means over outcomes."""
    best = p_data / (p_data + p_g)
    return best.log().mean(-1) + (1 - best).log().mean(-1)


@misconception(
    "gan_value", belief="the discriminator is judged on the data",
    hint="Your value has the expectation over the data alone. What does the discriminator earn on what the generator makes?",
)  # fmt: skip
def expectation_over_the_generator_left_out(p_data: Tensor, p_g: Tensor) -> Tensor:
    """The first term only."""
    return torch.xlogy(p_data, p_data / (p_data + p_g).clamp_min(1e-30)).sum(-1)


@misconception(
    "gan_value",
    belief="the two logarithms are summed over the outcomes",
    hint="Outcomes that never occur count as much as all others. With which weights does an expectation add up?",
)
def logarithms_without_their_probabilities(p_data: Tensor, p_g: Tensor) -> Tensor:
    """No expectation."""
    best = p_data / (p_data + p_g)
    return (best.log() + (1 - best).log()).sum(-1)


@misconception(
    "gan_value",
    belief="log D goes with the generator",
    hint="Real outcomes are scored as generated ones, and the other way round. Over which samples is log D averaged?",
)
def expectations_exchanged(p_data: Tensor, p_g: Tensor) -> Tensor:
    """Each logarithm under the other distribution."""
    best = p_data / (p_data + p_g)
    return (torch.xlogy(p_g, best) + torch.xlogy(p_data, 1 - best)).sum(-1)
