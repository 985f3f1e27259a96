"""Wrong beliefs about the theory of GANs, with the behaviour they lead to."""


import torch

from autograder.checks import Candidate, RemoteFunction
from autograder.diagnosis import Record, misconception, probe

P = torch.tensor([[0.6, 0.3, 0.1], [0.2, 0.5, 0.3], [0.05, 0.15, 0.8], [0.4, 0.4, 0.2]])
Q = torch.tensor([[0.2, 0.3, 0.5], [0.1, 0.25, 0.65], [0.5, 0.35, 0.15], [0.3, 0.3, 0.4]])
SPARSE_P = torch.tensor([[0.5, 0.5, 0.0], [0.0, 0.25, 0.75]])
SPARSE_Q = torch.tensor([[0.0, 0.25, 0.75], [0.5, 0.5, 0.0]])


def observe(function: RemoteFunction, record: Record) -> None:
    """Batches of two ranks, a single pair, equal distributions, outcomes of probability zero, gradients."""
    record("batch", function, P, Q)
    record("nested batch", function, P.view(2, 2, 3), Q.view(2, 2, 3))
    record("single pair", function, P[0], Q[0])
    record("equal", function, P, P)
    record("zeros", function, SPARSE_P, SPARSE_Q)
    record("double", function, P.double(), Q.double())
    record.grad("gradient", function, P, Q, wrt=(0, 1))


# -- optimal_discriminator ---------------------------------------------------------------------------------


@probe("optimal_discriminator")
def observe_optimal_discriminator(candidate: Candidate, record: Record) -> None:
    """See `observe`."""
    observe(candidate.optimal_discriminator, record)


misconception(
    "optimal_discriminator", name="probability_of_being_generated", belief="D is the probability of being generated",
    replace=("return p_data", "return p_g"),
    hint="Your discriminator is close to 1 where the generator is. Is D(x) the probability that x is real or that it is "
    "generated?",
)  # fmt: skip

misconception(
    "optimal_discriminator", name="density_ratio", belief="the best discriminator is the density ratio",
    replace=("(p_data + p_g)", "p_g"),
    hint="Some of your values exceed 1. How does a ratio of densities become a probability?",
)  # fmt: skip

misconception(
    "optimal_discriminator", name="logit_of_the_discriminator", belief="the discriminator returns its logit",
    replace=("p_data / (p_data + p_g)", "p_data.log() - p_g.log()"),
    hint="Some of your values are negative. That is the logit of the best discriminator; what is its probability?",
)  # fmt: skip

misconception(
    "optimal_discriminator", name="always_one_half", belief="at the optimum the discriminator always says 1/2",
    replace=("p_data / (p_data + p_g)", "torch.full_like(p_data, 0.5)"),
    hint="Your discriminator ignores its arguments. For which generators is 1/2 the best answer?",
)  # fmt: skip

misconception(
    "optimal_discriminator", name="normalised_over_the_outcomes", belief="D* is a distribution over the outcomes",
    replace=("return p_data / (p_data + p_g)", "best = p_data / (p_data + p_g)\n    return best / best.sum(-1, keepdim=True)"),
    hint="Your values add up to 1 over the outcomes. Between which two events does the discriminator decide at each outcome?",
)  # fmt: skip

misconception(
    "optimal_discriminator", name="divided_by_the_mixture", belief="the denominator is the mixture (p_data + p_g) / 2",
    replace=("(p_data + p_g)", "((p_data + p_g) / 2)"),
    hint="Your value is 1 where both distributions agree, and can be 2. Is the denominator a sum or an average?",
)  # fmt: skip

misconception(
    "optimal_discriminator", name="hard_decision", belief="the more probable source wins outright",
    replace=("p_data / (p_data + p_g)", "(1 + (p_data - p_g).sign()) / 2"),
    hint="Your discriminator only ever says 0 or 1 (or exactly 1/2). Which probability is best when both sources are possible?",
)  # fmt: skip


# -- js_divergence -----------------------------------------------------------------------------------------


@probe("js_divergence")
def observe_js_divergence(candidate: Candidate, record: Record) -> None:
    """See `observe`."""
    observe(candidate.js_divergence, record)


misconception(
    "js_divergence", name="nan_at_zero_probability", belief="0 log 0 takes care of itself",
    replace=(
        "torch.xlogy(p, p) - torch.xlogy(p, m) + torch.xlogy(q, q) - torch.xlogy(q, m)",
        "p * (p / m).log() + q * (q / m).log()",
    ),
    hint="Your divergence is not a number when some probability is zero. What is 0 times log 0 in floating point, and what "
    "should it be?",
)  # fmt: skip

misconception(
    "js_divergence", name="sum_of_both_divergences", belief="the two divergences are added",
    replace=("terms.sum(-1) / 2", "terms.sum(-1)"),
    hint="Your divergence reaches 2 log 2 for distributions that have nothing in common. Which factor makes log 2 the maximum?",
)  # fmt: skip

misconception(
    "js_divergence", name="average_of_both_directions", belief="symmetrising KL means averaging both directions",
    replace=[("torch.xlogy(p, m)", "torch.xlogy(p, q)"), ("torch.xlogy(q, m)", "torch.xlogy(q, p)")],
    hint="Your divergence is infinite for disjoint distributions. With which third distribution are p and q compared?",
)  # fmt: skip

misconception(
    "js_divergence", name="divergence_of_p_only", belief="half of it is enough by symmetry",
    replace=[(" + torch.xlogy(q, q) - torch.xlogy(q, m)", ""), ("terms.sum(-1) / 2", "terms.sum(-1)")],
    hint="Exchanging p and q changes your result. Are KL(p || m) and KL(q || m) equal?",
)  # fmt: skip

misconception(
    "js_divergence", name="mixture_as_the_first_argument", belief="the mixture comes first in the divergence",
    replace=(
        "torch.xlogy(p, p) - torch.xlogy(p, m) + torch.xlogy(q, q) - torch.xlogy(q, m)",
        "2 * torch.xlogy(m, m) - torch.xlogy(m, p) - torch.xlogy(m, q)",
    ),
    hint="Your divergence is infinite where one of the distributions is zero. In KL(p || m), whose probabilities weigh the "
    "logarithms?",
)  # fmt: skip

misconception(
    "js_divergence", name="distance_instead_of_divergence", belief="the Jensen-Shannon distance is meant",
    replace=("return terms.sum(-1) / 2", "return (terms.sum(-1) / 2).clamp(min=0).sqrt()"),
    hint="Your result is the root of the right one. Some libraries return a distance under this name: how does it differ from "
    "the divergence?",
)  # fmt: skip

misconception(
    "js_divergence", name="divergence_in_bits", belief="a maximum of 1 means logarithms to the base 2",
    replace=("terms.sum(-1) / 2", "terms.sum(-1) / 2 / math.log(2)"),
    hint="Disjoint distributions have divergence 1 for you. Which base has the logarithm if the result is in nats?",
)  # fmt: skip

misconception(
    "js_divergence", name="mixture_not_halved", belief="the mixture is the sum", replace=("(p + q) / 2", "p + q"),
    hint="Your divergence of equal distributions is not zero but -log 2. Does your m sum to one?",
)  # fmt: skip
