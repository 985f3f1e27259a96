"""Wrong beliefs about the gap of the ELBO, prior sampling and posterior collapse."""

from __future__ import annotations

import math
from collections.abc import Callable

from autograder.checks import Candidate
from autograder.diagnosis import Record, misconception, probe, record_entries

Formula = Callable[..., float]


# -- elbo_gap --------------------------------------------------------------------------------------------------


@probe("elbo_gap")
def observe_elbo_gap(candidate: Candidate, record: Record) -> None:
    """A loose bound, a tight one, joints that add up to more than one."""
    for joint0, joint1, q1 in ((0.2, 0.3, 0.25), (0.1, 0.3, 0.75), (1.5, 0.7, 0.4)):
        answer = candidate.elbo_gap.answer(joint0=joint0, joint1=joint1, q1=q1)
        record_entries(record, f"{joint0} {joint1} {q1}", answer)


@misconception(
    "elbo_gap",
    belief="the gap is the divergence from the prior",
    hint="The ELBO contains a divergence, but the gap is another one. From which distribution over z does q differ "
    "when the bound is loose?",
)
def gap_taken_from_a_uniform_prior() -> Formula:
    """KL(q || uniform)."""
    return lambda joint0, joint1, q1: q1 * math.log(2 * q1) + (1 - q1) * math.log(2 * (1 - q1))


@misconception(
    "elbo_gap",
    belief="the divergence runs from the posterior to q",
    hint="Under which distribution are expectations in the ELBO taken? The gap uses the same one.",
)
def divergence_reversed() -> Formula:
    """KL(posterior || q)."""

    def gap(joint0: float, joint1: float, q1: float) -> float:
        true = joint1 / (joint0 + joint1)
        return true * math.log(true / q1) + (1 - true) * math.log((1 - true) / (1 - q1))

    return gap


misconception(
    "elbo_gap", name="entropy_forgotten", belief="the ELBO is the expected log joint",
    replace=[("joint0 / (1 - q1)", "joint0"), ("joint1 / q1", "joint1")],
    hint="Your gap does not vanish for the true posterior. Which entropy belongs to the ELBO besides the expected log joint?",
)  # fmt: skip

misconception(
    "elbo_gap", name="joint_not_normalised", belief="the joint probabilities are the posterior",
    replace=("math.log(joint0 + joint1) - elbo", "-elbo"),
    hint="Your gap can be negative, or does not vanish where it should. Do joint0 and joint1 add up to one?",
)  # fmt: skip

misconception(
    "elbo_gap", name="gap_with_the_opposite_sign", belief="the gap is what has to be added to log p(x)",
    replace=("math.log(joint0 + joint1) - elbo", "elbo - math.log(joint0 + joint1)"),
    hint="Your gap is negative. On which side of log p(x) does the ELBO lie?",
)  # fmt: skip


# -- tight_posterior -------------------------------------------------------------------------------------------


@probe("tight_posterior")
def observe_tight_posterior(candidate: Candidate, record: Record) -> None:
    """Three pairs."""
    for joint0, joint1 in ((0.2, 0.3), (0.1, 0.3), (1.5, 0.7)):
        record_entries(record, f"{joint0} {joint1}", candidate.tight_posterior.answer(joint0=joint0, joint1=joint1))


misconception(
    "tight_posterior", name="joint_taken_for_the_posterior", belief="the joint probability is the posterior",
    replace=(" / (joint0 + joint1)", ""),
    hint="Your probability can exceed one. By what must p(x, z) be divided to become p(z | x)?",
)  # fmt: skip

misconception(
    "tight_posterior", name="odds_taken_for_a_probability", belief="the posterior is the ratio of the joints",
    replace=("(joint0 + joint1)", "joint0"),
    hint="You give the odds of z = 1. How do odds become a probability?",
)  # fmt: skip

misconception(
    "tight_posterior", name="mode_instead_of_posterior", belief="the best q puts everything on the likelier value",
    replace=("joint1 / (joint0 + joint1)", "float(joint1 > joint0)"),
    hint="What happens to the entropy of q in the ELBO when q is certain? Is the bound tight there?",
)  # fmt: skip

misconception(
    "tight_posterior", name="other_value_of_the_bit", belief="the probability asked for is that of z = 0",
    replace=("joint1 /", "joint0 /"),
    hint="Your probability falls when joint1 grows. Which value of the bit is meant?",
)  # fmt: skip

misconception(
    "tight_posterior", name="uniform_prior_taken_for_the_posterior", belief="the bound is tight when q is the prior",
    replace=("joint1 / (joint0 + joint1)", "0.5"),
    hint="Your answer does not depend on x at all. Which distribution over z does?",
)  # fmt: skip


# -- prior_sampling_error --------------------------------------------------------------------------------------


@probe("prior_sampling_error")
def observe_prior_sampling_error(candidate: Candidate, record: Record) -> None:
    """A frequent and a rare hit."""
    for fraction, n in ((0.4, 10), (0.01, 50), (0.25, 1)):
        record_entries(record, f"{fraction} {n}", candidate.prior_sampling_error.answer(fraction=fraction, n=n))


misconception(
    "prior_sampling_error", name="misses_taken_for_a_bias",
    belief="Monte Carlo with the prior is biased because most draws miss",
    replace=('"relative_bias": 0.0', '"relative_bias": lambda fraction, n: -((1 - fraction) ** n)'),
    hint="What is the expected value of an average of independent draws, however rare the hits are? Is it p(x), or its "
    "logarithm, that is estimated?",
)  # fmt: skip

misconception(
    "prior_sampling_error", name="spread_falls_with_n", belief="the spread falls with the number of draws",
    replace=("math.sqrt(", "("),
    hint="Four times as many draws: how much smaller does the standard deviation of an average become?",
)  # fmt: skip

misconception(
    "prior_sampling_error", name="spread_not_divided_by_the_mean", belief="the spread of the number of hits is the answer",
    replace=("(1 - fraction) / (fraction * n)", "fraction * (1 - fraction) / n"),
    hint="Your spread becomes small for rare hits. By which quantity is it to be divided?",
)  # fmt: skip

misconception(
    "prior_sampling_error", name="rarity_ignored",
    belief="the error of Monte Carlo is one over the root of n, whatever is averaged",
    replace=("(1 - fraction) / (fraction * n)", "1 / n"),
    hint="Your spread does not depend on how rare the hits are. What if one draw in a million hits?",
)  # fmt: skip

misconception(
    "prior_sampling_error", name="hits_taken_for_poisson", belief="the number of hits is Poisson distributed",
    replace=("(1 - fraction) /", "1 /"),
    hint="Your spread is right for rare hits only. What should it be when every draw hits?",
)  # fmt: skip


# -- collapsed_posterior ---------------------------------------------------------------------------------------


@probe("collapsed_posterior")
def observe_collapsed_posterior(candidate: Candidate, record: Record) -> None:
    """Every entry by itself."""
    record_entries(record, "collapse", candidate.collapsed_posterior.answer())


misconception(
    "collapsed_posterior", name="posterior_collapsed_to_a_point", belief="a collapsed posterior is a point",
    replace=('"std": 1.0', '"std": 0.0'),
    hint="What would the divergence from a standard normal prior be if the posterior shrank to a point?",
)  # fmt: skip

misconception(
    "collapsed_posterior", name="infinite_divergence", belief="collapse to a point makes the divergence infinite",
    replace=[('"std": 1.0', '"std": 0.0'), ('"kl": 0.0', '"kl": math.inf')],
    hint="What does the training objective do with a large divergence? To which distribution does the posterior collapse?",
)  # fmt: skip

misconception(
    "collapsed_posterior", name="weak_decoder_blamed", belief="a weak decoder ignores its latents",
    replace=('"decoder": "autoregressive"', '"decoder": "factorised"'),
    hint="Which of the two decoders can model the image well without looking at z, and what does z cost?",
)  # fmt: skip

misconception(
    "collapsed_posterior", name="divergence_of_one", belief="a collapsed posterior costs one nat",
    replace=('"kl": 0.0', '"kl": 1.0'),
    hint="Insert your mean and width into the closed form of the divergence from the standard normal. What is left?",
)  # fmt: skip
