"""Wrong beliefs about the size of the chain rule and the cost of MADE."""

from __future__ import annotations

from autograder.checks import Candidate
from autograder.diagnosis import Record, misconception, probe, record_entries

# -- table_sizes -----------------------------------------------------------------------------------------------


@probe("table_sizes")
def observe_table_sizes(candidate: Candidate, record: Record) -> None:
    """Two sizes, at the first, a middle and the last variable."""
    for i, n in ((1, 5), (3, 5), (5, 5), (2, 3)):
        record_entries(record, f"i={i} n={n}", candidate.table_sizes.answer(i=i, n=n))


misconception(
    "table_sizes", name="both_outcomes_counted", belief="a probability table stores both outcomes",
    replace=[("2 ** (i - 1)", "2**i"), ("2**n - 1", "2 * (2**n - 1)")],
    hint="The two entries of a row of your table add up to one. How many of them are free?",
)  # fmt: skip

misconception(
    "table_sizes", name="variables_counted_from_zero", belief="variables are counted from zero",
    replace=("2 ** (i - 1)", "2**i"),
    hint="For i = 1 your table has one variable too many. On how many variables does p(x_1) depend?",
)  # fmt: skip

misconception(
    "table_sizes", name="parents_added_instead_of_combined", belief="one number for each value of each parent, added up",
    replace=[("2 ** (i - 1)", "2 * (i - 1) + 1"), ("2**n - 1", "n * n")],
    hint="Your count grows linearly with i. How many different settings do i - 1 bits have together?",
)  # fmt: skip

misconception(
    "table_sizes", name="chain_rule_taken_for_independence", belief="factorising makes the joint distribution cheaper",
    replace=[("2 ** (i - 1)", "1"), ("2**n - 1", "n")],
    hint="Your total is smaller than the number of free entries of the joint table. Has the chain rule assumed anything that "
    "would allow this?",
)  # fmt: skip

misconception(
    "table_sizes", name="normalisation_forgotten", belief="the joint table has 2^n free entries", replace=("2**n - 1", "2**n"),
    hint="Your total is one too large. Which condition do all entries of the joint table satisfy together?",
)  # fmt: skip


# -- network_passes --------------------------------------------------------------------------------------------


@probe("network_passes")
def observe_network_passes(candidate: Candidate, record: Record) -> None:
    """Three sizes."""
    for size in (2, 5, 9):
        record_entries(record, f"D={size}", candidate.network_passes.answer(num_inputs=size))


misconception(
    "network_passes", name="sample_in_one_pass", belief="one pass gives all conditionals, so one pass gives a sample",
    replace=("lambda num_inputs: num_inputs", "1"),
    hint="After one pass you know p(x_2 | x_1) for the x_1 that you fed in. Which x_1 was that when nothing was drawn yet?",
)  # fmt: skip

misconception(
    "network_passes", name="one_pass_per_conditional", belief="every conditional needs a pass of its own, given data too",
    replace=('"log_prob": 1', '"log_prob": lambda num_inputs: num_inputs'),
    hint="What do the masks buy? Which inputs does output d see when the whole vector is fed in?",
)  # fmt: skip

misconception(
    "network_passes", name="likelihood_and_sampling_swapped",
    belief="sampling is fast and likelihoods are slow, as in an inverse autoregressive flow",
    replace=[
        ('"log_prob": 1', '"log_prob": lambda num_inputs: num_inputs'),
        ('"sample": lambda num_inputs: num_inputs', '"sample": 1'),
    ],
    hint="Which of the two tasks has all values of x at hand from the start?",
)  # fmt: skip

misconception(
    "network_passes", name="first_variable_for_free", belief="the first variable needs no network",
    replace=(": num_inputs", ": num_inputs - 1"),
    hint="Your count for sampling is one short. Where in MADE is the probability of the first variable stored?",
)  # fmt: skip

misconception(
    "network_passes", name="conditionals_reevaluated_one_by_one",
    belief="every new variable means evaluating all conditionals before it again, one by one",
    replace=(": num_inputs", ": num_inputs * (num_inputs + 1) / 2"),
    hint="Your count for sampling grows with the square of the size. How many conditionals does one pass give?",
)  # fmt: skip
