"""Wrong beliefs about the theory of GANs, with the behaviour they lead to."""

import math

import torch
from torch import Tensor

from autograder.checks import Candidate, RemoteFunction
from autograder.diagnosis import Record, misconception, probe, reference

theory = reference("gan", "theory")

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


def kl(p: Tensor, q: Tensor) -> Tensor:
    """Divergence of distributions, with 0 log 0 = 0."""
    return (torch.xlogy(p, p) - torch.xlogy(p, q)).sum(-1)


def naive_kl(p: Tensor, q: Tensor) -> Tensor:
    """The same without a thought for zeros."""
    return (p * (p / q).log()).sum(-1)


# -- optimal_discriminator ---------------------------------------------------------------------------------


@probe("optimal_discriminator")
def observe_optimal_discriminator(candidate: Candidate, record: Record) -> None:
    """See `observe`."""
    observe(candidate.optimal_discriminator, record)


@misconception(
    "optimal_discriminator",
    belief="D is the probability of being generated",
    hint="Your discriminator is close to 1 where the generator is. Is D(x) the probability that x is real or that "
    "it is generated?",
)
def probability_of_being_generated(p_data: Tensor, p_g: Tensor) -> Tensor:
    """p_g above."""
    return p_g / (p_data + p_g)


@misconception(
    "optimal_discriminator",
    belief="the best discriminator is the density ratio",
    hint="Some of your values exceed 1. How does a ratio of densities become a probability?",
)
def density_ratio(p_data: Tensor, p_g: Tensor) -> Tensor:
    """p_data / p_g."""
    return p_data / p_g


@misconception(
    "optimal_discriminator",
    belief="the discriminator returns its logit",
    hint="Some of your values are negative. That is the logit of the best discriminator; what is its probability?",
)
def logit_of_the_discriminator(p_data: Tensor, p_g: Tensor) -> Tensor:
    """log p_data - log p_g."""
    return p_data.log() - p_g.log()


@misconception(
    "optimal_discriminator",
    belief="at the optimum the discriminator always says 1/2",
    hint="Your discriminator ignores its arguments. For which generators is 1/2 the best answer?",
)
def always_one_half(p_data: Tensor, p_g: Tensor) -> Tensor:
    """The equilibrium of the whole game."""
    return torch.full_like(p_data, 0.5)


@misconception(
    "optimal_discriminator",
    belief="D* is a distribution over the outcomes",
    hint="Your values add up to 1 over the outcomes. Between which two events does the discriminator decide at "
    "each outcome?",
)
def normalised_over_the_outcomes(p_data: Tensor, p_g: Tensor) -> Tensor:
    """Divide by the sum."""
    best = p_data / (p_data + p_g)
    return best / best.sum(-1, keepdim=True)


@misconception(
    "optimal_discriminator",
    belief="the denominator is the mixture (p_data + p_g) / 2",
    hint="Your value is 1 where both distributions agree, and can be 2. Is the denominator a sum or an average?",
)
def divided_by_the_mixture(p_data: Tensor, p_g: Tensor) -> Tensor:
    """Twice too large."""
    return p_data / ((p_data + p_g) / 2)


@misconception(
    "optimal_discriminator",
    belief="the more probable source wins outright",
    hint="Your discriminator only ever says 0 or 1 (or exactly 1/2). Which probability is best when both sources "
    "are possible?",
)
def hard_decision(p_data: Tensor, p_g: Tensor) -> Tensor:
    """Compare."""
    return (1 + (p_data - p_g).sign()) / 2


# -- js_divergence -----------------------------------------------------------------------------------------


@probe("js_divergence")
def observe_js_divergence(candidate: Candidate, record: Record) -> None:
    """See `observe`."""
    observe(candidate.js_divergence, record)


@misconception(
    "js_divergence",
    belief="0 log 0 takes care of itself",
    hint="Your divergence is not a number when some probability is zero. What is 0 times log 0 in floating point, "
    "and what should it be?",
)
def nan_at_zero_probability(p: Tensor, q: Tensor) -> Tensor:
    """0 * log(0)."""
    m = (p + q) / 2
    return (naive_kl(p, m) + naive_kl(q, m)) / 2


@misconception(
    "js_divergence",
    belief="the two divergences are added",
    hint="Your divergence reaches 2 log 2 for distributions that have nothing in common. Which factor makes log 2 "
    "the maximum?",
)
def sum_of_both_divergences(p: Tensor, q: Tensor) -> Tensor:
    """Without 1/2."""
    m = (p + q) / 2
    return kl(p, m) + kl(q, m)


@misconception(
    "js_divergence",
    belief="symmetrising KL means averaging both directions",
    hint="Your divergence is infinite for disjoint distributions. With which third distribution are p and q "
    "compared?",
)
def average_of_both_directions(p: Tensor, q: Tensor) -> Tensor:
    """The Jeffreys divergence."""
    return (kl(p, q) + kl(q, p)) / 2


@misconception(
    "js_divergence",
    belief="half of it is enough by symmetry",
    hint="Exchanging p and q changes your result. Are KL(p || m) and KL(q || m) equal?",
)
def divergence_of_p_only(p: Tensor, q: Tensor) -> Tensor:
    """KL(p || m)."""
    return kl(p, (p + q) / 2)


@misconception(
    "js_divergence",
    belief="the mixture comes first in the divergence",
    hint="Your divergence is infinite where one of the distributions is zero. In KL(p || m), whose probabilities "
    "weigh the logarithms?",
)
def mixture_as_the_first_argument(p: Tensor, q: Tensor) -> Tensor:
    """KL(m || p)."""
    m = (p + q) / 2
    return (kl(m, p) + kl(m, q)) / 2


@misconception(
    "js_divergence",
    belief="the Jensen-Shannon distance is meant",
    hint="Your result is the root of the right one. Some libraries return a distance under this name: how does it "
    "differ from the divergence?",
)
def distance_instead_of_divergence(p: Tensor, q: Tensor) -> Tensor:
    """The square root."""
    return theory.js_divergence(p, q).clamp(min=0).sqrt()


@misconception(
    "js_divergence",
    belief="a maximum of 1 means logarithms to the base 2",
    hint="Disjoint distributions have divergence 1 for you. Which base has the logarithm if the result is in nats?",
)
def divergence_in_bits(p: Tensor, q: Tensor) -> Tensor:
    """Base 2."""
    return theory.js_divergence(p, q) / math.log(2)


@misconception(
    "js_divergence",
    belief="the mixture is the sum",
    hint="Your divergence of equal distributions is not zero but -log 2. Does your m sum to one?",
)
def mixture_not_halved(p: Tensor, q: Tensor) -> Tensor:
    """m = p + q."""
    return (kl(p, p + q) + kl(q, p + q)) / 2
