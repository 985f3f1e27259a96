"""Wrong beliefs about the game and its value."""

from __future__ import annotations

import math
from collections.abc import Callable

from autograder.checks import Candidate
from autograder.diagnosis import Record, misconception, probe, record_entries, reference

Formula = Callable[..., float]
concepts = reference("gan", "concepts")


# -- equilibrium -----------------------------------------------------------------------------------------------


@probe("equilibrium")
def observe_equilibrium(candidate: Candidate, record: Record) -> None:
    """Every entry by itself."""
    record_entries(record, "at equilibrium", candidate.equilibrium.answer())


@misconception(
    "equilibrium",
    belief="a perfect generator convinces the discriminator completely",
    hint="If real and generated samples cannot be told apart, which answer costs a discriminator that must handle "
    "both the least?",
)
def discriminator_fooled_completely() -> dict[str, float]:
    """Output one."""
    return concepts.equilibrium() | {"discriminator": 1.0, "logit": math.inf}


@misconception(
    "equilibrium",
    belief="at equilibrium all losses are zero",
    hint="What is the cross-entropy of a fair coin? Can a loss be zero while the discriminator is undecided?",
)
def losses_vanish_at_equilibrium() -> dict[str, float]:
    """Losses zero."""
    return concepts.equilibrium() | dict.fromkeys(("discriminator_loss", "saturating", "nonsaturating"), 0.0)


@misconception(
    "equilibrium",
    belief="the discriminator's loss is that of one batch",
    hint="How many expectations does the discriminator's loss add up?",
)
def one_batch_counted() -> dict[str, float]:
    """ln 2 instead of 2 ln 2."""
    return concepts.equilibrium() | {"discriminator_loss": math.log(2)}


@misconception(
    "equilibrium",
    belief="the logit of one half is one half",
    hint="Which logit does the sigmoid map to one half?",
)
def probability_given_as_a_logit() -> dict[str, float]:
    """Logit one half."""
    return concepts.equilibrium() | {"logit": 0.5}


@misconception(
    "equilibrium",
    belief="both generator losses are positive",
    hint="What sign does log(1 - D) have? One of the two losses is minimised although it is already negative.",
)
def saturating_loss_taken_positive() -> dict[str, float]:
    """Sign of the saturating loss."""
    return concepts.equilibrium() | {"saturating": math.log(2)}


# -- unbalanced_discriminator ----------------------------------------------------------------------------------


@probe("unbalanced_discriminator")
def observe_unbalanced_discriminator(candidate: Candidate, record: Record) -> None:
    """Balanced and not."""
    for p_data, p_g, share in ((0.4, 0.3, 0.5), (0.9, 0.2, 0.3), (0.2, 0.7, 0.8)):
        answer = candidate.unbalanced_discriminator.answer(p_data=p_data, p_g=p_g, share=share)
        record_entries(record, f"{p_data} {p_g} {share}", answer)


@misconception(
    "unbalanced_discriminator",
    belief="the optimal discriminator does not depend on how often it sees real samples",
    hint="Your formula is right for share = 0.5. What should the discriminator say if it hardly ever sees a "
    "generated sample?",
)
def share_ignored() -> Formula:
    """The balanced formula."""
    return lambda p_data, p_g, share: p_data / (p_data + p_g)


@misconception(
    "unbalanced_discriminator",
    belief="the output is the probability of generated",
    hint="Your output falls when p_data grows. Which label does the output stand for?",
)
def probability_of_generated() -> Formula:
    """One minus it."""
    return lambda p_data, p_g, share: (1 - share) * p_g / (share * p_data + (1 - share) * p_g)


@misconception(
    "unbalanced_discriminator",
    belief="the output is the density ratio",
    hint="Your output can exceed one. How do odds become a probability?",
)
def odds_taken_for_a_probability() -> Formula:
    """The ratio."""
    return lambda p_data, p_g, share: share * p_data / ((1 - share) * p_g)


@misconception(
    "unbalanced_discriminator",
    belief="the share multiplies the balanced answer",
    hint="With p_g = 0 a sample is certainly real. Does your formula say so for every share?",
)
def share_applied_afterwards() -> Formula:
    """Scale the balanced output."""
    return lambda p_data, p_g, share: share * p_data / (p_data + p_g)


@misconception(
    "unbalanced_discriminator",
    belief="the share is that of generated samples",
    hint="Which of the two distributions does `share` belong to? Try share close to one.",
)
def share_of_the_wrong_class() -> Formula:
    """Swap share and 1 - share."""
    return lambda p_data, p_g, share: (1 - share) * p_data / ((1 - share) * p_data + share * p_g)


# -- game_values -----------------------------------------------------------------------------------------------


@probe("game_values")
def observe_game_values(candidate: Candidate, record: Record) -> None:
    """Every entry by itself."""
    record_entries(record, "value", candidate.game_values.answer())


@misconception(
    "game_values",
    belief="the minimum of the game is zero, as for a divergence",
    hint="A divergence is zero at its minimum. Which constant stands between it and the value of the game?",
)
def minimum_taken_for_zero() -> dict[str, float]:
    """Forget the constant."""
    return concepts.game_values() | {"minimum": 0.0, "supremum": 2 * math.log(2)}


@misconception(
    "game_values",
    belief="the value has one logarithm of two",
    hint="Insert D = 1/2 into both expectations. How many terms are there?",
)
def one_logarithm_counted() -> dict[str, float]:
    """Half of the minimum."""
    return concepts.game_values() | {"minimum": -math.log(2)}


@misconception(
    "game_values",
    belief="the value is a cross-entropy, so it is positive",
    hint="V is what the discriminator maximises, a sum of logarithms of probabilities. Which sign does it have?",
)
def value_taken_for_the_loss() -> dict[str, float]:
    """Sign flipped."""
    return concepts.game_values() | {"minimum": 2 * math.log(2)}


@misconception(
    "game_values",
    belief="the Jensen-Shannon divergence is bounded by one",
    hint="In which unit is the bound of the Jensen-Shannon divergence equal to one, and in which unit is the "
    "answer asked for?",
)
def divergence_given_in_bits() -> dict[str, float]:
    """Bits."""
    return concepts.game_values() | {"jsd_at_supremum": 1.0}


@misconception(
    "game_values",
    belief="divergences of disjoint distributions are infinite",
    hint="Each of the two distributions is compared with their mixture. How large can the ratio of a density and "
    "this mixture become?",
)
def unbounded_at_disjoint_supports() -> dict[str, float]:
    """Infinity."""
    return concepts.game_values() | {"supremum": math.inf, "jsd_at_supremum": math.inf}
