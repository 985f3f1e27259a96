"""Wrong beliefs about log-likelihoods of discrete data, with the behaviour they lead to."""


import torch
from torch import Tensor

from autograder.checks import Candidate
from autograder.diagnosis import Record, misconception, probe

LOGITS = torch.tensor(
    [
        [[1.2, -0.7, 0.4], [0.3, 2.1, -1.4], [-0.9, 0.2, 1.6]],
        [[-1.1, 0.8, 2.3], [1.7, -0.2, 0.6], [0.5, 1.3, -2.2]],
        [[0.1, -1.8, 0.9], [-0.4, 1.1, 0.7], [2.4, -0.6, -1.3]],
    ]
)
X = torch.tensor([[0, 2, 1], [2, 1, 1], [1, 0, 2]])
LONG = torch.linspace(-2, 2, 40).mul(3).sin().reshape(2, 4, 5) * 2
LONG_X = torch.tensor([[4, 0, 3, 1], [2, 2, 0, 4]])
HUGE = torch.tensor([[[1e4, -1e4], [0.0, 1e4]]])
BIT_LOGITS = torch.tensor([[0.9, -1.6, 2.2, 0.3], [-0.5, 1.4, -2.7, 0.8], [1.9, 0.6, -0.2, -1.1]])
BITS = torch.tensor([[1.0, 1, 0, 1], [0, 0, 1, 1], [1, 0, 0, 1]])
LOG_PROB = torch.tensor([-3.2, -41.7, -0.6])


# -- categorical_log_prob ----------------------------------------------------------------------------------


@probe("categorical_log_prob")
def observe_categorical_log_prob(candidate: Candidate, record: Record) -> None:
    """Three lengths, another number of categories, one step, huge logits, double precision, gradients."""
    record("square", candidate.categorical_log_prob, LOGITS, X, batch=3)
    record("longer", candidate.categorical_log_prob, LONG, LONG_X, batch=2)
    record("one step", candidate.categorical_log_prob, LOGITS[:, :1], X[:, :1], batch=3)
    record("alone", candidate.categorical_log_prob, LONG[:1], LONG_X[:1], batch=1)
    record("huge", candidate.categorical_log_prob, HUGE, torch.tensor([[1, 0]]), batch=1)
    record("double", candidate.categorical_log_prob, LOGITS.double(), X, batch=3)
    record.grad("gradient", candidate.categorical_log_prob, LONG, LONG_X)


misconception(
    "categorical_log_prob", name="averaged_over_the_steps", belief="a longer sequence must not be less likely",
    replace=("sum(", "mean("),
    hint="Your value does not fall as the sequence grows. Is the log of a product of conditionals the sum of their logs, or "
    "their mean?",
)  # fmt: skip

misconception(
    "categorical_log_prob", name="negative_log_likelihood_returned", belief="the result is the training loss",
    replace=("return log_probs", "return -log_probs"),
    hint="Your values are positive. Can the logarithm of a probability be, and which of the two did the docstring ask for?",
)  # fmt: skip

misconception(
    "categorical_log_prob", name="logits_not_normalised", belief="logits are log-probabilities already",
    replace=("logits.log_softmax(dim=-1)", "logits"),
    hint="Adding the same number to all logits of a step changes your result. What turns scores into probabilities that sum "
    "to one?",
)  # fmt: skip

misconception(
    "categorical_log_prob", name="normalised_over_the_steps", belief="softmax normalises over the sequence",
    replace=("log_softmax(dim=-1)", "log_softmax(dim=1)"),
    hint="In your version the probabilities of one step do not add up to one. Over which of the three dimensions must the "
    "softmax run?",
)  # fmt: skip

misconception(
    "categorical_log_prob", name="logits_shifted_by_one_step", belief="the logits at step t predict step t + 1",
    replace=("log_probs =", "logits, x = logits[:, :-1], x[:, 1:]\n    log_probs ="),
    hint="The first element of the sequence has no influence on your result. Do the logits at step t belong to x_t or to its "
    "successor?",
)  # fmt: skip

misconception(
    "categorical_log_prob", name="probability_returned", belief="the chain rule multiplies probabilities",
    replace=("sum(dim=-1)", "sum(dim=-1).exp()"),
    hint="Your values lie between 0 and 1. The chain rule multiplies probabilities, but what did the docstring ask for?",
)  # fmt: skip

misconception(
    "categorical_log_prob", name="softmax_then_logarithm", belief="the logarithm of the softmax is as good as log-softmax",
    replace=("logits.log_softmax(dim=-1)", "logits.softmax(dim=-1).log()"),
    hint="For very confident logits you get minus infinity. What has softmax made of an improbable category before the "
    "logarithm sees it?",
)  # fmt: skip


# -- bernoulli_log_prob ------------------------------------------------------------------------------------


@probe("bernoulli_log_prob")
def observe_bernoulli_log_prob(candidate: Candidate, record: Record) -> None:
    """Two lengths, huge logits, double precision, gradients."""
    record("vectors", candidate.bernoulli_log_prob, BIT_LOGITS, BITS, batch=3)
    record("pairs", candidate.bernoulli_log_prob, BIT_LOGITS[:, :2], BITS[:, :2], batch=3)
    record(
        "huge", candidate.bernoulli_log_prob, torch.tensor([[1e4, -1e4]]), torch.tensor([[0.0, 0.0]]), batch=1
    )
    record(
        "large",
        candidate.bernoulli_log_prob,
        torch.tensor([[-40.0, 30.0]]),
        torch.tensor([[1.0, 0.0]]),
        batch=1,
    )
    record("double", candidate.bernoulli_log_prob, BIT_LOGITS.double(), BITS.double(), batch=3)
    record.grad("gradient", candidate.bernoulli_log_prob, BIT_LOGITS, BITS)


misconception(
    "bernoulli_log_prob", name="averaged_over_the_dimensions", belief="the log-likelihood is averaged over the pixels",
    replace=("sum(", "mean("),
    hint="Twice as many pixels leave your value unchanged. Do independent conditionals add up in the logarithm, or are they "
    "averaged?",
)  # fmt: skip

misconception(
    "bernoulli_log_prob", name="zeros_not_counted", belief="only pixels that are on have a probability",
    replace=('-F.binary_cross_entropy_with_logits(logits, x, reduction="none")', "(x * F.logsigmoid(logits))"),
    hint="Vectors of zeros all have log-probability 0 in your version. Which event do you leave out?",
)  # fmt: skip

misconception(
    "bernoulli_log_prob", name="cross_entropy_returned", belief="the result is the training loss", replace=("-F", "F"),
    hint="Your values are positive. Can the logarithm of a probability be, and which of the two did the docstring ask for?",
)  # fmt: skip

misconception(
    "bernoulli_log_prob", name="sigmoid_then_logarithm", belief="the logarithm of the sigmoid is as good as log-sigmoid",
    replace=(
        '-F.binary_cross_entropy_with_logits(logits, x, reduction="none")',
        "(x * logits.sigmoid().log() + (1 - x) * (1 - logits.sigmoid()).log())",
    ),
    hint="For very large logits your result is infinite or not a number. What is the logarithm of a sigmoid that was rounded "
    "to 0 or 1, and is there a way around computing the sigmoid?",
)  # fmt: skip


@misconception(
    "bernoulli_log_prob",
    belief="a small constant inside the logarithm makes it safe",
    hint="Your values stop falling at about -18 per pixel, however wrong a confident prediction is. What "
    "does the guard inside your logarithm do to probabilities smaller than itself?",
)
def guarded_logarithm(logits: Tensor, x: Tensor) -> Tensor:
    """Add 1e-8."""
    p = logits.sigmoid()
    return (x * (p + 1e-8).log() + (1 - x) * (1 - p + 1e-8).log()).sum(-1)


misconception(
    "bernoulli_log_prob", name="sigmoid_applied_twice", belief="the likelihood wants probabilities as its logits",
    replace=("(logits, x", "(logits.sigmoid(), x"),
    hint="However sure the network is, your probabilities stay between 0.5 and 0.73. How often do you apply the sigmoid?",
)  # fmt: skip

misconception(
    "bernoulli_log_prob", name="summed_over_the_batch", belief="the likelihood is one number per batch", replace=("dim=-1", ""),
    hint="A batch goes in and one number comes out. Which dimension should survive the sum?",
)  # fmt: skip


# -- bits_per_dim ------------------------------------------------------------------------------------------


@probe("bits_per_dim")
def observe_bits_per_dim(candidate: Candidate, record: Record) -> None:
    """Several dimensions, one dimension, double precision, gradients."""
    record("several", candidate.bits_per_dim, LOG_PROB, 12, batch=3)
    record("one", candidate.bits_per_dim, LOG_PROB[:2], 1, batch=2)
    record("double", candidate.bits_per_dim, LOG_PROB.double(), 7, batch=3)
    record.grad("gradient", candidate.bits_per_dim, LOG_PROB, 12)


misconception(
    "bits_per_dim", name="nats_per_dim", belief="bits are nats", replace=("(num_dims * math.log(2))", "num_dims"),
    hint="A fair coin costs 0.69 in your version. How many bits should it cost?",
)  # fmt: skip

misconception(
    "bits_per_dim", name="multiplied_by_the_logarithm_of_two", belief="nats are turned into bits by multiplying with ln 2",
    replace=("(num_dims * math.log(2))", "num_dims * math.log(2)"),
    hint="A fair coin costs 0.48 in your version. Is a bit more or less than a nat?",
)  # fmt: skip

misconception(
    "bits_per_dim", name="sign_kept", belief="the sign is kept", replace=("-log_prob", "log_prob"),
    hint="Better models have larger values in your version, and all are negative. How long is a code word?",
)  # fmt: skip

misconception(
    "bits_per_dim", name="not_divided_by_the_dimensions", belief="the total in bits is asked for", replace=("num_dims *", ""),
    hint="Larger images get larger values in your version. What is the per in bits per dimension?",
)  # fmt: skip

misconception(
    "bits_per_dim", name="averaged_over_the_batch", belief="the metric is one number for the data set",
    replace=("-log_prob / (num_dims * math.log(2))", "(-log_prob / (num_dims * math.log(2))).mean()"),
    hint="A batch goes in and one number comes out. Who should average over the data, this function or its caller?",
)  # fmt: skip

misconception(
    "bits_per_dim", name="perplexity_per_dim", belief="this is the perplexity",
    replace=("-log_prob / (num_dims * math.log(2))", "(-log_prob / num_dims).exp()"),
    hint="Your values grow exponentially with the negative log-likelihood. Do you return a code length or the number of "
    "choices that it stands for?",
)  # fmt: skip


@misconception(
    "categorical_log_prob", belief="view and reshape move axes",
    hint="Your logits have the right shape for the loss, but they are not those of their step any more. Does reshape exchange "
    "two axes, or what does?",
)
def axes_exchanged_by_reshaping(logits: Tensor, x: Tensor) -> Tensor:
    """Steps and categories mixed up."""
    batch, steps, kinds = logits.shape
    return -torch.nn.functional.cross_entropy(logits.reshape(batch, kinds, steps), x, reduction="none").sum(dim=-1)


@misconception(
    "bernoulli_log_prob", belief="what the network returns is a probability",
    hint="You take logarithms of the logits themselves, cut to what a logarithm can bear. What makes a probability of a logit?",
)  # fmt: skip
def logits_taken_for_probabilities(logits: Tensor, x: Tensor) -> Tensor:
    """No sigmoid."""
    p = logits.clamp(1e-6, 1 - 1e-6)
    return (x * p.log() + (1 - x) * (1 - p).log()).sum(dim=-1)
