"""Wrong beliefs about the game and its value."""

from __future__ import annotations

from autograder.checks import Candidate
from autograder.diagnosis import Record, misconception, probe, record_entries

# -- equilibrium -----------------------------------------------------------------------------------------------


@probe("equilibrium")
def observe_equilibrium(candidate: Candidate, record: Record) -> None:
    """Every entry by itself."""
    record_entries(record, "at equilibrium", candidate.equilibrium.answer())


misconception(
    "equilibrium", name="discriminator_fooled_completely", belief="a perfect generator convinces the discriminator completely",
    replace=[('"discriminator": 0.5', '"discriminator": 1.0'), ('"logit": 0.0', '"logit": math.inf')],
    hint="If real and generated samples cannot be told apart, which answer costs a discriminator that must handle both the "
    "least?",
)  # fmt: skip

misconception(
    "equilibrium", name="losses_vanish_at_equilibrium", belief="at equilibrium all losses are zero",
    replace=("ln2 = math.log(2)", "ln2 = 0.0"),
    hint="What is the cross-entropy of a fair coin? Can a loss be zero while the discriminator is undecided?",
)  # fmt: skip

misconception(
    "equilibrium", name="one_batch_counted", belief="the discriminator's loss is that of one batch", replace=("2 * ln2", "ln2"),
    hint="How many expectations does the discriminator's loss add up?",
)  # fmt: skip

misconception(
    "equilibrium", name="probability_given_as_a_logit", belief="the logit of one half is one half",
    replace=('"logit": 0.0', '"logit": 0.5'),
    hint="Which logit does the sigmoid map to one half?",
)  # fmt: skip

misconception(
    "equilibrium", name="saturating_loss_taken_positive", belief="both generator losses are positive", replace=("-ln2", "ln2"),
    hint="What sign does log(1 - D) have? One of the two losses is minimised although it is already negative.",
)  # fmt: skip


# -- unbalanced_discriminator ----------------------------------------------------------------------------------


@probe("unbalanced_discriminator")
def observe_unbalanced_discriminator(candidate: Candidate, record: Record) -> None:
    """Balanced and not."""
    for p_data, p_g, share in ((0.4, 0.3, 0.5), (0.9, 0.2, 0.3), (0.2, 0.7, 0.8)):
        answer = candidate.unbalanced_discriminator.answer(p_data=p_data, p_g=p_g, share=share)
        record_entries(record, f"{p_data} {p_g} {share}", answer)


misconception(
    "unbalanced_discriminator", name="share_ignored",
    belief="the optimal discriminator does not depend on how often it sees real samples",
    replace=("share * p_data / (share * p_data + (1 - share) * p_g)", "p_data / (p_data + p_g)"),
    hint="Your formula is right for share = 0.5. What should the discriminator say if it hardly ever sees a generated sample?",
)  # fmt: skip

misconception(
    "unbalanced_discriminator", name="probability_of_generated", belief="the output is the probability of generated",
    replace=("share * p_data /", "(1 - share) * p_g /"),
    hint="Your output falls when p_data grows. Which label does the output stand for?",
)  # fmt: skip

misconception(
    "unbalanced_discriminator", name="odds_taken_for_a_probability", belief="the output is the density ratio",
    replace=("(share * p_data + (1 - share) * p_g)", "((1 - share) * p_g)"),
    hint="Your output can exceed one. How do odds become a probability?",
)  # fmt: skip

misconception(
    "unbalanced_discriminator", name="share_applied_afterwards", belief="the share multiplies the balanced answer",
    replace=("(share * p_data + (1 - share) * p_g)", "(p_data + p_g)"),
    hint="With p_g = 0 a sample is certainly real. Does your formula say so for every share?",
)  # fmt: skip

misconception(
    "unbalanced_discriminator", name="share_of_the_wrong_class", belief="the share is that of generated samples",
    replace=(
        "share * p_data / (share * p_data + (1 - share) * p_g)",
        "(1 - share) * p_data / ((1 - share) * p_data + share * p_g)",
    ),
    hint="Which of the two distributions does `share` belong to? Try share close to one.",
)  # fmt: skip


# -- game_values -----------------------------------------------------------------------------------------------


@probe("game_values")
def observe_game_values(candidate: Candidate, record: Record) -> None:
    """Every entry by itself."""
    record_entries(record, "value", candidate.game_values.answer())


misconception(
    "game_values", name="minimum_taken_for_zero", belief="the minimum of the game is zero, as for a divergence",
    replace=[('"minimum": -2 * ln2', '"minimum": 0.0'), ('"supremum": 0.0', '"supremum": 2 * ln2')],
    hint="A divergence is zero at its minimum. Which constant stands between it and the value of the game?",
)  # fmt: skip

misconception(
    "game_values", name="one_logarithm_counted", belief="the value has one logarithm of two", replace=("-2 * ln2", "-ln2"),
    hint="Insert D = 1/2 into both expectations. How many terms are there?",
)  # fmt: skip

misconception(
    "game_values", name="value_taken_for_the_loss", belief="the value is a cross-entropy, so it is positive",
    replace=("-2 * ln2", "2 * ln2"),
    hint="V is what the discriminator maximises, a sum of logarithms of probabilities. Which sign does it have?",
)  # fmt: skip

misconception(
    "game_values", name="divergence_given_in_bits", belief="the Jensen-Shannon divergence is bounded by one",
    replace=('"jsd_at_supremum": ln2', '"jsd_at_supremum": 1.0'),
    hint="In which unit is the bound of the Jensen-Shannon divergence equal to one, and in which unit is the answer asked for?",
)  # fmt: skip

misconception(
    "game_values", name="unbounded_at_disjoint_supports", belief="divergences of disjoint distributions are infinite",
    replace=('"supremum": 0.0, "jsd_at_supremum": ln2', '"supremum": math.inf, "jsd_at_supremum": math.inf'),
    hint="Each of the two distributions is compared with their mixture. How large can the ratio of a density and this mixture "
    "become?",
)  # fmt: skip
